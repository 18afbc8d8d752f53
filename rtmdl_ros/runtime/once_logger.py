# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Logging what may happen at every frame."""

from __future__ import annotations

import logging


class OnceLogger:
    """Logs what a place raised with its traceback, once for each type of exception."""

    def __init__(self, logger: logging.Logger) -> None:
        """Log to `logger` at level ERROR."""
        self._logger = logger
        self._seen: set[tuple[str, type[BaseException]]] = set()

    def log(self, place: str, error: BaseException) -> None:
        """Log 'PLACE raised (logged once)' if it is the first of its kind there."""
        if (place, type(error)) not in self._seen:
            self._seen.add((place, type(error)))
            self._logger.error('%s raised (logged once)', place, exc_info=error)
