# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""When a running node plans again: its parameters have changed, or how fast the device is."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from rtmdl_ros.node.replanning import Answer, NoPlan, Replanner
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.units import NS_PER_MS

#: So far times must be from those that were planned with, and for so long.
_DRIFT, _DRIFT_S = 0.25, 3.0

_TAKEN_OVER = 'plan made in the background taken over'


class Follower(Protocol):
    """What runs by a plan."""

    def slowness(self) -> Mapping[Resource, float]:
        """Return the ratio of recent to profiled stage times of each resource."""

    def follow(self, answer: Answer) -> None:
        """Take over a plan."""


class PlanKeeper:
    """Has plans made in the background and handed over; to be polled every now and then."""

    def __init__(
        self,
        profile: Profile,
        log: Callable[[str], None],
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        replanner: Replanner | None = None,
    ) -> None:
        """Plan with the times of a profile; `clock` gives seconds."""
        self._profile = profile
        self._log = log
        self._warn = warn
        self._clock = clock
        self._replanner = replanner or Replanner()
        self._slowness: Mapping[Resource, float] = dict.fromkeys(Resource, 1.0)
        self._drifts_since_s: float | None = None

    @property
    def busy(self) -> bool:
        """A plan is being made."""
        return self._replanner.busy

    def ask(self, configuration: Configuration, why: str) -> None:
        """Plan for parameters and the device as it is."""
        self._log(f'planning in the background: {why}')
        self._replanner.ask(configuration, self._profile.slowed(self._slowness))

    def poll(self, configuration: Configuration, follower: Follower) -> None:
        """Hand over a plan that is ready; ask for one if the device has changed for some time."""
        answer = self._replanner.poll()
        if isinstance(answer, NoPlan):
            self._log(f'no new plan, the old one is kept: {answer.problem}')
        elif answer is not None:
            follower.follow(answer)
            self._tell(answer)
        slowness = follower.slowness()
        if not any(abs(slowness[r] / self._slowness[r] - 1.0) > _DRIFT for r in Resource):
            self._drifts_since_s = None
        elif self._drifts_since_s is None:
            self._drifts_since_s = self._clock()
        elif self._clock() - self._drifts_since_s >= _DRIFT_S and not self.busy:
            # Asked anew while it plans it would throw away what it has, and again every 3 s.
            self._drifts_since_s = None
            before, self._slowness = self._slowness, dict(slowness)
            times = ', '.join(f'{r.value} {slowness[r]:.2f}, not {before[r]:.2f}' for r in slowness)
            self.ask(configuration, f'stages take other times than planned, by the profile {times}')

    def _tell(self, answer: Answer) -> None:
        if answer.plan.feasible:
            self._log(f'{_TAKEN_OVER}{_expected(answer)}')
            return
        self._warn(f'{_TAKEN_OVER}, which keeps not all limits: {"; ".join(answer.plan.notes)}')

    def close(self) -> None:
        """Give up the plan that is being made."""
        self._replanner.close()


def _expected(answer: Answer) -> str:
    limits = ', '.join(
        f'{name} {limit.least_ns / NS_PER_MS:.1f}' for name, limit in answer.limits.items()
    )
    return (
        f': {answer.plan.expected_miss_ratio:.1%} of the frames expected to be missed; shortest '
        f'deadlines that are admitted, in ms: {limits}'
    )
