# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Digits and letters as strokes, after the proportions of DIN 1451, the face of German signs.

Drawn by ourselves, because the fonts of OpenCV and of the machine differ between versions.
"""

from rtmdl_ros.rendering.canvas import Canvas, Point, arc
from rtmdl_ros.rendering.picture import Colour

#: Width of a normal glyph's centre line; its height is 1.
WIDTH = 0.42
HALF = WIDTH / 2
#: Gap between the centre lines of two glyphs, and thickness of a stroke, as parts of the height.
GAP = 0.27
THICKNESS = 0.14

Stroke = list[Point]

_ROUND: Stroke = [
    *arc((HALF, HALF), HALF, HALF, 180, 360),
    *arc((HALF, 1 - HALF), HALF, HALF, 0, 180),
]

_STROKES: dict[str, list[Stroke]] = {
    '0': [[*_ROUND, _ROUND[0]]],
    '1': [[(0.0, 0.22), (0.22, 0.0), (0.22, 1.0)]],
    '2': [[*arc((HALF, 0.22), HALF, 0.22, 180, 395), (0.0, 1.0), (WIDTH, 1.0)]],
    '3': [
        [*arc((HALF, 0.235), 0.195, 0.235, 200, 450), *arc((HALF, 0.735), HALF, 0.265, -90, 160)],
    ],
    '5': [[(0.39, 0.0), (0.05, 0.0), (0.02, 0.46), *arc((0.2, 0.69), 0.22, 0.31, -125, 150)]],
    '6': [arc((HALF, 0.7), HALF, 0.3, 0, 360), [(0.31, 0.0), (0.03, 0.58)]],
    '7': [[(0.0, 0.0), (WIDTH, 0.0), (0.13, 1.0)]],
    '8': [arc((HALF, 0.235), 0.185, 0.235, 0, 360), arc((HALF, 0.735), HALF, 0.265, 0, 360)],
    'S': [[*arc((HALF, 0.25), HALF, 0.25, -15, -270), *arc((HALF, 0.75), HALF, 0.25, -90, 165)]],
    'T': [[(-0.02, 0.0), (WIDTH + 0.02, 0.0)], [(HALF, 0.0), (HALF, 1.0)]],
    'O': [[*_ROUND, _ROUND[0]]],
    'P': [
        [(0.0, 1.0), (0.0, 0.0), (0.2, 0.0), *arc((0.2, 0.27), 0.22, 0.27, -90, 90), (0.0, 0.54)]
    ],
}


def draw_text(
    canvas: Canvas,
    text: str,
    centre: Point,
    height: float,
    colour: Colour,
    *,
    stretch: float = 1.0,
    thickness: float = THICKNESS,
) -> None:
    """Draw digits (without 4 and 9) or the letters of STOP, centred.

    height is that of the whole glyph in canvas units; stretch widens (> 1) or narrows (< 1) the
    glyphs and gaps; thickness is relative to height. Raises KeyError for another character.
    """
    line = thickness * height
    inner = height - line
    widths = [0.22 if character == '1' else WIDTH for character in text]
    total = (sum(widths) + GAP * (len(text) - 1)) * inner * stretch
    left = centre[0] - total / 2
    top = centre[1] - inner / 2
    for character, width in zip(text, widths, strict=True):
        for stroke in _STROKES[character]:
            points = [(left + x * inner * stretch, top + y * inner) for x, y in stroke]
            canvas.stroke(points, colour, line)
        left += (width + GAP) * inner * stretch
