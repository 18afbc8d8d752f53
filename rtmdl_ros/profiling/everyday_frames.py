# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Frames as a camera on the car gives them, for measurements: of a rendered drive."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import cv2

from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.images import Pixels, decompressed
from rtmdl_ros.rendering.track import RATE_HZ, Track
from rtmdl_ros.workload.image_kind import USUAL_IMAGES, ImageKind

#: The drive whose frames stand for everyday ones: so many, spread over so many seconds.
_TRACK_SEED = 1
FRAMES, _DRIVE_S = 8, 30
#: As image_transport's by default.
_JPEG_QUALITY = 95


def everyday_frames(count: int = FRAMES, kind: ImageKind = USUAL_IMAGES) -> list[Frame]:
    """Return frames spread over a rendered drive, as a camera on the car gives them.

    Raw ones come as BGR, which need not be converted.
    """
    track = Track(seed=_TRACK_SEED, width=kind.width, height=kind.height)
    step = int(_DRIVE_S * RATE_HZ) // count
    images = [track.frame(step // 2 + index * step).image for index in range(count)]
    decoders = [_jpeg_decoder(image) if kind.compressed else image.view for image in images]
    return [Frame(decode, arrival_ns=0, header=None) for decode in decoders]


class _Jpeg(NamedTuple):
    data: bytes
    format: str = 'jpeg'


def _jpeg_decoder(image: Pixels) -> Callable[[], Pixels]:
    quality = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    return partial(decompressed, _Jpeg(cv2.imencode('.jpg', image, quality)[1].tobytes()))
