# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The guard on schedules computed by hand: who waits, for whom, and until when."""

from dataclasses import replace

import pytest

from rtmdl_ros.scheduling.commands import StartStage, WaitStage, WakeAt
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.events import JobReleased, StageFinished, TaskAdded
from rtmdl_ros.scheduling.guard import Demand, RunningStage, _Lanes, _latest_ends_of_running
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.records import SimulatedTask
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import LatePolicy, Outcome, Resource, Stage, Task
from rtmdl_ros.workload.slow_downs import SlowDowns

MS = 1_000_000
NO_SLOW_DOWNS = SlowDowns()
BOTH_DOUBLE = SlowDowns({('h', 'l'): 2.0, ('l', 'h'): 2.0})


def net(name, length, deadline, period=100, priority=0):
    """Return a task of one accelerator stage, never discarded."""
    stage = Stage('net', Resource.ACCELERATOR, 0, length, segment=name)
    return Task(name, (stage,), period, deadline, priority, LatePolicy.RUN)


def guarded(*tasks, lanes, slow_downs=NO_SLOW_DOWNS):
    """Return a core with these tasks under fixed priority."""
    core = Core(SchedulerSettings(lanes=lanes, slow_downs=slow_downs))
    core.step(0, [TaskAdded(0, task) for task in tasks])
    return core


@pytest.mark.parametrize(
    ('deadline', 'lane'), [(20, 'lane1'), (19, None)], ids=['just fits', 'one ns too late']
)
def test_a_stage_is_packed_only_if_the_running_urgent_one_stays_on_time(deadline, lane):
    core = guarded(
        net('h', 10, deadline, priority=1), net('l', 10, 90), lanes=2, slow_downs=BOTH_DOUBLE
    )
    assert core.step(0, [JobReleased(0, 0, 'h')]) == [StartStage(0, 0, 'lane0')]
    commands = core.step(0, [JobReleased(0, 1, 'l')])
    if lane:
        assert commands == [StartStage(1, 0, lane)]
    else:
        # From then on it is lost, and is not asked for again by any event.
        assert commands == [WaitStage(1, 0, Reason.URGENT_JOB, 'h'), WakeAt(deadline + 1)]


def test_who_waits_for_a_job_that_takes_too_long_goes_on_when_that_is_lost():
    core = guarded(net('h', 10, 19, priority=1), net('l', 10, 90), lanes=2, slow_downs=BOTH_DOUBLE)
    assert WakeAt(20) in core.step(0, [JobReleased(0, 0, 'h'), JobReleased(0, 1, 'l')])
    assert core.step(20) == [StartStage(1, 0, 'lane1')]


def demand(ready_ns, segment, executor=None):
    """Return a more urgent job with one stage left."""
    stage = Stage('net', Resource.ACCELERATOR, 0, 10, segment)
    return Demand('h', (), ready_ns, 99, (stage,), executor, None, None)


@pytest.mark.parametrize(
    ('coming', 'end_ns'),
    [
        (demand(119, 'h'), 120),
        (demand(120, 'h'), 110),
        (demand(100, 'h', 'lane0'), 110),
        (demand(100, 'h', 'lane1'), 120),
    ],
    ids=['before it ends', 'when it is over', 'its own job', 'the job beside it'],
)
def test_a_stage_takes_longer_only_beside_what_may_start_before_it_ends(coming, end_ns):
    slow = SlowDowns({('l', 'h'): 2.0, ('h', 'l'): 1.0})
    running = {'lane0': RunningStage(Stage('net', Resource.ACCELERATOR, 0, 10, 'l'), 10)}
    lanes = {Resource.ACCELERATOR: 2}
    assert _latest_ends_of_running([coming], running, lanes, slow, 100) == {'lane0': end_ns}
    late = {'lane0': running['lane0']._replace(left_ns=-30)}
    assert _latest_ends_of_running([], late, lanes, slow, 100) == {'lane0': 100}


def test_a_stage_is_placed_beside_one_that_slows_it_down_and_behind_one_that_may():
    stage = Stage('net', Resource.ACCELERATOR, 0, 10, 'l')
    beside = [(100, replace(stage, segment='h'))]
    known = SlowDowns({('l', 'h'): 2.0, ('h', 'l'): 1.0})
    assert _Lanes(beside, 2, known).place(stage, 0) == 20
    assert _Lanes(beside, 2, known).place(stage, 95) == 107.5 + 0.5
    assert _Lanes(beside, 2, NO_SLOW_DOWNS).place(stage, 0) == 110


def test_a_network_that_would_slow_itself_down_does_not_keep_others_away():
    """lights and signs with 10 and 12 ms of network, one frame of each, 1.5 beside themselves."""
    pairs = {('lights', 'signs'): 1.2, ('signs', 'lights'): 1.2}
    pairs |= {('lights', 'lights'): 1.5, ('signs', 'signs'): 1.5}
    tasks = []
    for name, length, deadline, priority in (('lights', 10, 15, 2), ('signs', 12, 24, 1)):
        lengths_ns = (MS, length * MS, MS)
        stages = tuple(
            Stage(what, kind, ns, ns, name)
            for what, kind, ns in zip(
                ('prepare', 'detect', 'finish'),
                (Resource.CPU, Resource.ACCELERATOR, Resource.CPU),
                lengths_ns,
                strict=True,
            )
        )
        task = Task(name, stages, 100 * MS, deadline * MS, priority)
        tasks.append(SimulatedTask(task, tuple((ns,) for ns in lengths_ns)))
    settings = SchedulerSettings(lanes=2, slow_downs=SlowDowns(pairs))
    jobs = simulate(tasks, settings, duration_ns=100 * MS, seed=0)
    assert [(job.task, job.finish_ns) for job in jobs] == [
        ('lights', 13_800_000), ('signs', 16_800_000),
    ]  # fmt: skip


def test_what_is_left_counts_not_the_whole_stage():
    core = guarded(net('h', 10, 15, priority=1), net('l', 4, 90), lanes=2, slow_downs=BOTH_DOUBLE)
    core.step(0, [JobReleased(0, 0, 'h')])
    # 5 left, doubled: 15, on time.
    assert core.step(5, [JobReleased(5, 1, 'l')]) == [StartStage(1, 0, 'lane1')]


def test_an_unknown_pair_is_not_packed_if_it_could_hurt():
    core = guarded(net('h', 10, 99, priority=1), net('l', 10, 99), lanes=2)
    core.step(0, [JobReleased(0, 0, 'h')])
    commands = core.step(0, [JobReleased(0, 1, 'l')])
    assert commands == [WaitStage(1, 0, Reason.SLOW_DOWN_UNKNOWN, 'h')]
    assert StartStage(1, 0, 'lane0') in core.step(10, [StageFinished(10, 0, 0)])


def test_a_stage_of_unknown_length_runs_alone():
    core = guarded(
        net('h', 10, 99, priority=1), net('l', 0, 99), lanes=2, slow_downs=BOTH_DOUBLE
    )
    core.step(0, [JobReleased(0, 0, 'h')])
    commands = core.step(0, [JobReleased(0, 1, 'l')])
    assert commands == [WaitStage(1, 0, Reason.LENGTH_UNKNOWN, 'h')]


def test_the_more_urgent_takes_a_free_lane_whatever_it_costs_the_others():
    core = guarded(net('h', 10, 99, priority=1), net('l', 10, 11), lanes=2, slow_downs=BOTH_DOUBLE)
    core.step(0, [JobReleased(0, 0, 'l')])
    assert core.step(1, [JobReleased(1, 1, 'h')]) == [StartStage(1, 0, 'lane1')]


@pytest.mark.parametrize(('factor', 'on_time'), [(1.9, 42), (1.1, 84)])
def test_a_frame_is_not_packed_beside_an_earlier_one_of_its_task_that_it_would_make_late(
    factor, on_time
):
    """Two segments of 8 ms between a ms before and one behind, a frame each 12 ms, due after 20."""
    lane, cpu = Resource.ACCELERATOR, Resource.CPU
    stages = tuple(
        Stage(name, kind, length * MS, length * MS, segment)
        for name, kind, length, segment in (
            ('prepare', cpu, 1, ''), ('1/2', lane, 8, 'n'), ('2/2', lane, 8, 'n'),
            ('finish', cpu, 1, ''),
        )
    )  # fmt: skip
    task = Task('lights', stages, 12 * MS, 20 * MS, 1)
    times_ns = tuple((stage.worst_ns,) for stage in stages)
    settings = SchedulerSettings(lanes=2, slow_downs=SlowDowns({('n', 'n'): factor}))
    jobs = simulate([SimulatedTask(task, times_ns)], settings, duration_ns=1000 * MS, seed=0)
    assert [len(jobs), sum(not job.outcome.missed for job in jobs)] == [84, on_time]


@pytest.mark.parametrize(('now', 'starts'), [(85, True), (86, False)])
def test_a_stage_waits_for_an_urgent_job_that_is_expected(now, starts):
    # The next h comes at 100 and must start by 105: a stage of 20 may start until 85.
    core = guarded(net('h', 10, 15, priority=1), net('l', 20, 500), lanes=1)
    core.step(0, [JobReleased(0, 0, 'h')])
    core.step(10, [StageFinished(10, 0, 0)])
    commands = core.step(now, [JobReleased(now, 1, 'l')])
    if starts:
        assert commands == [StartStage(1, 0, 'lane0')]
    else:
        assert commands == [WaitStage(1, 0, Reason.URGENT_JOB, 'h'), WakeAt(200)]


def test_a_job_held_back_is_asked_for_again_before_it_is_hopeless():
    least = Stage('net', Resource.ACCELERATOR, 20, 20, segment='l')
    core = guarded(
        net('h', 10, 15, priority=1), Task('l', (least,), 1000, 500), lanes=1
    )  # fmt: skip
    core.step(0, [JobReleased(0, 0, 'h')])
    core.step(10, [StageFinished(10, 0, 0)])
    # It is hopeless from 571 on; the next h is forgotten at 200.
    commands = core.step(90, [JobReleased(90, 1, 'l')])
    assert commands == [WaitStage(1, 0, Reason.URGENT_JOB, 'h'), WakeAt(200)]


def test_a_task_that_stopped_holds_nobody_back_for_more_than_a_period():
    core = guarded(net('h', 10, 15, priority=1), net('l', 20, 500), lanes=1)
    core.step(0, [JobReleased(0, 0, 'h')])
    core.step(10, [StageFinished(10, 0, 0)])
    core.step(90, [JobReleased(90, 1, 'l')])
    assert core.step(150) == []
    assert core.step(200) == [StartStage(1, 0, 'lane0')]


def test_a_camera_slower_than_its_period_is_waited_for_as_long_as_it_takes_between_frames():
    core = guarded(net('h', 10, 15, priority=1), net('l', 20, 900), lanes=1)
    for job in range(5):
        core.step(300 * job, [JobReleased(300 * job, job, 'h')])
        core.step(300 * job + 10, [StageFinished(300 * job + 10, job, 0)])
    # The next h is expected at 1500.
    assert core.step(1490, [JobReleased(1490, 5, 'l')]) == [
        WaitStage(5, 0, Reason.URGENT_JOB, 'h'), WakeAt(1800),
    ]  # fmt: skip
    assert core.step(1650) == []
    assert core.step(1800) == [StartStage(5, 0, 'lane0')]


def test_who_is_waited_for_is_told_anew():
    core = guarded(
        net('h', 10, 15, priority=2), net('m', 10, 15, priority=1), net('l', 20, 500), lanes=1
    )
    for job, name in enumerate('hm'):
        core.step(20 * job, [JobReleased(20 * job, job, name)])
        core.step(20 * job + 10, [StageFinished(20 * job + 10, job, 0)])
    assert WaitStage(2, 0, Reason.URGENT_JOB, 'h') in core.step(95, [JobReleased(95, 2, 'l')])
    core.step(100, [JobReleased(100, 3, 'h')])
    assert WaitStage(2, 0, Reason.URGENT_JOB, 'm') in core.step(110, [StageFinished(110, 3, 0)])


def test_nobody_waits_for_a_job_that_is_lost_anyway():
    core = guarded(net('h', 10, 5, priority=1), net('l', 20, 500), lanes=1)
    core.step(0, [JobReleased(0, 0, 'h')])
    core.step(10, [StageFinished(10, 0, 0)])
    assert core.step(90, [JobReleased(90, 1, 'l')]) == [StartStage(1, 0, 'lane0')]


def test_a_shorter_stage_goes_before_one_that_is_held_back():
    core = guarded(
        net('h', 10, 15, priority=2), net('m', 40, 500, 500, 1), net('l', 5, 500), lanes=1
    )
    core.step(0, [JobReleased(0, 0, 'h')])
    core.step(10, [StageFinished(10, 0, 0)])
    commands = core.step(90, [JobReleased(90, 1, 'm'), JobReleased(90, 2, 'l')])
    assert commands == [
        StartStage(2, 0, 'lane0'),
        WaitStage(1, 0, Reason.EXECUTORS_BUSY, ''),
    ]


def test_a_worker_is_kept_where_two_urgent_jobs_are_to_come():
    def cpu_task(name, priority, took_ms, period_ms, deadline_ms, offset_ms):
        stages = (Stage('work', Resource.CPU, took_ms * MS, took_ms * MS),)
        task = Task(name, stages, period_ms * MS, deadline_ms * MS, priority)
        return SimulatedTask(task, ((took_ms * MS,),), offset_ms * MS)

    tasks = [cpu_task(name, priority, 10, 100, 15, 0) for name, priority in (('u', 3), ('v', 2))]
    tasks.append(cpu_task('long', 1, 50, 1000, 1000, 60))
    jobs = simulate(tasks, SchedulerSettings(cpu_workers=2), duration_ns=1000 * MS, seed=0)
    assert {job.outcome for job in jobs} == {Outcome.ON_TIME}
