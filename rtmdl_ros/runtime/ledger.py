# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The accounts of all tasks and executors of a runtime."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rtmdl_ros.runtime.accounting import BusyAccount, RuntimeStatistics, TaskAccount
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.workload.records import Resource


class Ledger:
    """One account a task and an executor. Not safe to use from several threads at once."""

    def __init__(self, window_ns: int, executors: Mapping[str, Resource]) -> None:
        """Open the accounts of `executors`; `window_ns` is the length of the window."""
        self._window_ns = window_ns
        self._executors = executors
        self._tasks: dict[str, TaskAccount] = {}
        self._busy = {name: BusyAccount() for name in executors}

    def add_task(self, name: str) -> None:
        """Open a task's account; one that was removed and comes back counts on."""
        self._tasks.setdefault(name, TaskAccount(name))

    def add_release(self, task: str, release_ns: int) -> None:
        """Count a released job."""
        self._tasks[task].add_release(release_ns)

    def add_end(self, report: JobReport) -> None:
        """Count a job that ended."""
        self._tasks[report.task].add_end(report)

    def add_span(self, span: StageSpan) -> None:
        """Count a stage that ended."""
        self._busy[span.executor].add(span)

    def copy(
        self,
        now_ns: int,
        uptime_ns: int,
        busy_since_ns: Mapping[str, int | None],
        slowness: Mapping[Resource, float],
    ) -> Callable[[], RuntimeStatistics]:
        """Copy the accounts; returns what evaluates the copy, to be called without the lock.

        `busy_since_ns` tells by executor when the stage that it runs now began, `slowness` how many
        times as long as profiled stages take.
        """
        for account in self._tasks.values():
            account.forget_before(now_ns - self._window_ns)
        tasks = [account.copy() for account in self._tasks.values()]
        window_ns = min(self._window_ns, uptime_ns)
        shares = {
            name: account.share(now_ns, window_ns, busy_since_ns[name])
            for name, account in self._busy.items()
        }

        def evaluate() -> RuntimeStatistics:
            return RuntimeStatistics(
                time_ns=now_ns,
                tasks=tuple(account.statistics(now_ns, window_ns) for account in tasks),
                cpu_busy=self._mean(shares, Resource.CPU),
                accelerator_busy=self._mean(shares, Resource.ACCELERATOR),
                cpu_slowness=slowness[Resource.CPU],
                accelerator_slowness=slowness[Resource.ACCELERATOR],
            )

        return evaluate

    def _mean(self, shares: Mapping[str, float], kind: Resource) -> float:
        of_kind = [shares[name] for name, resource in self._executors.items() if resource is kind]
        return sum(of_kind) / len(of_kind)
