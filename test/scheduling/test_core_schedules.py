# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Schedules computed by hand, to the nanosecond."""

from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.records import LatePolicy, Packing, Policy, Resource, Stage, Task

CPU, LANE = Resource.CPU, Resource.ACCELERATOR


def net(name, deadline, priority=0, optimistic=0, late=LatePolicy.DISCARD):
    """Return a task with one accelerator stage 'net'."""
    return Task(name, (Stage('net', LANE, optimistic),), deadline, deadline, priority, late)


def chain(name, *stages, deadline=1000, priority=0, late=LatePolicy.DISCARD):
    """Return a task with stages given as (name, resource) or (name, resource, optimistic)."""
    return Task(name, tuple(Stage(*s) for s in stages), deadline, deadline, priority, late)


def test_fixed_priority_serves_the_larger_number_first(virtual_time):
    tasks = [net('low', 100, 1), net('high', 100, 9), net('middle', 100, 5)]
    time = virtual_time(
        Core(SchedulerSettings()), tasks, {f'{t.name} net': 10 for t in tasks}
    )
    for task in tasks:
        time.release(task.name, 0)
    assert time.run().starts == [
        '0 lane0 high#1 net',
        '10 lane0 middle#2 net',
        '20 lane0 low#0 net',
    ]


def test_fixed_priority_breaks_ties_by_deadline_then_release_then_job(virtual_time):
    tasks = [net('hog', 500, 9), net('a', 80, 1), net('b', 70, 1), net('c', 80, 1), net('d', 79, 1)]
    time = virtual_time(
        Core(SchedulerSettings()), tasks, {f'{t.name} net': 10 for t in tasks}
    )
    time.release('hog', 0)
    time.release('c', 0)  # deadline 80, release 0, job 1
    time.release('a', 0)  # deadline 80, release 0, job 2
    time.release('b', 3)  # deadline 73
    time.release('d', 1)  # deadline 80, release 1
    order = [start.split()[2] for start in time.run().starts]
    assert order == ['hog#0', 'b#4', 'c#1', 'a#2', 'd#3']


def test_edf_serves_the_earliest_absolute_deadline(virtual_time):
    tasks = [net('hog', 500, 0), net('long', 90, 9), net('short', 60, 1)]
    times = {f'{t.name} net': 20 for t in tasks}
    time = virtual_time(Core(SchedulerSettings(Policy.EDF)), tasks, times)
    time.release('hog', 0)
    time.release('long', 1)  # deadline 91
    time.release('short', 10)  # deadline 70
    schedule = time.run()
    assert schedule.starts == ['0 lane0 hog#0 net', '20 lane0 short#2 net', '40 lane0 long#1 net']
    assert schedule.outcomes() == [
        ('hog#0', 'on_time', 20),
        ('short#2', 'on_time', 40),
        ('long#1', 'on_time', 60),
    ]


def test_fifo_serves_by_release_whatever_priority_and_deadline(virtual_time):
    tasks = [net('hog', 500, 0), net('long', 90, 0), net('short', 60, 9)]
    times = {f'{t.name} net': 20 for t in tasks}
    time = virtual_time(Core(SchedulerSettings(Policy.FIFO)), tasks, times)
    time.release('hog', 0)
    time.release('long', 1)
    time.release('short', 10)
    assert time.run().starts == [
        '0 lane0 hog#0 net',
        '20 lane0 long#1 net',
        '40 lane0 short#2 net',
    ]


def test_an_urgent_release_at_the_instant_a_lane_becomes_free_goes_first(virtual_time):
    """Drain, then dispatch: the end of the stage alone would have started 'low'."""
    tasks = [net('hog', 500, 5), net('low', 100, 1), net('high', 100, 9)]
    time = virtual_time(
        Core(SchedulerSettings()), tasks, {f'{t.name} net': 10 for t in tasks}
    )
    time.release('hog', 0)
    time.release('low', 5)
    time.release('high', 10)
    assert time.run().starts == ['0 lane0 hog#0 net', '10 lane0 high#2 net', '20 lane0 low#1 net']


def test_two_lanes_take_the_two_most_urgent(virtual_time):
    tasks = [net('a', 100, 1), net('b', 100, 2), net('c', 100, 3)]
    core = Core(SchedulerSettings(lanes=2, packing=Packing.GREEDY))
    time = virtual_time(core, tasks, {'a net': 5, 'b net': 30, 'c net': 20})
    for task in tasks:
        time.release(task.name, 0)
    schedule = time.run()
    assert schedule.starts == ['0 lane0 c#2 net', '0 lane1 b#1 net', '20 lane0 a#0 net']
    assert schedule.outcomes() == [
        ('c#2', 'on_time', 20),
        ('a#0', 'on_time', 25),
        ('b#1', 'on_time', 30),
    ]


def test_two_workers_beside_one_lane(virtual_time):
    """The queues are served independently: pre of b runs beside the net of a."""
    stages = (('pre', CPU), ('net', LANE), ('post', CPU))
    tasks = [chain('a', *stages, priority=2), chain('b', *stages, priority=1)]
    times = {f'{t} {s}': n for t in 'ab' for s, n in (('pre', 4), ('net', 10), ('post', 3))}
    time = virtual_time(Core(SchedulerSettings(cpu_workers=2)), tasks, times)
    time.release('a', 0)
    time.release('b', 0)
    schedule = time.run()
    assert schedule.starts == [
        '0 cpu0 a#0 pre',
        '0 cpu1 b#1 pre',
        '4 lane0 a#0 net',
        '14 lane0 b#1 net',
        '14 cpu1 a#0 post',  # cpu1 became free last
        '24 cpu1 b#1 post',
    ]
    assert schedule.outcomes() == [('a#0', 'on_time', 17), ('b#1', 'on_time', 27)]


def test_a_more_urgent_job_goes_first_between_two_accelerator_stages(virtual_time):
    """A chain of several accelerator stages can be overtaken between them, not inside."""
    slow = chain('slow', ('detect', LANE), ('recognise', LANE), ('post', CPU), priority=1)
    fast = chain('fast', ('net', LANE), priority=2)
    times = {'slow detect': 10, 'slow recognise': 6, 'slow post': 1, 'fast net': 3}
    time = virtual_time(Core(SchedulerSettings()), [slow, fast], times)
    time.release('slow', 0)
    time.release('fast', 2)
    schedule = time.run()
    assert schedule.starts == [
        '0 lane0 slow#0 detect',
        '10 lane0 fast#1 net',
        '13 lane0 slow#0 recognise',
        '19 cpu0 slow#0 post',
    ]
    assert schedule.outcomes() == [('fast#1', 'on_time', 13), ('slow#0', 'on_time', 20)]


def test_a_complete_job_skips_its_remaining_stages(virtual_time):
    """A frame without a sign needs no recogniser."""
    task = chain('sign', ('detect', LANE), ('recognise', LANE), ('post', CPU))
    times = {'sign detect': 10, 'sign recognise': 6, 'sign post': 1}
    time = virtual_time(Core(SchedulerSettings(Policy.EDF)), [task], times)
    time.release('sign', 0, 100)
    schedule = time.run(complete=[(0, 0)])
    assert schedule.outcomes() == [('sign#0', 'on_time', 10), ('sign#1', 'on_time', 117)]
    assert '10 lane0 sign#0 recognise' not in schedule.starts


def test_a_newer_frame_supersedes_the_waiting_one(virtual_time):
    tasks = [net('hog', 500, 9), net('a', 400, 1)]
    time = virtual_time(Core(SchedulerSettings()), tasks, {'hog net': 50, 'a net': 10})
    time.release('hog', 0)
    time.release('a', 10, 20, 30)
    schedule = time.run()
    assert schedule.outcomes() == [
        ('a#1', 'superseded', 20),
        ('a#2', 'superseded', 30),
        ('hog#0', 'on_time', 50),
        ('a#3', 'on_time', 60),
    ]
    assert schedule.ends[0].detail == 'superseded by job 2'


def test_a_frame_that_comes_as_the_lane_becomes_free_is_the_one_that_runs(virtual_time):
    tasks = [net('hog', 500, 9), net('a', 400, 1)]
    time = virtual_time(Core(SchedulerSettings()), tasks, {'hog net': 50, 'a net': 10})
    time.release('hog', 0)
    time.release('a', 10, 50)
    assert time.run().outcomes() == [
        ('a#1', 'superseded', 50),
        ('hog#0', 'on_time', 50),
        ('a#2', 'on_time', 60),
    ]


def test_jobs_of_a_task_overlap_across_resources_but_keep_their_order(virtual_time):
    """Job 1 starts on the CPU when job 0 leaves the accelerator's queue, not before."""
    task = chain('a', ('pre', CPU), ('net', LANE), priority=1)
    hog = chain('hog', ('net', LANE), priority=9)
    time = virtual_time(
        Core(SchedulerSettings()), [task, hog], {'a pre': 5, 'a net': 20, 'hog net': 30}
    )
    time.release('hog', 0)
    time.release('a', 0, 10)
    assert time.run().starts == [
        '0 lane0 hog#0 net',
        '0 cpu0 a#1 pre',
        '30 lane0 a#1 net',
        '30 cpu0 a#2 pre',
        '50 lane0 a#2 net',
    ]


def test_a_stage_of_a_task_never_runs_beside_itself(virtual_time):
    """Two lanes are free, but the jobs of one task take the stage one after the other."""
    core = Core(SchedulerSettings(Policy.EDF, lanes=2))
    time = virtual_time(core, [net('a', 100)], {'a net': 30})
    time.release('a', 0, 10)
    assert time.run().starts == ['0 lane0 a#0 net', '30 lane0 a#1 net']


def test_a_job_exactly_at_its_deadline_is_on_time(virtual_time):
    time = virtual_time(Core(SchedulerSettings(Policy.EDF)), [net('a', 30)], {'a net': 30})
    time.release('a', 0)
    assert time.run().outcomes() == [('a#0', 'on_time', 30)]


def test_a_job_one_nanosecond_after_its_deadline_is_late(virtual_time):
    time = virtual_time(Core(SchedulerSettings(Policy.EDF)), [net('a', 30)], {'a net': 31})
    time.release('a', 0)
    assert time.run().outcomes() == [('a#0', 'late', 31)]


def test_a_job_that_just_fits_starts_and_one_nanosecond_later_it_is_hopeless(virtual_time):
    tasks = [net('hog', 500, 9), net('a', 50, 1, optimistic=20)]
    for hog_ns, outcome in ((30, ('a#1', 'on_time', 50)), (31, ('a#1', 'discarded', 31))):
        time = virtual_time(
            Core(SchedulerSettings()), tasks, {'hog net': hog_ns, 'a net': 20}
        )
        time.release('hog', 0)
        time.release('a', 0)
        assert outcome in time.run().outcomes()


def test_a_waiting_job_is_discarded_when_it_becomes_hopeless_not_at_the_next_event(virtual_time):
    tasks = [net('hog', 50_000_000, 9), net('a', 5_000_000, 1, optimistic=2_000_000)]
    times = {'hog net': 20_000_000, 'a net': 2_000_000}
    time = virtual_time(Core(SchedulerSettings()), tasks, times)
    time.release('hog', 0)
    time.release('a', 0)
    schedule = time.run()
    assert schedule.outcomes() == [
        ('a#1', 'discarded', 3_000_001),
        ('hog#0', 'on_time', 20_000_000),
    ]
    assert schedule.ends[0].detail == 'hopeless before stage net: 2.000 ms needed, 1.999 ms left'


def test_a_job_is_discarded_between_its_stages(virtual_time):
    """The first stage takes longer than hoped: what is left no longer fits."""
    task = chain('a', ('pre', CPU, 5), ('net', LANE, 20), ('post', CPU, 5), deadline=50)
    for pre_ns, outcome in ((25, ('a#0', 'on_time', 50)), (26, ('a#0', 'discarded', 26))):
        times = {'a pre': pre_ns, 'a net': 20, 'a post': 5}
        time = virtual_time(Core(SchedulerSettings(Policy.EDF)), [task], times)
        time.release('a', 0)
        assert time.run().outcomes() == [outcome]


def test_late_run_lets_a_hopeless_job_run(virtual_time):
    tasks = [net('hog', 500, 9), net('a', 50, 1, optimistic=20, late=LatePolicy.RUN)]
    time = virtual_time(Core(SchedulerSettings()), tasks, {'hog net': 200, 'a net': 20})
    time.release('hog', 0)
    time.release('a', 0)
    assert time.run().outcomes() == [('hog#0', 'on_time', 200), ('a#1', 'late', 220)]


def test_of_a_task_whose_deadline_is_above_its_period_only_the_newest_frame_waits(virtual_time):
    task = Task('a', (Stage('net', LANE),), period_ns=10, deadline_ns=100)
    time = virtual_time(Core(SchedulerSettings()), [task], {'a net': 25})
    time.release('a', 0, 10, 20, 30)
    schedule = time.run()
    assert schedule.starts == ['0 lane0 a#0 net', '25 lane0 a#2 net', '50 lane0 a#3 net']
    assert schedule.outcomes() == [
        ('a#1', 'superseded', 20),  # 90 ns before its deadline
        ('a#0', 'on_time', 25),
        ('a#2', 'on_time', 50),
        ('a#3', 'on_time', 75),
    ]
