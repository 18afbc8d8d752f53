# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is made only while somebody looks: vision_msgs and debug pictures, beside the deadlines."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from rtmdl_ros.node.answered import Answered
from rtmdl_ros.node.debug_picture import Gallery, debug_picture
from rtmdl_ros.node.image_messages import jpeg_image, raw_image
from rtmdl_ros.node.vision_messages import detection_2d_array
from rtmdl_ros.runtime.once_logger import OnceLogger
from rtmdl_ros.workload.detection import Detection

_LOGGER = logging.getLogger(__name__)
#: Answers that may wait to be told of; more are dropped.
_MOST_WAITING = 16
_JPEG_QUALITY = 80


@dataclass(frozen=True)
class Windows:
    """The publishers that may be looked at."""

    #: Of vision_msgs/Detection2DArray, by task; none where vision_msgs is not installed.
    detections_2d: Mapping[str, Any]
    #: Of debug pictures, raw and compressed, by camera.
    raw: Mapping[str, Any]
    compressed: Mapping[str, Any]


@dataclass(frozen=True)
class _Wanted:
    """What somebody looks at."""

    detections_2d: frozenset[str] = frozenset()
    raw: frozenset[str] = frozenset()
    compressed: frozenset[str] = frozenset()

    @property
    def pictures(self) -> frozenset[str]:
        return self.raw | self.compressed


@dataclass(frozen=True)
class _News:
    """An answer that waits to be told of; its frame waits in the camera's gallery, if anywhere."""

    camera: str
    task: str
    header: Any
    detections: tuple[Detection, ...]


class Onlookers:
    """A thread that shows answers which are already published, as far as anybody looks.

    It is an ordinary thread: given a lower priority than the lanes it could be kept from running
    while it holds the interpreter's lock, and all others would wait for it. Its work is bounded by
    the rate of the pictures instead.
    """

    def __init__(
        self,
        windows: Windows,
        rate_hz: float,
        tasks_at: Callable[[str], Sequence[str]],
        miss_ratios: Callable[[], Mapping[str, float]],
    ) -> None:
        """Start the thread; `tasks_at` names the enabled tasks of a camera."""
        #: Most pictures a second of each camera.
        self.rate_hz = rate_hz
        self._windows = windows
        self._tasks_at = tasks_at
        self._miss_ratios = miss_ratios
        self._wanted = _Wanted()
        #: Written to by the threads that answer, read by this one: under the lock.
        self._galleries = {camera: Gallery() for camera in windows.raw}
        self._lock = threading.Lock()
        self._drawn_s = dict.fromkeys(windows.raw, 0.0)
        self._raised = OnceLogger(_LOGGER)
        self._waiting: queue.Queue[_News | None] = queue.Queue(_MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name='onlookers', daemon=True)
        self._thread.start()

    def refresh(self) -> None:
        """Find out what is looked at; to be called several times a second."""
        windows = self._windows
        self._wanted = _Wanted(
            _seen(windows.detections_2d), _seen(windows.raw), _seen(windows.compressed)
        )
        with self._lock:
            for camera in self._galleries.keys() - self._wanted.pictures:
                self._galleries[camera].clear()

    def put(self, camera: str, answered: Answered) -> None:
        """Take an answer to a frame of a camera; returns at once."""
        wanted = self._wanted
        pictured = camera in wanted.pictures
        if pictured:
            with self._lock:
                self._galleries[camera].add(answered)
        if pictured or answered.task in wanted.detections_2d:
            news = _News(camera, answered.task, answered.frame.header, answered.detections)
            with suppress(queue.Full):
                self._waiting.put_nowait(news)

    def close(self) -> None:
        """End the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (news := self._waiting.get()) is not None:
            try:
                self._show(news)
            except Exception as error:  # whatever it is, frames go on
                self._raised.log('showing what was found', error)

    def _show(self, news: _News) -> None:
        wanted = self._wanted
        if news.task in wanted.detections_2d:
            message = detection_2d_array(news.header, news.detections)
            self._windows.detections_2d[news.task].publish(message)
        camera = news.camera
        due_s = self._drawn_s[camera] + 1.0 / self.rate_hz
        if camera in wanted.pictures and time.monotonic() >= due_s:
            self._draw(camera)

    def _draw(self, camera: str) -> None:
        tasks = self._tasks_at(camera)
        with self._lock:
            answers = self._galleries[camera].take(tasks)
        if not answers:
            return
        self._drawn_s[camera] = time.monotonic()
        picture = debug_picture(answers, tasks, self._miss_ratios())
        header = next(iter(answers.values())).frame.header
        if camera in self._wanted.raw:
            self._windows.raw[camera].publish(raw_image(picture, header))
        if camera in self._wanted.compressed:
            self._windows.compressed[camera].publish(jpeg_image(picture, header, _JPEG_QUALITY))


def _seen(publishers: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(n for n, each in publishers.items() if each.get_subscription_count() > 0)
