# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A camera frame whose pixels are decoded once, by the first worker that wants them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


class Frame:
    """One frame of one camera, shared by the jobs of all tasks that look at it."""

    def __init__(self, decode: Callable[[], Image], arrival_ns: int, header: object) -> None:
        """Keep a frame as it came.

        decode returns the pixels as BGR uint8 (H, W, 3) or raises; arrival_ns is on the steady
        clock; header is the image's own, handed through untouched.
        """
        self._decode = decode
        self.arrival_ns = arrival_ns
        self.header = header
        self._lock = threading.Lock()
        self._image: Image | None = None

    def undecoded(self) -> Frame:
        """Return the same frame as it came, to be decoded once more."""
        return Frame(self._decode, self.arrival_ns, self.header)

    def image(self) -> Image:
        """Return the pixels as BGR uint8 (H, W, 3). Raises what decode raises, every time."""
        with self._lock:
            if self._image is None:
                self._image = self._decode()
            return self._image
