# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A chain of stages with the sums that the core asks for again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from rtmdl_ros.scheduling.forecast import Part
from rtmdl_ros.workload.records import Resource, Stage, Task


@dataclass(frozen=True, slots=True)
class Chain:
    """What a job runs through. Sums go from each stage to the end, the last entry being 0."""

    #: Name of the variant; '' for the only one of a task.
    name: str
    stages: tuple[Stage, ...]
    accuracy: float
    #: Optimistic and worst times.
    least_ns: tuple[int, ...]
    worst_ns: tuple[int, ...]
    #: What each stage typically takes: of which resource, and summed up.
    parts: tuple[Part, ...]
    usual_ns: tuple[int, ...]

    def typical_ns(self, resource: Resource) -> int:
        """Return the typical time that the whole chain takes of a resource."""
        return sum(length_ns for kind, length_ns in self.parts if kind is resource)


def chain_of(name: str, stages: tuple[Stage, ...], accuracy: float) -> Chain:
    """Return the chain with its sums; of a time that is not known, the nearest one counts."""
    typical = [s.typical_ns or s.worst_ns or s.optimistic_ns for s in stages]
    kinds = [stage.resource for stage in stages]
    return Chain(
        name,
        stages,
        accuracy,
        _to_the_end(stage.optimistic_ns for stage in stages),
        _to_the_end(stage.worst_ns for stage in stages),
        tuple(zip(kinds, typical, strict=True)),
        _to_the_end(typical),
    )


def chains_of(task: Task) -> tuple[Chain, ...]:
    """Return the chains of a task's variants in their order, or the only one that it has."""
    if not task.variants:
        return (chain_of('', task.stages, 1.0),)
    return tuple(chain_of(each.name, each.stages, each.accuracy) for each in task.variants)


def _to_the_end(times: Iterable[int]) -> tuple[int, ...]:
    return (*reversed(list(accumulate(reversed(list(times))))), 0)
