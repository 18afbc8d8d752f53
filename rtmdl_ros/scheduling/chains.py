# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A chain of stages with the sums that the core asks for again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from rtmdl_ros.workload.records import Resource, Stage, Task


@dataclass(frozen=True, slots=True)
class Chain:
    """What a job runs through. Sums go from each stage to the end, the last entry being 0."""

    #: Name of the variant; '' for the only one of a task.
    name: str
    stages: tuple[Stage, ...]
    accuracy: float
    #: Optimistic, worst and expected times.
    least_ns: tuple[int, ...]
    worst_ns: tuple[int, ...]
    expected_ns: tuple[int, ...]
    #: Of the expected times those on lanes.
    lane_ns: tuple[int, ...]


def chain_of(name: str, stages: tuple[Stage, ...], accuracy: float) -> Chain:
    """Return the chain with its sums."""
    lanes = [expected_ns(s) if s.resource is Resource.ACCELERATOR else 0 for s in stages]
    return Chain(
        name,
        stages,
        accuracy,
        _to_the_end(stage.optimistic_ns for stage in stages),
        _to_the_end(stage.worst_ns for stage in stages),
        _to_the_end(expected_ns(stage) for stage in stages),
        _to_the_end(lanes),
    )


def expected_ns(stage: Stage) -> int:
    """Return what a stage mostly takes, or the nearest to that which is known."""
    return stage.expected_ns or stage.worst_ns or stage.optimistic_ns


def chains_of(task: Task) -> tuple[Chain, ...]:
    """Return the chains of a task's variants in their order, or the only one that it has."""
    if not task.variants:
        return (chain_of('', task.stages, 1.0),)
    return tuple(chain_of(each.name, each.stages, each.accuracy) for each in task.variants)


def _to_the_end(times: Iterable[int]) -> tuple[int, ...]:
    return (*reversed(list(accumulate(reversed(list(times))))), 0)
