# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Simulated jobs in the form in which real ones are reported."""

from collections.abc import Sequence

from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.simulation.records import SimulatedJob
from rtmdl_ros.workload.records import Stage


def report_of(job: SimulatedJob, chain: Sequence[Stage], start_ns: int = 0) -> JobReport:
    """Return the report of a job whose variant has the stages of `chain`.

    `start_ns` is when its simulation began, in ns.
    """
    return JobReport(
        job_id=job.job_id,
        task=job.task,
        outcome=job.outcome,
        release_ns=start_ns + job.release_ns,
        deadline_ns=start_ns + job.deadline_ns,
        finish_ns=start_ns + job.finish_ns,
        spans=tuple(
            StageSpan(chain[s.stage].name, s.executor, start_ns + s.start_ns, start_ns + s.end_ns)
            for s in job.spans
        ),
        detail=job.detail,
        payload=None,
        reason=job.reason,
        variant=job.variant,
    )
