# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Draws what was found in a frame beside what is really there. Images are BGR uint8 (H, W, 3)."""

import cv2
import numpy as np

from rtmdl_ros.evidence.marks import (
    BLACK,
    DISTINCT,
    STRIP_HEIGHT,
    WHITE,
    Colour,
    Image,
    draw_boxes,
    rectangle,
    text_strip,
    write,
)
from rtmdl_ros.evidence.scoring import match_frame
from rtmdl_ros.evidence.story import FrameStory
from rtmdl_ros.workload.classes import TRAFFIC_SIGNS
from rtmdl_ros.workload.detection import RIGHT_IOU, Detection

_MISS, _MISS_TEXT = (40, 40, 230), (130, 130, 255)
#: With four pale ones, so that fewer classes share one.
_CLASSES: tuple[Colour, ...] = (
    *DISTINCT, (187, 170, 255), (51, 204, 187), (255, 170, 200), (136, 221, 238),
)  # fmt: skip
_LIGHTS: dict[str, Colour] = {
    'red': (60, 60, 255),
    'yellow': (0, 215, 255),
    'green': (90, 220, 60),
    'off': (190, 190, 190),
}


def class_colour(class_name: str) -> Colour:
    """Return the colour of a class, the same in every picture."""
    if class_name in _LIGHTS:
        return _LIGHTS[class_name]
    known = class_name in TRAFFIC_SIGNS
    number = TRAFFIC_SIGNS.index(class_name) if known else sum(class_name.encode())
    return _CLASSES[number % len(_CLASSES)]


def annotated(image: Image, story: FrameStory) -> Image:
    """Return a copy of a frame with its story drawn on it and a strip of text below.

    Thin white: truth. Coloured: detections with class and score, crossed out where known to be
    wrong. Red border: a deadline was missed, the strip says by whom. Height grows by the strip.
    """
    canvas = image.copy()
    for thing in story.objects:
        rectangle(canvas, thing.box, BLACK, 3)
        rectangle(canvas, thing.box, WHITE, 1)
    right = {found for found, _ in match_frame(story.found, story.objects, RIGHT_IOU).pairs}
    for number, detection in enumerate(story.found):
        if story.truth_known and number not in right:
            _cross_out(canvas, detection)
    draw_boxes(canvas, [(found, class_colour(found.class_name)) for found in story.found])
    if story.missed:
        height, width = canvas.shape[:2]
        cv2.rectangle(canvas, (1, 1), (width - 2, height - 2), _MISS, 3)
    return np.vstack([canvas, _strip(story, canvas.shape[1])])


def legend(width: int, truth_known: bool = True) -> Image:
    """Return a strip that explains the drawings."""
    of_truth = ('truth', 'crossed out: wrong class or place')
    strip = np.full((STRIP_HEIGHT, width, 3), 255, np.uint8)
    x = 8
    for text, colour, thickness in (
        (of_truth[0], BLACK, 1),
        ('detection: class and score, one colour a class', DISTINCT[0], 2),
        (of_truth[1], DISTINCT[1], 2),
        ('red border: a deadline was missed', _MISS, 3),
    ):
        if text in of_truth and not truth_known:
            continue
        cv2.rectangle(strip, (x, 6), (x + 22, 19), colour, thickness)
        if text.startswith('crossed'):
            cv2.line(strip, (x, 19), (x + 22, 6), colour, thickness)
        x = write(strip, text, (x + 29, 18), 0.45, BLACK) + 24
    return strip


def _cross_out(image: Image, detection: Detection) -> None:
    colour, box = class_colour(detection.class_name), detection.box
    corners = (round(box.x_min), round(box.y_max)), (round(box.x_max), round(box.y_min))
    cv2.line(image, *corners, colour, 2, cv2.LINE_AA)


def _strip(story: FrameStory, width: int) -> Image:
    texts: list[tuple[str, Colour]] = [(f'{story.time_s:.2f} s', WHITE)]
    for task, outcome in story.missed.items():
        why = 'frame lost' if outcome is None else outcome.value.replace('_', ' ')
        texts.append((f'{task}: missed ({why})', _MISS_TEXT))
    return text_strip(width, texts)
