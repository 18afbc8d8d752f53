# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Stages that are really run in virtual time, at instants that were recorded."""

import pytest

from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.records import SimulatedTask
from rtmdl_ros.simulation.simulate import simulate_core
from rtmdl_ros.simulation.worker import StageError
from rtmdl_ros.workload.records import Outcome, Packing, Resource, Stage, Task

CHAIN = (
    Stage('before', Resource.CPU), Stage('net', Resource.ACCELERATOR), Stage('after', Resource.CPU)
)  # fmt: skip
TASK = Task('t', CHAIN, period_ns=100, deadline_ns=100)


class Notes:
    """Notes all that it is told; ends and fails the jobs that it is asked to."""

    def __init__(self, complete=(), failing=()):
        self.lines = []
        self._complete, self._failing = complete, failing

    def released(self, job_id, task, time_ns):
        self.lines.append((time_ns, 'released', job_id, task))

    def run(self, job_id, variant, span):
        self.lines.append((span.end_ns, 'run', job_id, span.stage))
        if (job_id, span.stage) in self._failing:
            raise StageError('broken')
        return (job_id, span.stage) in self._complete

    def ended(self, job):
        self.lines.append((job.finish_ns, 'ended', job.job_id, job.outcome))


def simulated(worker, arrivals_ns):
    """Run jobs of 1 + 5 + 1 ns."""
    core = Core(SchedulerSettings(packing=Packing.GREEDY))
    task = SimulatedTask(TASK, ((1,), (5,), (1,)), arrivals_ns=arrivals_ns)
    return simulate_core(core, [task], duration_ns=1000, seed=0, worker=worker)


def test_jobs_are_released_when_frames_were_recorded():
    jobs = simulated(None, (3, 50, 51, 400, 1000))
    # The one at the end of the time is none of its.
    assert [job.release_ns for job in jobs] == [3, 50, 51, 400]
    assert simulated(None, ()) == ()


def test_arrivals_that_do_not_rise_are_refused():
    with pytest.raises(ValueError, match='task t: arrivals_ns do not rise'):
        SimulatedTask(TASK, ((1,), (5,), (1,)), arrivals_ns=(3, 2))


def test_a_worker_is_told_in_the_order_of_time():
    notes = Notes()
    simulated(notes, (10, 100))
    assert notes.lines == [
        (10, 'released', 0, 't'),
        (11, 'run', 0, 0), (16, 'run', 0, 1), (17, 'run', 0, 2),
        (17, 'ended', 0, Outcome.ON_TIME),
        (100, 'released', 1, 't'),
        (101, 'run', 1, 0), (106, 'run', 1, 1), (107, 'run', 1, 2),
        (107, 'ended', 1, Outcome.ON_TIME),
    ]  # fmt: skip


def test_a_complete_job_needs_no_other_stage():
    (job,) = simulated(Notes(complete={(0, 1)}), (10,))
    assert (job.outcome, job.finish_ns, len(job.spans)) == (Outcome.ON_TIME, 16, 2)


def test_a_stage_that_fails_fails_its_job_only():
    first, second = simulated(Notes(failing={(0, 0)}), (10, 100))
    assert (first.outcome, first.finish_ns, first.detail) == (Outcome.FAILED, 11, 'broken')
    assert second.outcome is Outcome.ON_TIME
