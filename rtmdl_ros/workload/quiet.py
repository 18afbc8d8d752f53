# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Keeps off the terminal what libraries print past all log levels."""

import contextlib
import os
import threading
from collections.abc import Iterator

#: Overlapping ones would keep each other's nowhere for good.
_ONE_AT_A_TIME = threading.Lock()


@contextlib.contextmanager
def no_standard_error() -> Iterator[None]:
    """Send standard error of the whole process nowhere, as OpenCV and ffmpeg write to it."""
    with _ONE_AT_A_TIME:
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
