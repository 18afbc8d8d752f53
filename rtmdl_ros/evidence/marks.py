# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Boxes, labels and text on pictures. Images are BGR uint8 (H, W, 3)."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from rtmdl_ros.workload.detection import Box, Detection

Image = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

WHITE, BLACK, GREY = (255, 255, 255), (0, 0, 0), (40, 40, 40)
#: Colours that colour-blind people can tell apart; after M. Okabe and K. Ito, "Color universal
#: design", 2008.
DISTINCT: tuple[Colour, ...] = (
    (233, 180, 86), (0, 159, 230), (167, 121, 204), (115, 158, 0), (178, 114, 0), (0, 94, 213),
)  # fmt: skip
#: Of a strip of text, in pixels.
STRIP_HEIGHT = 26
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def draw_boxes(image: Image, boxes: Sequence[tuple[Detection, Colour]]) -> None:
    """Draw detections, each with class and score on a label of its colour."""
    for detection, colour in boxes:
        rectangle(image, detection.box, colour, 2)
    labels: list[Box] = []
    for detection, colour in boxes:
        others = [other.box for other, _ in boxes if other is not detection]
        labels.append(_draw_label(image, detection, colour, labels, others))


def text_strip(width: int, texts: Sequence[tuple[str, Colour]]) -> Image:
    """Return a dark strip of texts one beside the other, each in its colour."""
    strip = np.full((STRIP_HEIGHT, width, 3), GREY, np.uint8)
    x = 8
    for text, colour in texts:
        x = write(strip, text, (x, 18), 0.45, colour) + 16
    return strip


def rectangle(image: Image, box: Box, colour: Colour, thickness: int) -> None:
    """Draw the outline of a box."""
    first = round(box.x_min), round(box.y_min)
    cv2.rectangle(image, first, (round(box.x_max), round(box.y_max)), colour, thickness)


def write(image: Image, text: str, place: tuple[int, int], size: float, colour: Colour) -> int:
    """Write at a place (left end of the base line); returns where the text ends."""
    cv2.putText(image, text, place, _FONT, size, colour, 1, cv2.LINE_AA)
    (width, _), _ = cv2.getTextSize(text, _FONT, size, 1)
    return place[0] + width


def _draw_label(
    image: Image,
    detection: Detection,
    colour: Colour,
    labels: Sequence[Box],
    boxes: Sequence[Box],
) -> Box:
    """Draw class and score near the box, off other labels and, where possible, other boxes."""
    text = f'{detection.class_name} {detection.score:.2f}'
    (width, height), _ = cv2.getTextSize(text, _FONT, 0.45, 1)
    places = _places(image, detection.box, width + 6, height + 7)
    free = [place for place in places if not any(_overlap(place, label) for label in labels)]
    best = [place for place in free if not any(_overlap(place, box) for box in boxes)]
    place = (best or free or places)[0]
    x, y = round(place.x_min), round(place.y_min)
    _draw_leader(image, detection.box, place, colour)
    cv2.rectangle(image, (x, y), (x + width + 6, y + height + 7), colour, cv2.FILLED)
    write(image, text, (x + 3, y + height + 2), 0.45, BLACK)
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
