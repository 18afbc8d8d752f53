# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is to be expected of a job by each of the chains that it may go on with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rtmdl_ros.scheduling.chains import Chain
from rtmdl_ros.scheduling.forecast import Forecast
from rtmdl_ros.scheduling.jobs import LiveJob


class Choice(NamedTuple):
    """What a job goes on with, and when that should be done; None: nothing was to be chosen."""

    chain: Chain
    done_ns: int | None


class Outlook:
    """Forecasts of a job that starts a stage now; each is made once."""

    def __init__(self, before: Forecast, job: LiveJob, now_ns: int) -> None:
        """`before` has what goes before the job: it is not changed."""
        self._before = before
        self._job = job
        self._now_ns = now_ns
        self._done_ns: dict[str, int] = {}

    def best(self, chains: Sequence[Chain]) -> Choice:
        """Return the chain of the most worth, or else the quickest that may be on time.

        `chains` rise in accuracy; of those worth the same, it is the more accurate one.
        """
        best, most = None, 0.0
        for chain in reversed(chains):
            if chain.accuracy <= most:  # nor is any of the others worth more than its accuracy
                break
            worth = self._worth(chain)
            if worth > most:
                best, most = chain, worth
        return self.choice_of(best or self._quickest(chains))

    def choice_of(self, chain: Chain) -> Choice:
        """Return a chain with when the job should be done by it."""
        return Choice(chain, self._forecast_ns(chain))

    def _quickest(self, chains: Sequence[Chain]) -> Chain:
        stage, left_ns = self._job.stage, self._job.deadline_ns - self._now_ns
        possible = [chain for chain in chains if chain.least_ns[stage] <= left_ns]
        return min(possible or chains, key=lambda chain: chain.usual_ns[stage])

    def _forecast_ns(self, chain: Chain) -> int:
        """Return when the job is done if all stages take their usual times."""
        done_ns = self._done_ns.get(chain.name)
        if done_ns is None:
            done_ns = self._before.copy().place(self._now_ns, chain.parts[self._job.stage :])
            self._done_ns[chain.name] = done_ns
        return done_ns

    def _worth(self, chain: Chain) -> float:
        """Return the on-time accuracy to be expected, 0 to 1: that of what is late is 0.

        A job that would be late may still become a quicker one later (`Forks`) that is not.
        """
        on_time = self._on_time(chain)
        worth = on_time * chain.accuracy
        if on_time < 1.0:
            way_out = self._way_out(chain)
            worth += max(0.0, self._on_time(way_out) - on_time) * way_out.accuracy
        return worth

    def _on_time(self, chain: Chain) -> float:
        """Return the probability to be on time, as the last jobs show it."""
        stage = self._job.stage
        left_ns = self._job.deadline_ns - self._now_ns
        if chain.least_ns[stage] > left_ns:
            return 0.0
        forecast_ns = max(1, self._forecast_ns(chain) - self._now_ns)
        return self._job.owner.share_within(stage, left_ns / forecast_ns)

    def _way_out(self, chain: Chain) -> Chain:
        """Return the quickest that the job may become if it starts with a chain now."""
        job = self._job
        open_later = () if job.stage else job.forks.open(chain.name, 1)
        ways = [job.chains[place] for place in open_later] or [chain]
        return min(ways, key=lambda way: way.usual_ns[0])
