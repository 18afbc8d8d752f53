# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Logging what may happen at every frame."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from contextlib import suppress

from rtmdl_ros.workload.errors import BadInputError, in_one_line

#: Texts may hold a number that changes with every frame: a place is silent after this many.
MOST_TEXTS = 10


class OnceLogger:
    """Logs what a place raised, each text once; with its traceback unless it is bad input.

    Any thread may call it.
    """

    def __init__(self, logger: logging.Logger) -> None:
        """Log to `logger` at level ERROR."""
        self._logger = logger
        self._seen: set[tuple[str, str]] = set()
        self._texts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def log(self, place: str, error: BaseException) -> None:
        """Log 'PLACE raised TYPE: TEXT (told once)' if the place has not raised it before."""
        text = in_one_line(error)
        with self._lock:
            if (place, text) in self._seen or self._texts[place] >= MOST_TEXTS:
                return
            self._seen.add((place, text))
            self._texts[place] += 1
        cause = None if isinstance(error, BadInputError) else error
        log_safely(
            self._logger, logging.ERROR, '%s raised %s (told once)', place, text, error=cause
        )


def log_safely(
    logger: logging.Logger,
    level: int,
    text: str,
    *values: object,
    error: BaseException | None = None,
) -> None:
    """Log on a thread that jobs depend on: what a handler raises does not take it along."""
    with suppress(Exception):
        logger.log(level, text, *values, exc_info=error)
