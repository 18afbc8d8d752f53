# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is known of a job when it has ended."""

from dataclasses import dataclass

from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome


@dataclass(frozen=True)
class StageSpan:
    """A stage as it ran: measured around its function only."""

    stage: str
    #: 'cpu0', 'lane1', ...
    executor: str
    start_ns: int
    end_ns: int

    @property
    def duration_ns(self) -> int:
        """How long the stage ran, in nanoseconds."""
        return self.end_ns - self.start_ns

    @property
    def on_lane(self) -> bool:
        """It ran on a lane, not on a CPU worker: the core names them lane0, lane1, ..."""
        return self.executor.startswith('lane')


@dataclass(frozen=True)
class Wait:
    """A time for which a job waited for a stage, for one reason."""

    stage: str
    reason: Reason
    #: The task of the job that it waited for; '' where that was not one job.
    because: str
    start_ns: int
    end_ns: int


@dataclass(frozen=True)
class JobReport:
    """One job from release to end. All times are nanoseconds of the runtime's clock."""

    job_id: int
    task: str
    outcome: Outcome
    release_ns: int
    #: Absolute.
    deadline_ns: int
    #: End of the last stage for a job that finished, else the instant of its end.
    finish_ns: int
    #: The stages that ran, in order.
    spans: tuple[StageSpan, ...]
    #: Why the job missed, in words; empty for a job that finished.
    detail: str
    payload: object
    #: The same as a code; None for a job that finished.
    reason: Reason | None = None
    #: When and why it waited, in order.
    waits: tuple[Wait, ...] = ()
    #: What it was done with; '' where its task has no variants, or it never started.
    variant: str = ''

    @property
    def response_ns(self) -> int:
        """Finish minus release, in nanoseconds."""
        return self.finish_ns - self.release_ns

    @property
    def stages_ns(self) -> int:
        """Sum of the job's own stage times, in nanoseconds."""
        return sum(span.duration_ns for span in self.spans)

    @property
    def finished(self) -> bool:
        """The job has a result, on time or late."""
        return self.outcome.finished

    @property
    def missed(self) -> bool:
        """The job was anything but on time."""
        return self.outcome.missed
