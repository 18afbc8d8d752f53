# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""When jobs will end that share workers and lanes, by the times that they typically take.

A likely course, not the worst one: the guard (`rtmdl_ros.scheduling.guard`) keeps promises, this
tells what to try.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rtmdl_ros.scheduling.gaps import Reservation, first_gap
from rtmdl_ros.workload.records import Resource

#: How long something takes, and where.
Part = tuple[Resource, int]


class Remainder(NamedTuple):
    """What is left of a job, or of one that is expected."""

    #: Orders the remainders: the smallest first.
    key: tuple[int, ...]
    ready_ns: int
    deadline_ns: int
    parts: tuple[Part, ...]


class Forecast:
    """Reservations of all executors: each remainder is placed where those before it leave room."""

    def __init__(self, executors: Mapping[Resource, int], shared: float) -> None:
        """Begin with idle executors; on lanes all takes `shared` times as long beside others."""
        self._shared = shared
        #: Of each executor its reservations in order of time.
        self._reserved: dict[Resource, list[list[Reservation]]] = {
            resource: [[] for _ in range(count)] for resource, count in executors.items()
        }

    def copy(self) -> Forecast:
        """Return one that goes on from here."""
        twin = Forecast({}, self._shared)
        twin._reserved = {
            resource: [list(each) for each in own] for resource, own in self._reserved.items()
        }
        return twin

    def occupy(self, resource: Resource, executor: int, from_ns: int, until_ns: int) -> None:
        """Reserve an executor that is at work; nothing is reserved on it yet."""
        self._reserved[resource][executor].append((from_ns, until_ns))

    def place(self, ready_ns: int, parts: Iterable[Part]) -> int:
        """Reserve the parts of a remainder one after the other; returns when it is done."""
        for resource, length_ns in parts:
            ready_ns = self._place(resource, length_ns, ready_ns)
        return ready_ns

    def place_all(self, remainders: Iterable[Remainder]) -> bool:
        """Reserve remainders in the order of their keys; returns whether all are done in time."""
        on_time = True
        for each in sorted(remainders, key=lambda each: each[:3]):  # parts have no order
            on_time &= self.place(each.ready_ns, each.parts) <= each.deadline_ns
        return on_time

    def _place(self, resource: Resource, length_ns: int, ready_ns: int) -> int:
        """Reserve the earliest time from `ready_ns` on; returns its end."""
        executors = self._reserved[resource]
        if resource is Resource.ACCELERATOR and len(executors) > 1 and self._crowded(ready_ns):
            length_ns = round(length_ns * self._shared)
        # Of lanes that are free as early the one that was idle for the shortest time: what goes
        # from segment to segment stays on its lane, and leaves long gaps to others.
        start_ns, _, at, number = min(
            (*first_gap(own, ready_ns, length_ns), number) for number, own in enumerate(executors)
        )
        executors[number].insert(at, (start_ns, start_ns + length_ns))
        return start_ns + length_ns

    def _crowded(self, since_ns: int) -> bool:
        """Tell whether any lane is reserved after an instant."""
        return any(own and own[-1][1] > since_ns for own in self._reserved[Resource.ACCELERATOR])
