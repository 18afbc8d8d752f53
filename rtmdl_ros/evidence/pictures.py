# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The pictures of a run: frames rendered once more, after the run, with what was found in them."""

import errno
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from rtmdl_ros.evidence.drawing import annotated, legend
from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.evidence.marks import Image
from rtmdl_ros.evidence.story import FrameStory
from rtmdl_ros.perception.picture_file import is_nameable, write_picture
from rtmdl_ros.workload.quiet import no_standard_error
from rtmdl_ros.workload.text_file import replacing

#: Renders the frame of an index, BGR uint8 (H, W, 3).
Render = Callable[[int], Image]

SHEET_FRAMES = 9
_SHEET_COLUMNS = 3
_SHEET_WIDTH = 1920
_VIDEO_WIDTH = 960
#: VP8 in WebM: every OpenCV wheel can write it, browsers and the usual players show it. (H.264 is
#: not in the wheels; MPEG-4 part 2, which is, no browser shows.)
_CODEC = 'VP80'
#: Frames drawn ahead of the encoder; more would only take memory.
_AHEAD = 4


def write_contact_sheet(stories: Sequence[FrameStory], render: Render, path: Path) -> None:
    """Write a PNG, at most 1920 pixels wide, of annotated frames in rows of three."""
    cell_width = _SHEET_WIDTH // _SHEET_COLUMNS
    cells = [_narrowed(annotated(render(story.index), story), cell_width) for story in stories]
    cells = [_fitted(cell, cells[0].shape[1], cells[0].shape[0]) for cell in cells]
    blank = np.full_like(cells[0], 255)
    cells += [blank] * (-len(cells) % _SHEET_COLUMNS)
    rows = [
        np.hstack(cells[start : start + _SHEET_COLUMNS])
        for start in range(0, len(cells), _SHEET_COLUMNS)
    ]
    truth_known = any(story.truth_known for story in stories)
    write_picture(path, np.vstack([legend(rows[0].shape[1], truth_known), *rows]))


def write_video(
    stories: Sequence[FrameStory],
    render: Render,
    path: Path,
    rate_hz: float,
    progress: Callable[[], None],
) -> None:
    """Write annotated frames as WebM, rate_hz a second; calls progress after each.

    The file is there whole or not at all. Raises EvidenceError where this OpenCV cannot encode it,
    OSError where it cannot be written.
    """

    def picture(story: FrameStory) -> Image:
        # The sensor's noise, all but invisible, would double the file.
        calm = np.asarray(cv2.GaussianBlur(render(story.index), (3, 3), 0), np.uint8)
        return _narrowed(annotated(calm, story), _VIDEO_WIDTH)

    height, width = picture(stories[0]).shape[:2]
    # VP8 takes even sides only.
    size = (max(2, width // 2 * 2), max(2, height // 2 * 2))
    with replacing(path) as partial:
        if not is_nameable(partial):
            raise EvidenceError(f'{path}: its name is not UTF-8; give another place')
        partial.touch()  # raises what the writer would not say
        writer = _opened(partial, rate_hz, size)
        if not writer.isOpened():
            raise EvidenceError(f'{path}: this OpenCV ({cv2.__version__}) cannot write VP8 videos')
        for frame in _made_ahead(picture, stories):
            writer.write(_fitted(frame, *size))
            progress()
        writer.release()
        # The writer never tells that the disk is full.
        if not _has_frame(partial, len(stories) - 1):
            raise OSError(errno.EIO, 'it is not whole; the disk may be full', str(path))


def _opened(path: Path, rate_hz: float, size: tuple[int, int]) -> cv2.VideoWriter:
    codec = cv2.VideoWriter.fourcc(*_CODEC)
    with no_standard_error():  # it remarks on the tag of VP8
        return cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, codec, rate_hz, size)


def _has_frame(path: Path, index: int) -> bool:
    with no_standard_error():  # it remarks on what ends early
        capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
        return bool(capture.set(cv2.CAP_PROP_POS_FRAMES, index) and capture.grab())


def _made_ahead(
    picture: Callable[[FrameStory], Image], stories: Sequence[FrameStory]
) -> Iterator[Image]:
    """Draw in one other thread while the encoder works."""
    with ThreadPoolExecutor(1) as pool:
        futures: deque[Future[Image]] = deque()
        for story in stories:
            futures.append(pool.submit(picture, story))
            if len(futures) > _AHEAD:
                yield futures.popleft().result()
        while futures:
            yield futures.popleft().result()


def _narrowed(image: Image, width: int) -> Image:
    if image.shape[1] <= width:
        return image
    width = max(1, width)
    height = max(1, round(image.shape[0] * width / image.shape[1]))
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _fitted(image: Image, width: int, height: int) -> Image:
    """Return an image within a frame of a size, for not all own pictures are alike.

    It is made smaller where it must be, and black fills the rest.
    """
    scale = height / max(height, image.shape[0])
    part = _narrowed(_narrowed(image, round(image.shape[1] * scale)), width)[:height]
    fitted = np.zeros((height, width, 3), np.uint8)
    fitted[: part.shape[0], : part.shape[1]] = part
    return fitted
