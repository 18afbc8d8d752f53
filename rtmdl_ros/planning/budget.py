# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How long a search may go on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from rtmdl_ros.planning.evaluator import Evaluator

#: Candidates in a row that needed no simulation: whoever draws at random has seen all near ones.
_MOST_IDLE = 3000


class Budget:
    """Time and simulations that a search may take; `progress` is told the share spent."""

    def __init__(
        self,
        evaluator: Evaluator,
        seconds: float = math.inf,
        simulations: float = math.inf,
        progress: Callable[[float], None] = lambda share: None,
    ) -> None:
        """Begin now. With `simulations` alone the same search takes the same course anywhere.

        Raises ValueError for a budget that is not above 0, or none at all.
        """
        if not (seconds > 0.0 and simulations > 0.0) or min(seconds, simulations) == math.inf:
            raise ValueError('a search needs seconds or simulations, above 0')
        self._first = evaluator
        self._evaluators = [evaluator]
        self._seconds = seconds
        self._simulations = simulations
        self._progress = progress
        self._start_s = time.monotonic()
        self._idle, self._seen = 0, 0.0

    def watch(self, evaluator: Evaluator) -> None:
        """Count the simulations of another evaluator too, by what they cost."""
        self._evaluators.append(evaluator)

    def share(self) -> float:
        """Return the part that is spent, 0 to 1 and above."""
        spent = (time.monotonic() - self._start_s) / self._seconds
        return max(spent, self._spent() / self._simulations)

    def left(self, part: float = 1.0) -> bool:
        """Tell whether less than a part of it is spent."""
        share = self.share()
        self._progress(min(1.0, share))
        return share < part

    def idle(self) -> bool:
        """Tell whether it was asked for often without a simulation in between."""
        spent = self._spent()
        self._idle = self._idle + 1 if spent == self._seen else 0
        self._seen = spent
        return self._idle > _MOST_IDLE

    def _spent(self) -> float:
        costs = (each.simulations * each.virtual_ns for each in self._evaluators)
        return sum(costs) / self._first.virtual_ns
