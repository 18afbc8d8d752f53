# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Own footage as BGR frames: a video file, a folder of pictures or a webcam, read by OpenCV."""

import logging
import re
from abc import ABC, abstractmethod
from pathlib import Path

import cv2
import numpy as np

from rtmdl_ros.perception.images import Pixels
from rtmdl_ros.perception.picture_file import is_nameable, read_picture
from rtmdl_ros.workload.errors import BadInputError
from rtmdl_ros.workload.quiet import no_standard_error

#: Frames a second of a folder of pictures where nothing is said of them.
PICTURES_RATE_HZ = 10.0
#: A number of more digits is the name of a file.
_WEBCAM_DIGITS = 4
_PICTURES = ('.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp')
_REMEDY = 'give a video file, a folder of pictures or the number of a webcam'
_LOGGER = logging.getLogger(__name__)


class FootageError(BadInputError):
    """Footage that cannot be read; the text names it and the remedy."""


class EndOfFootageError(Exception):
    """There is no frame after the last one."""


class Footage(ABC):
    """Frames one after the other."""

    #: Frames a second; 0: live, a frame is there when it is there.
    rate_hz: float

    @abstractmethod
    def frame(self, index: int) -> Pixels:
        """Return the frame of an index as BGR (H, W, 3); to be asked in rising order.

        Raises EndOfFootageError after the last one, FootageError where it cannot be read.
        """


def open_footage(source: str, rate_hz: float = 0.0, loop: bool = False, width: int = 0) -> Footage:
    """Return the footage of a path or, where nothing has that name, of the number of a webcam.

    rate_hz 0: its own rate. With loop the last frame is followed by the first. A width in pixels
    is asked of a webcam; others are as they are. Of several pictures those that cannot be read are
    left out, with a warning each.

    Raises FootageError where there is nothing that can be shown.
    """
    if source.isdecimal() and len(source) <= _WEBCAM_DIGITS and not Path(source).exists():
        return _Webcam(int(source), rate_hz, width)
    if not source:
        raise FootageError(f'none is named; {_REMEDY}')
    try:
        path = Path(source).expanduser()
    except RuntimeError as error:  # the home of a user there is not
        raise FootageError(f'{source} has a home that is not known; {_REMEDY}') from error
    try:
        if not path.exists():
            raise FootageError(f'{path} does not exist; {_REMEDY}')
        if path.is_dir():
            return _Pictures(_pictures_in(path), rate_hz, loop)
    except OSError as error:
        raise FootageError(f'{path} cannot be read ({error.strerror}); {_REMEDY}') from error
    if path.suffix.lower() in _PICTURES:
        return _Pictures([path], rate_hz, loop)
    return _Video(path, rate_hz, loop)


def narrowed_size(pixels: Pixels, most_width: int) -> tuple[int, int]:
    """Return width and height of a frame after it was made no wider than that; 0: any width."""
    height, width = pixels.shape[:2]
    if most_width == 0 or width <= most_width:
        return width, height
    return most_width, max(1, round(height * most_width / width))


class _Video(Footage):
    def __init__(self, path: Path, rate_hz: float, loop: bool) -> None:
        self._path, self._loop = path, loop
        if not is_nameable(path):
            raise FootageError(f'{path} has a name that is not UTF-8; rename it')
        self._capture = _opened(str(path))
        if not (self._capture.isOpened() and self._capture.grab()):
            raise FootageError(f'{path} is not a video that OpenCV can read; {_REMEDY}')
        self.rate_hz = rate_hz or self._capture.get(cv2.CAP_PROP_FPS)
        if not 0.0 < self.rate_hz <= 1000.0:
            raise FootageError(f'{path} does not tell its rate; set rate_hz')
        #: Index of the frame that was grabbed last.
        self._grabbed = 0

    def frame(self, index: int) -> Pixels:
        while self._grabbed < index:
            self._grab()
        decoded, image = self._capture.retrieve()
        if not decoded:
            raise FootageError(f'{self._path}: frame {index} does not decode; convert the video')
        return np.asarray(image, np.uint8)

    def _grab(self) -> None:
        if not self._capture.grab():
            if not self._loop:
                raise EndOfFootageError
            # Opened anew: not every format can be wound back.
            self._capture = _opened(str(self._path))
            self._capture.grab()
        self._grabbed += 1


class _Pictures(Footage):
    def __init__(self, paths: list[Path], rate_hz: float, loop: bool) -> None:
        self._paths, self._loop = paths, loop
        self.rate_hz = rate_hz or PICTURES_RATE_HZ
        self.frame(0)

    def frame(self, index: int) -> Pixels:
        while index < len(self._paths) or self._loop:
            path = self._paths[index % len(self._paths)]
            try:
                return _picture(path)
            except FootageError as error:
                if len(self._paths) == 1:
                    raise FootageError(f'{error}; {_REMEDY}') from error
                # The next one takes its place: one picture of many is no reason to end.
                self._paths.remove(path)
                _LOGGER.warning('%s: left out', error)
        raise EndOfFootageError


def _picture(path: Path) -> Pixels:
    try:
        image = read_picture(path)
    except OSError as error:
        raise FootageError(f'{path} cannot be read ({error.strerror})') from error
    if image is None:
        raise FootageError(f'{path} is not a picture that OpenCV can read')
    return image


class _Webcam(Footage):
    rate_hz = 0.0

    def __init__(self, number: int, rate_hz: float, width: int) -> None:
        self._number = number
        self._capture = _opened(number)
        if not self._capture.isOpened():
            found = ', '.join(sorted(p.name[5:] for p in Path('/dev').glob('video*'))) or 'none'
            raise FootageError(
                f'webcam {number} cannot be opened (numbers in /dev: {found}); plug it in, end '
                'other programs that use it, or join the group video'
            )
        # The oldest frames of a queue are not what is seen now.
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if width:
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, width)
        if rate_hz:
            self._capture.set(cv2.CAP_PROP_FPS, rate_hz)

    def frame(self, index: int) -> Pixels:
        taken, image = self._capture.read()
        if not taken:
            raise FootageError(f'webcam {self._number} gives no frames any more; plug it in again')
        return np.asarray(image, np.uint8)


def _opened(source: str | int) -> cv2.VideoCapture:
    """Return a capture; what cannot be opened is told by us, not by OpenCV and ffmpeg too."""
    with no_standard_error():
        return cv2.VideoCapture(source)


def _pictures_in(folder: Path) -> list[Path]:
    """Return the pictures of a folder; number 10 comes after number 9."""

    def key(path: Path) -> list[tuple[int, str]]:
        parts = re.split(r'(\d+)', path.name.lower())
        return [(int(part), '') if part.isdecimal() else (-1, part) for part in parts]

    paths = [path for path in folder.iterdir() if path.suffix.lower() in _PICTURES]
    if not paths:
        raise FootageError(f'{folder} has no picture in it ({" ".join(_PICTURES)}); {_REMEDY}')
    return sorted(paths, key=key)
