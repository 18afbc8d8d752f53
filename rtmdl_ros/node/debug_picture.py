# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The debug picture of one camera: a frame with what all its tasks found in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from rtmdl_ros.evidence.marks import DISTINCT, Colour, Image, draw_boxes, text_strip
from rtmdl_ros.node.answered import Answered
from rtmdl_ros.perception.frame import Frame

#: Frames whose answers may still be coming in.
_MOST_FRAMES = 4


def debug_topics(cameras: Iterable[str]) -> dict[str, str]:
    """Return the topic of each camera's pictures: ~/debug_image of the first one.

    A second camera does not change that; it has ~/<camera>/debug_image, as those after it.
    """
    first, *others = cameras
    return {first: '~/debug_image'} | {name: f'~/{name}/debug_image' for name in others}


class Gallery:
    """Collects the answers of a camera's tasks until a frame has those of all."""

    def __init__(self) -> None:
        """Begin empty."""
        self._frames: dict[int, dict[str, Answered]] = {}

    def add(self, answered: Answered) -> None:
        """Keep an answer; the oldest frames are let go."""
        self._frames.setdefault(answered.frame.arrival_ns, {})[answered.task] = answered
        while len(self._frames) > _MOST_FRAMES:
            del self._frames[min(self._frames)]

    def clear(self) -> None:
        """Let go of all frames."""
        self._frames.clear()

    def take(self, tasks: Sequence[str]) -> dict[str, Answered]:
        """Return the answers to the newest frame that will get no more, and forget it.

        That is one with the answers of all `tasks`, or one before a frame that has any. Empty where
        there is none.
        """
        times = sorted(self._frames)
        newest = self._frames[times[-1]] if times else {}
        if not all(task in newest for task in tasks):
            times = times[:-1]
        if not times:
            return {}
        taken = self._frames[times[-1]]
        for time_ns in times:
            del self._frames[time_ns]
        return taken


def debug_picture(
    answers: Mapping[str, Answered], tasks: Sequence[str], miss_ratios: Mapping[str, float]
) -> Image:
    """Return a frame with the boxes of all answers to it, and below it a line a task.

    `tasks` are those that look at the camera; one without an answer missed the frame. A line tells
    the task's colour, its miss ratio in the window, the variant that looked and what it found.
    """
    colours = {task: DISTINCT[index % len(DISTINCT)] for index, task in enumerate(tasks)}
    canvas = _frame_of(answers).image().copy()
    boxes = [
        (detection, colours.get(task, DISTINCT[0]))
        for task, answer in answers.items()
        for detection in answer.detections
    ]
    draw_boxes(canvas, boxes)
    strips = [
        _line(canvas.shape[1], task, colours[task], answers.get(task), miss_ratios.get(task, 0.0))
        for task in tasks
    ]
    return np.vstack([canvas, *strips])


def _frame_of(answers: Mapping[str, Answered]) -> Frame:
    return next(iter(answers.values())).frame


def _line(
    width: int, task: str, colour: Colour, answer: Answered | None, miss_ratio: float
) -> Image:
    text = f'{task}: {miss_ratio:.1%} missed'
    if answer is None:
        text += ', no answer to this frame'
    else:
        text += f', {len(answer.detections)} found by {answer.variant}'
    return text_strip(width, [(text, colour)])
