# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Worst response times on one resource without preemption, as published.

Each bound comes out of the schedule of the core at a critical instant, to the nanosecond. The task
sets without another source and their bounds are those of the tests of response-time-analysis 0.3.2
(B. Brandenburg, https://github.com/brandenburg/response-time-analysis-rs, tests.rs of
src/fixed_priority and of src/edf). It computes them by the analysis that is verified in Coq
(S. Bozhko and B. Brandenburg, "Abstract Response-Time Analysis: A Formal Foundation for the
Busy-Window Principle", ECRTS 2020). Time there is discrete; a unit is taken as 1 ns. A job that
blocks started one unit before.
"""

import pytest

from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.records import LatePolicy, Packing, Policy, Resource, Stage, Task

LANE = Resource.ACCELERATOR


@pytest.fixture
def worst_response(virtual_time):
    """Return a function that runs a schedule and gives the longest response of a task."""

    def run(policy, times, deadlines, releases, of):
        """`releases` by task; the jobs of one instant are released in the order of its names."""
        stage = (Stage('net', LANE),)
        tasks = [
            # The larger, the more urgent; none is dropped for another.
            Task(name, stage, 1_000, deadlines[name], -number, LatePolicy.RUN)
            for number, name in enumerate(times)
        ]
        core = Core(SchedulerSettings(policy, lanes=1, packing=Packing.GREEDY))
        time = virtual_time(core, tasks, {f'{name} net': taken for name, taken in times.items()})
        released = []
        for name, instants in releases.items():
            time.release(name, *instants)
            released += [(instant, name) for instant in instants]
        released.sort(key=lambda release: release[0])
        ends = time.run().outcomes()
        responses = [
            end - released[int(job.partition('#')[2])][0]
            for job, _, end in ends
            if job.startswith(f'{of}#')
        ]
        assert {outcome for _, outcome, _ in ends} <= {'on_time', 'late'}, 'all run to their end'
        return max(responses)

    return run


#: (of, releases by task, bound); test fp_np_rta_1, periods 70, 80, 200.
FIXED_PRIORITY = [
    ('a', {'a': [1], 'c': [0]}, 54),
    ('b', {'a': [1], 'b': [1], 'c': [0]}, 74),
    ('c', {'a': [0], 'b': [0], 'c': [0]}, 75),
]


@pytest.mark.parametrize(('of', 'releases', 'bound'), FIXED_PRIORITY)
def test_non_preemptive_fixed_priority(worst_response, of, releases, bound):
    times = {'a': 20, 'b': 20, 'c': 35}
    deadlines = {'a': 70, 'b': 80, 'c': 200}
    assert worst_response(Policy.FIXED_PRIORITY, times, deadlines, releases, of) == bound


EDF_TIMES = {'a': 79, 'b': 11, 'c': 1}


@pytest.mark.parametrize('of', EDF_TIMES)
def test_non_preemptive_edf_with_one_deadline_for_all(worst_response, of):
    """Test edf_rta_nonpreemptive_same_deadlines: of equal deadlines any may go last."""
    others = {name: [0] for name in EDF_TIMES if name != of}
    deadlines = dict.fromkeys(EDF_TIMES, 100)
    assert worst_response(Policy.EDF, EDF_TIMES, deadlines, {**others, of: [0]}, of) == 91


#: Test edf_rta_nonpreemptive_different_deadlines, periods 120, 34, 190.
EDF = [('a', {'b': [0], 'a': [1]}, 89), ('b', {'a': [0], 'b': [0], 'c': [0]}, 90)]
EDF_DEADLINES = {'a': 50, 'b': 100, 'c': 120}


@pytest.mark.parametrize(('of', 'releases', 'bound'), EDF)
def test_non_preemptive_edf(worst_response, of, releases, bound):
    assert worst_response(Policy.EDF, EDF_TIMES, EDF_DEADLINES, releases, of) == bound


def test_non_preemptive_edf_late_in_the_busy_period(worst_response):
    """The bound of c is 121, for a job at 82 that loses a tie with the job of b at 102.

    Here the earlier release wins ties, so the worst is a job one later, whose deadline is later
    than that of b. The jobs of b are tasks of their own: one that waits would be superseded.
    """
    of_b = {f'b{release}': release for release in (0, 34, 68, 102)}
    times = {'a': 79, 'c': 1} | dict.fromkeys(of_b, 11)
    deadlines = {'a': 50, 'c': 120} | dict.fromkeys(of_b, 100)
    releases = {'a': [0, 120]} | {name: [release] for name, release in of_b.items()}

    def response_of_c(release):
        return worst_response(Policy.EDF, times, deadlines, {**releases, 'c': [release]}, 'c')

    assert response_of_c(83) == 121 - 1
    assert max(response_of_c(release) for release in range(203)) == 120


@pytest.mark.parametrize(
    ('of', 'releases', 'bound'), [('a', {'b': [0], 'a': [1]}, 14), ('b', {'a': [0], 'b': [0]}, 15)]
)
def test_non_preemptive_edf_of_two_tasks(worst_response, of, releases, bound):
    """Test edf_rta_nonpreemptive_improved_bound, periods 20."""
    deadlines = {'a': 29, 'b': 30}
    assert worst_response(Policy.EDF, {'a': 5, 'b': 10}, deadlines, releases, of) == bound


def test_can_example_of_davis_et_al(virtual_time):
    """Non-preemptive fixed priority: the second instance of C is later than the first.

    The example with which R. Davis, A. Burns, R. Bril and J. Lukkien refuted the first analysis
    of CAN ("Controller Area Network (CAN) schedulability analysis: Refuted, revisited and
    revised", Real-Time Systems 35, 2007, doi 10.1007/s11241-007-9012-7): three messages of 1 ms
    with periods 2.5, 3.5, 3.5 ms and deadlines 2.5, 3.25, 3.25 ms; C responds in 3 ms and then
    in 3.5 ms, late. Times here in microseconds.
    """
    stage = (Stage('net', LANE),)
    tasks = [
        Task('A', stage, 2500, 2500, 3, LatePolicy.RUN),
        Task('B', stage, 3500, 3250, 2, LatePolicy.RUN),
        Task('C', stage, 3500, 3250, 1, LatePolicy.RUN),
    ]
    time = virtual_time(
        Core(SchedulerSettings()), tasks, {'A net': 1000, 'B net': 1000, 'C net': 1000}
    )
    time.release('A', 0, 2500, 5000)
    time.release('B', 0, 3500)
    time.release('C', 0, 3500)
    assert time.run().outcomes() == [
        ('A#0', 'on_time', 1000),
        ('B#1', 'on_time', 2000),
        ('C#2', 'on_time', 3000),
        ('A#3', 'on_time', 4000),
        ('B#4', 'on_time', 5000),
        ('A#6', 'on_time', 6000),
        ('C#5', 'late', 7000),  # response 3500
    ]
