# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Draws what was found in a frame beside what is really there. Images are BGR uint8 (H, W, 3)."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from rtmdl_ros.node.demo.scoring import match_frame
from rtmdl_ros.node.demo.story import FrameStory
from rtmdl_ros.workload.detection import Box, Detection

Image = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

#: Overlap from which a detection is drawn as right.
LEAST_IOU = 0.5

_WHITE, _BLACK, _GREY, _MISS = (255, 255, 255), (0, 0, 0), (40, 40, 40), (40, 40, 230)
_LIGHTS: dict[str, Colour] = {
    'red': (60, 60, 255),
    'yellow': (0, 215, 255),
    'green': (90, 220, 60),
    'off': (190, 190, 190),
}
#: For all other classes, by turns; after M. Okabe and K. Ito, "Color universal design", 2008.
_OTHERS: tuple[Colour, ...] = (
    (233, 180, 86), (0, 159, 230), (167, 121, 204), (115, 158, 0), (178, 114, 0), (0, 94, 213),
)  # fmt: skip
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_STRIP_HEIGHT = 26


def class_colour(class_name: str) -> Colour:
    """Return the colour of a class, the same in every picture."""
    if class_name in _LIGHTS:
        return _LIGHTS[class_name]
    return _OTHERS[sum(class_name.encode()) % len(_OTHERS)]


def annotated(image: Image, story: FrameStory) -> Image:
    """Return a copy of a frame with its story drawn on it and a strip of text below.

    Thin white: truth. Coloured: detections with class and score, crossed out where wrong. Red
    border: a deadline was missed, the strip says by whom. Height grows by the strip.
    """
    canvas = image.copy()
    for thing in story.objects:
        _rectangle(canvas, thing.box, _BLACK, 3)
        _rectangle(canvas, thing.box, _WHITE, 1)
    right = {found for found, _ in match_frame(story.found, story.objects, LEAST_IOU).pairs}
    for number, detection in enumerate(story.found):
        _draw_box(canvas, detection, number in right)
    labels: list[Box] = []
    for detection in story.found:
        others = [other.box for other in story.found if other is not detection]
        labels.append(_draw_label(canvas, detection, labels, others))
    if story.missed:
        height, width = canvas.shape[:2]
        cv2.rectangle(canvas, (1, 1), (width - 2, height - 2), _MISS, 3)
    return np.vstack([canvas, _strip(story, canvas.shape[1])])


def legend(width: int) -> Image:
    """Return a strip that explains the drawings."""
    strip = np.full((_STRIP_HEIGHT, width, 3), 255, np.uint8)
    x = 8
    for text, colour, thickness in (
        ('truth', _BLACK, 1),
        ('detection: class and score, one colour a class', _OTHERS[0], 2),
        ('crossed out: wrong class or place', _OTHERS[1], 2),
        ('red border: a deadline was missed', _MISS, 3),
    ):
        cv2.rectangle(strip, (x, 6), (x + 22, 19), colour, thickness)
        if text.startswith('crossed'):
            cv2.line(strip, (x, 19), (x + 22, 6), colour, thickness)
        x = _write(strip, text, (x + 29, 18), 0.45, _BLACK) + 24
    return strip


def _draw_box(image: Image, detection: Detection, right: bool) -> None:
    colour, box = class_colour(detection.class_name), detection.box
    _rectangle(image, box, colour, 2)
    if not right:
        corners = (round(box.x_min), round(box.y_max)), (round(box.x_max), round(box.y_min))
        cv2.line(image, *corners, colour, 2, cv2.LINE_AA)


def _draw_label(
    image: Image, detection: Detection, labels: Sequence[Box], boxes: Sequence[Box]
) -> Box:
    """Draw class and score near the box, off other labels and, where possible, other boxes."""
    text = f'{detection.class_name} {detection.score:.2f}'
    (width, height), _ = cv2.getTextSize(text, _FONT, 0.45, 1)
    places = _places(image, detection.box, width + 6, height + 7)
    free = [place for place in places if not any(_overlap(place, label) for label in labels)]
    best = [place for place in free if not any(_overlap(place, box) for box in boxes)]
    place = (best or free or places)[0]
    x, y = round(place.x_min), round(place.y_min)
    colour = class_colour(detection.class_name)
    _draw_leader(image, detection.box, place, colour)
    cv2.rectangle(image, (x, y), (x + width + 6, y + height + 7), colour, cv2.FILLED)
    _write(image, text, (x + 3, y + height + 2), 0.45, _BLACK)
    return place


def _draw_leader(image: Image, box: Box, label: Box, colour: Colour) -> None:
    """Tie a label to its box where it stands away from it."""
    x = round((box.x_min + min(box.x_max, label.x_max)) / 2)
    if label.y_min > box.y_max + 2:
        cv2.line(image, (x, round(box.y_max)), (x, round(label.y_min)), colour, 1)
    elif label.y_max < box.y_min - 2:
        cv2.line(image, (x, round(label.y_max)), (x, round(box.y_min)), colour, 1)


def _places(image: Image, box: Box, width: int, height: int) -> list[Box]:
    """Return places for a label inside the image: above its box, below, further away."""
    x = min(max(0.0, box.x_min - 1), max(0.0, image.shape[1] - width))
    rows = [box.y_min - height]
    for step in range(4):
        rows += [box.y_max + 1 + step * height, box.y_min - (step + 2) * height]
    inside = [y for y in rows if 0 <= y <= image.shape[0] - height]
    return [Box(x, y, x + width, y + height) for y in inside or [0.0]]


def _overlap(a: Box, b: Box) -> bool:
    return a.x_min < b.x_max and b.x_min < a.x_max and a.y_min < b.y_max and b.y_min < a.y_max


def _strip(story: FrameStory, width: int) -> Image:
    strip = np.full((_STRIP_HEIGHT, width, 3), _GREY, np.uint8)
    x = _write(strip, f'{story.time_s:.2f} s', (8, 18), 0.45, _WHITE) + 16
    for task, outcome in story.missed.items():
        why = 'frame lost' if outcome is None else outcome.value.replace('_', ' ')
        x = _write(strip, f'{task}: missed ({why})', (x, 18), 0.45, (130, 130, 255)) + 16
    return strip


def _rectangle(image: Image, box: Box, colour: Colour, thickness: int) -> None:
    first = round(box.x_min), round(box.y_min)
    cv2.rectangle(image, first, (round(box.x_max), round(box.y_max)), colour, thickness)


def _write(
    image: Image, text: str, place: tuple[int, int], size: float, colour: Colour
) -> int:
    """Write at a place (left end of the base line); returns where the text ends."""
    cv2.putText(image, text, place, _FONT, size, colour, 1, cv2.LINE_AA)
    (width, _), _ = cv2.getTextSize(text, _FONT, size, 1)
    return place[0] + width
