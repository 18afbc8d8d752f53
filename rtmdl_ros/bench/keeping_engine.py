# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""An engine that loads each network once, however often it is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from rtmdl_ros.engine.engine import Engine
from rtmdl_ros.engine.runner import Runner
from rtmdl_ros.networks.network import Network


class KeepingEngine(Engine):
    """Another engine with all that it has loaded.

    Networks are measured, run in segments and run whole one after the other: on a GPU, where
    loading one takes seconds, that would be three times as long.
    """

    def __init__(self, engine: Engine) -> None:
        """Take the engine that loads."""
        self._engine = engine
        self._runners: dict[tuple[str, int, int], Runner] = {}

    @property
    def waits(self) -> bool:
        """See Engine."""
        return self._engine.waits

    def fields(self) -> dict[str, str]:
        """See Engine."""
        return self._engine.fields()

    def takes_own_memory(self, variant: Network) -> bool:
        """See Engine."""
        return self._engine.takes_own_memory(variant)

    def prepare(self, variants: Iterable[Network]) -> None:
        """See Engine."""
        self._engine.prepare(variants)

    def load(self, variant: Network, segments: int, batch: int = 1) -> Runner:
        """See Engine."""
        key = variant.name, segments, batch
        if key not in self._runners:
            self._runners[key] = self._engine.load(variant, segments, batch)
        return self._runners[key]

    def stored_bytes(self, variant: Network) -> tuple[int, int]:
        """See Engine."""
        return self._engine.stored_bytes(variant)

    def least_bytes(self, variant: Network) -> int:
        """See Engine."""
        return self._engine.least_bytes(variant)
