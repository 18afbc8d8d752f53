# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How long and how fast a network learns."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

#: Learning rate of a network that was trained before / that of a new one.
_TRAINED = 0.6


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a network learns."""

    steps: int
    batch: int
    learning_rate: float
    evaluate_every: int
    weight_decay: float = 0.02
    warmup_steps: int = 300
    #: Share of the averaged weights that survives a step.
    average_decay: float = 0.998
    #: Steps between two checkpoints: what a killed run loses at most.
    save_every: int = 50
    #: Steps without a better figure after which training ends early.
    patience_steps: int = 3000

    def rate_at(self, step: int) -> float:
        """Return the learning rate: linear warm-up, then half a cosine down to 1 %."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        done = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        return self.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))

    def of_trained(self) -> Schedule:
        """Return the schedule for a network that has learned before: slower, to lose less of it."""
        return replace(self, learning_rate=_TRAINED * self.learning_rate)
