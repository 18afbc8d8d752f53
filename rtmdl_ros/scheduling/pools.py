# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A kind of resource: its free executors and the jobs that are ready to use one."""

from __future__ import annotations

from bisect import insort
from operator import attrgetter

from rtmdl_ros.scheduling.jobs import LiveJob

_KEY = attrgetter('key')


class Pool:
    """Executors of one kind and their ready queue, the most urgent job first.

    The queue is a sorted list: freshness keeps it to a few jobs a task, and whoever decides
    may look at all of them in order.
    """

    def __init__(self, prefix: str, size: int) -> None:
        """Make `size` free executors, named `prefix` and a number from 0."""
        self.executors = tuple(f'{prefix}{number}' for number in range(size))
        #: The jobs that wait for an executor, the most urgent first. To be read only.
        self.ready: list[LiveJob] = []
        #: The executors that run nothing, the last freed one last. To be read only.
        self.idle = list(reversed(self.executors))

    def add(self, job: LiveJob) -> None:
        """Put a job into the ready queue."""
        job.queued = True
        insort(self.ready, job, key=_KEY)

    def remove(self, job: LiveJob) -> None:
        """Take a job out of the ready queue."""
        self.ready.remove(job)
        job.queued = False

    def free(self, executor: str) -> None:
        """Take an executor back."""
        self.idle.append(executor)

    def take(self, job: LiveJob) -> str:
        """Take a ready job out of the queue; returns the executor for it.

        The executor that became free last is taken: the thread that reports the end of a
        stage goes on with the next one without a hand-over and with warm caches.
        """
        self.remove(job)
        return self.idle.pop()
