# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a profile that people read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rtmdl_ros.profiling.profile import STEPS, Profile, StageProfile, VariantProfile
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.units import NS_PER_MS

_P50, _P95 = STEPS // 2, STEPS * 19 // 20


@dataclass(frozen=True)
class Spread:
    """Milliseconds that half of the jobs stay within, and 95 of 100."""

    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class VariantFigures:
    """A variant in numbers."""

    name: str
    accuracy: float
    #: Sums over the stages of a kind, and over all.
    cpu: Spread
    accelerator: Spread
    whole: Spread
    #: Of the detector.
    segments: int
    #: Of all its networks with what a run takes, whether or not other variants share it.
    memory_bytes: int


@dataclass(frozen=True)
class SlowDown:
    """A network beside another."""

    network: str
    beside: str
    factor: float


def figures_of(profile: Profile, variant: VariantProfile) -> VariantFigures:
    """Return the figures of a variant of the profile."""
    stages = {kind: [s for s in variant.stages if s.resource is kind] for kind in Resource}
    return VariantFigures(
        variant.name,
        variant.accuracy,
        cpu=_spread(stages[Resource.CPU]),
        accelerator=_spread(stages[Resource.ACCELERATOR]),
        whole=_spread(variant.stages),
        segments=variant.segments(variant.networks[0]),
        memory_bytes=profile.memory_of(variant.networks, lanes=1),
    )


def worst_slow_downs(profile: Profile, count: int) -> list[SlowDown]:
    """Return the measured pairs that suffer most, worst first."""
    slow_downs = profile.slow_downs
    measured = [
        SlowDown(*pair, factor)
        for pair, factor in slow_downs.factors.items()
        if pair not in slow_downs.predicted
    ]
    return sorted(measured, key=lambda s: (-s.factor, s.network, s.beside))[:count]


def _spread(stages: Iterable[StageProfile]) -> Spread:
    tables = [stage.quantiles_ns for stage in stages]
    return Spread(*(sum(table[step] for table in tables) / NS_PER_MS for step in (_P50, _P95)))
