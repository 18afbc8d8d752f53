# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Times that follow what is measured (rule 7)."""

from dataclasses import replace

import pytest

from rtmdl_ros.scheduling.commands import StartStage
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.events import (
    JobReleased,
    StageFinished,
    TaskAdded,
    TaskChanged,
    TaskRemoved,
)
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.records import (
    LatePolicy,
    Packing,
    Resource,
    Stage,
    Task,
    TaskVariant,
)
from rtmdl_ros.workload.slow_downs import SlowDowns

MS = 1_000_000


def stage(name, resource, time_ms):
    ns = time_ms * MS
    return Stage(name, resource, ns // 2, 2 * ns, name, typical_ns=ns)


def one_task(times_ms=(10, 20)):
    """A task whose variants are an accelerator stage and a CPU stage each."""
    variants = tuple(
        TaskVariant(
            f'v{time_ms}',
            (
                stage(f'net{time_ms}', Resource.ACCELERATOR, time_ms),
                stage('post', Resource.CPU, 1),
            ),
            time_ms / 100,
        )
        for time_ms in times_ms
    )
    top = variants[-1]
    return Task(
        'a', top.stages, 50 * MS, 33 * MS, late=LatePolicy.RUN, variants=variants, base=top.name
    )


def run(core, jobs, slowness, first=0, post=1.0):
    """Run jobs of 50 ms each, one after the other; returns their variants."""
    chosen = []
    for job_id in range(first, first + jobs):
        now_ns = job_id * 50 * MS
        commands = core.step(now_ns, [JobReleased(now_ns, job_id, 'a')])
        (start,) = [c for c in commands if isinstance(c, StartStage)]
        chosen.append(start.variant)
        lane_ns = round(int(start.variant[1:]) * MS * slowness)
        core.step(now_ns + lane_ns, [StageFinished(now_ns + lane_ns, job_id, 0)])
        end_ns = now_ns + lane_ns + round(post * MS)
        core.step(end_ns, [StageFinished(end_ns, job_id, 1)])
    return chosen


def test_a_machine_that_gets_slow_is_noticed_within_a_second_and_when_it_is_well_again():
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, one_task())])
    assert run(core, 30, 1.0) == ['v20'] * 30
    slow = run(core, 60, 2.0, first=30)
    assert slow[-20:] == ['v10'] * 20  # 40 ms would not be on time
    assert slow.index('v10') * 50 < 1000
    well = run(core, 90, 1.0, first=90)
    assert well.index('v20') * 50 < 2000
    assert well[-20:] == ['v20'] * 20


def test_a_single_long_wait_changes_nothing():
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, one_task())])
    run(core, 30, 1.0)
    run(core, 1, 1.6, first=30)
    assert run(core, 30, 1.0, first=31) == ['v20'] * 30


def test_the_stage_that_the_profile_is_wrong_about_is_followed_alone():
    """The CPU stage takes five times as long; the network, on another resource, does not."""
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, one_task((10, 15)))])
    run(core, 40, 1.0, post=5.0)
    chains = core._tasks['a'].chains
    assert [s.typical_ns / MS for s in chains[1].stages] == [15.0, 5.0]
    assert [s.worst_ns / MS for s in chains[1].stages] == [30.0, 10.0]
    # The variant that was never run is on the same CPU.
    assert chains[0].stages[1].typical_ns == 5 * MS
    assert chains[0].stages[0].typical_ns == 10 * MS


#: Its network takes three times as long.
WRONG = Task('b', (stage('net', Resource.ACCELERATOR, 3),), 50 * MS, 33 * MS, priority=0)


def beside_a_wrong_profile():
    """Return a core after 2 s with `one_task` and `WRONG`, and when that was."""
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, one_task((10,))), TaskAdded(0, WRONG)])
    for number in range(40):
        now_ns = number * 50 * MS
        first, second = 2 * number, 2 * number + 1
        core.step(now_ns, [JobReleased(now_ns, first, 'b')])
        core.step(now_ns + 9 * MS, [StageFinished(now_ns + 9 * MS, first, 0)])
        start_ns = now_ns + 10 * MS
        core.step(start_ns, [JobReleased(start_ns, second, 'a')])
        core.step(start_ns + 10 * MS, [StageFinished(start_ns + 10 * MS, second, 0)])
        core.step(start_ns + 11 * MS, [StageFinished(start_ns + 11 * MS, second, 1)])
    return core, 2000 * MS


def test_one_of_two_stages_on_a_lane_that_is_slower_than_its_profile_slows_down_nobody_else():
    core, _ = beside_a_wrong_profile()
    assert core._tasks['a'].chains[0].stages[0].typical_ns == 10 * MS
    assert core._tasks['b'].chains[0].stages[0].typical_ns == 9 * MS


def short_task():
    """A task with a stage fewer than `one_task` in variants of the same names."""
    whole = one_task((10, 20))
    variants = tuple(replace(each, stages=each.stages[1:]) for each in whole.variants)
    return replace(whole, stages=variants[-1].stages, variants=variants)


def test_what_was_learned_of_a_stage_is_not_taken_for_that_of_another():
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, one_task())])
    run(core, 30, 1.0, post=3.0)
    core.step(1500 * MS, [TaskChanged(1500 * MS, short_task())])
    core.step(1600 * MS)
    # The network of 20 ms is gone; what follows it takes three times its time as before.
    assert [each.typical_ns for each in core._tasks['a'].chains[1].stages] == [3 * MS]


def test_a_task_that_was_removed_is_not_remembered():
    core, now_ns = beside_a_wrong_profile()
    core.step(now_ns, [TaskRemoved(now_ns, 'b'), TaskAdded(now_ns, WRONG)])
    core.step(now_ns + 100 * MS)
    assert core._tasks['b'].chains[0].stages[0].typical_ns == 3 * MS


def test_stages_that_take_no_time_have_no_pace():
    core = Core(SchedulerSettings())
    plain = Task('a', (stage('net', Resource.ACCELERATOR, 4),), 33 * MS, 33 * MS)
    core.step(0, [TaskAdded(0, plain)])
    for number in range(40):
        now_ns = number * 33 * MS
        core.step(now_ns, [JobReleased(now_ns, number, 'a')])
        core.step(now_ns, [StageFinished(now_ns, number, 0)])
    assert core._tasks['a'].chains[0].stages == plain.stages


def test_a_slow_machine_makes_no_job_hopeless_and_a_fast_one_lets_it_be_tried():
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, one_task())])
    run(core, 40, 1.5)
    assert core._tasks['a'].chains[1].stages[0].optimistic_ns == 10 * MS
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, one_task())])
    run(core, 40, 0.5)
    assert core._tasks['a'].chains[1].stages[0].optimistic_ns == 5 * MS


def test_what_the_lane_beside_costs_is_not_taken_for_slowness():
    slow = SlowDowns({(a, b): 2.0 for a in ('net10', 'x') for b in ('net10', 'x')})
    core = Core(SchedulerSettings(lanes=2, packing=Packing.GREEDY, slow_downs=slow))
    beside = Task('b', (Stage('x', Resource.ACCELERATOR, 0, 1, 'x'),), 33 * MS, 33 * MS)
    core.step(0, [TaskAdded(0, one_task((10,))), TaskAdded(0, beside)])
    for number in range(40):
        now_ns = number * 33 * MS
        jobs = [JobReleased(now_ns, 2 * number, 'a'), JobReleased(now_ns, 2 * number + 1, 'b')]
        core.step(now_ns, jobs)
        end_ns = now_ns + 20 * MS
        core.step(
            end_ns,
            [StageFinished(end_ns, 2 * number, 0), StageFinished(end_ns, 2 * number + 1, 0)],
        )
        core.step(end_ns + MS, [StageFinished(end_ns + MS, 2 * number, 1)])
    assert core._tasks['a'].chains[0].stages[0].typical_ns == 10 * MS


def test_stages_without_a_typical_time_are_not_followed():
    core = Core(SchedulerSettings())
    plain = Task('a', (Stage('net', Resource.ACCELERATOR, 1, 9),), 33 * MS, 33 * MS)
    core.step(0, [TaskAdded(0, plain)])
    for number in range(40):
        now_ns = number * 33 * MS
        core.step(now_ns, [JobReleased(now_ns, number, 'a')])
        core.step(now_ns + MS, [StageFinished(now_ns + MS, number, 0)])
    assert core._tasks['a'].chains[0].stages == plain.stages


@pytest.mark.parametrize(
    ('resource', 'typical_ms'), [(Resource.CPU, 5), (Resource.ACCELERATOR, 12)]
)
def test_a_lane_is_taken_from_the_decision_on_and_a_worker_from_the_begin(resource, typical_ms):
    core = Core(SchedulerSettings())
    plain = Task('a', (stage('net', resource, 5),), 33 * MS, 33 * MS)
    core.step(0, [TaskAdded(0, plain)])
    for number in range(40):
        now_ns = number * 33 * MS
        core.step(now_ns, [JobReleased(now_ns, number, 'a')])
        end_ns = now_ns + 12 * MS
        done = StageFinished(end_ns, number, 0, start_ns=now_ns + 7 * MS)
        core.step(end_ns, [done])
    assert core._tasks['a'].chains[0].stages[0].typical_ns == typical_ms * MS
