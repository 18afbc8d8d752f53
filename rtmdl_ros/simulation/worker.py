# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Real work in virtual time: what a simulation hands stages to that are really to be run."""

from __future__ import annotations

from typing import Protocol

from rtmdl_ros.simulation.records import SimulatedJob, Span


class StageError(Exception):
    """A stage has no result; the text says why and ends up in the job's detail."""


class Worker(Protocol):
    """Told of every job in the order of virtual time; runs its stages.

    How long a stage takes is not asked of it: that is drawn from the task's times.
    """

    def released(self, job_id: int, task: str, time_ns: int) -> None:
        """Take the next frame of a task: a job was released."""

    def run(self, job_id: int, variant: str, span: Span) -> bool:
        """Run a stage, at its end; return whether the job has its result and needs no other.

        Raises StageError, which fails the job.
        """

    def ended(self, job: SimulatedJob) -> None:
        """Take note of the end of a job."""
