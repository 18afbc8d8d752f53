# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The same finish times as SimSo, a simulator by others; tools/record_simso.py recorded them."""

import json
from pathlib import Path

import pytest

from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.records import SimulatedTask
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.workload.records import LatePolicy, Packing, Policy, Resource, Stage, Task

RECORDED = json.loads((Path(__file__).parent / 'simso_schedules.json').read_text())
#: SimSo counts whole units, up to this one.
DURATION = 60_000
UNIT_NS = 1_000


def finish_times(policy, tasks):
    """Return the ends of each task's jobs in units, those up to DURATION."""
    simulated = []
    for number, (offset, period, deadline, time, priority) in enumerate(tasks):
        stage = Stage('net', Resource.ACCELERATOR)
        task = Task(
            f'task{number}', (stage,), period * UNIT_NS, deadline * UNIT_NS, priority,
            LatePolicy.RUN,
        )  # fmt: skip
        simulated.append(SimulatedTask(task, ((time * UNIT_NS,),), offset * UNIT_NS))
    settings = SchedulerSettings(policy, packing=Packing.GREEDY)
    jobs = simulate(simulated, settings, duration_ns=DURATION * UNIT_NS, seed=0)
    ends = {task.task.name: [] for task in simulated}
    for job in jobs:
        if job.finish_ns <= DURATION * UNIT_NS:
            ends[job.task].append(job.finish_ns / UNIT_NS)
    return list(ends.values())


@pytest.mark.parametrize('index', range(len(RECORDED)))
def test_finish_times_are_those_of_simso(index):
    recorded = RECORDED[index]
    assert finish_times(Policy(recorded['policy']), recorded['tasks']) == recorded['ends']


def test_the_recorded_sets_tell_policies_apart():
    assert [each['policy'] for each in RECORDED] == ['fixed_priority'] * 50 + ['edf'] * 50
    other = {'fixed_priority': Policy.EDF, 'edf': Policy.FIXED_PRIORITY}
    differing = [
        each for each in RECORDED
        if finish_times(other[each['policy']], each['tasks']) != each['ends']
    ]  # fmt: skip
    assert len(differing) > 50
    assert sum(len(ends) for each in RECORDED for ends in each['ends']) > 5000
