# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Schedules computed by hand, and what holds for every simulation."""

from itertools import pairwise

import pytest

from rtmdl_ros.scheduling.errors import SchedulingError
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.records import Episode, SimulatedTask
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.simulation.task_sets import random_slow_downs, random_task_set
from rtmdl_ros.workload.records import (
    LatePolicy,
    Outcome,
    Packing,
    Policy,
    Resource,
    Stage,
    Task,
    TaskVariant,
)
from rtmdl_ros.workload.slow_downs import SlowDowns

CPU, ACCELERATOR = Resource.CPU, Resource.ACCELERATOR


def task(name, *stages, period=1000, deadline=1000, priority=0, offset=0, jitter=0, late=None):
    """Return a task of (resource, time samples...); segments are called as the task."""
    chain = tuple(
        Stage(f's{index}', resource, segment=name if resource is ACCELERATOR else '')
        for index, (resource, *_) in enumerate(stages)
    )
    record = Task(name, chain, period, deadline, priority, late or LatePolicy.DISCARD)
    return SimulatedTask(record, tuple(tuple(times) for _, *times in stages), offset, jitter)


def simulated(tasks, *, duration=1000, packing=Packing.GREEDY, seed=0, episodes=(), **others):
    """Simulate with small defaults."""
    settings = SchedulerSettings(packing=packing, **others)
    return simulate(tasks, settings, duration_ns=duration, seed=seed, episodes=episodes)


def spans(jobs):
    """Return (task, stage, executor, start, end) of all stages, in the order of the jobs."""
    return [(job.task, *span) for job in jobs for span in job.spans]


def both_ways(factor, first='a', second='b'):
    """Return a table in which two segments slow each other down."""
    return SlowDowns({(first, second): factor, (second, first): factor})


@pytest.mark.parametrize(
    ('times', 'starts', 'ends'),
    [
        ((10, 10), (0, 0), (20, 20)),
        ((4, 10), (0, 0), (8, 14)),
        # b has done 6 of its 10 when a comes: the other 4 take 8; then a has 6 of 10 left.
        ((10, 10), (6, 0), (20, 14)),
    ],
)
def test_stages_at_once_slow_each_other_down(times, starts, ends):
    tasks = [
        task(name, (ACCELERATOR, time), offset=start)
        for name, time, start in zip('ab', times, starts, strict=True)
    ]
    jobs = simulated(tasks, lanes=2, slow_downs=both_ways(2.0))
    assert {job.task: job.finish_ns for job in jobs} == dict(zip('ab', ends, strict=True))


def test_one_sided_slow_down():
    tasks = [task('a', (ACCELERATOR, 10)), task('b', (ACCELERATOR, 10))]
    slow_downs = SlowDowns({('a', 'b'): 2.0, ('b', 'a'): 1.0})
    jobs = simulated(tasks, lanes=2, slow_downs=slow_downs)
    # When b is done at 10, a has 5 left.
    assert [(job.task, job.finish_ns) for job in jobs] == [('a', 15), ('b', 10)]


def test_one_lane_knows_no_slow_down():
    tasks = [task('a', (ACCELERATOR, 10), priority=1), task('b', (ACCELERATOR, 10))]
    assert spans(simulated(tasks, slow_downs=both_ways(2.0))) == [
        ('a', 0, 'lane0', 0, 10),
        ('b', 0, 'lane0', 10, 20),
    ]


def test_chains_on_both_resources():
    tasks = [
        task('low', (CPU, 3), (ACCELERATOR, 5), (CPU, 2), priority=1),
        task('high', (CPU, 4), (ACCELERATOR, 6), (CPU, 1), priority=2),
    ]
    jobs = simulated(tasks)
    assert spans(jobs) == [
        ('low', 0, 'cpu0', 4, 7),
        ('low', 1, 'lane0', 10, 15),
        ('low', 2, 'cpu0', 15, 17),
        ('high', 0, 'cpu0', 0, 4),
        ('high', 1, 'lane0', 4, 10),
        ('high', 2, 'cpu0', 10, 11),
    ]
    assert {job.outcome for job in jobs} == {Outcome.ON_TIME}


def test_events_of_one_instant_are_decided_together():
    """At 10 the worker falls free and the urgent job arrives: it goes before the waiting one."""
    tasks = [
        task('runs', (CPU, 10)),
        task('waits', (CPU, 10), offset=5, priority=1),
        task('urgent', (CPU, 10), offset=10, priority=2),
    ]
    assert spans(simulated(tasks)) == [
        ('runs', 0, 'cpu0', 0, 10),
        ('waits', 0, 'cpu0', 20, 30),
        ('urgent', 0, 'cpu0', 10, 20),
    ]


def test_jobs_are_released_before_the_end_and_then_run_to_theirs():
    jobs = simulated([task('a', (CPU, 15), period=10, deadline=20)], duration=20)
    assert [(job.release_ns, job.deadline_ns, job.finish_ns) for job in jobs] == [
        (0, 20, 15),
        (10, 30, 30),
    ]


def test_late_superseded_and_discarded_jobs():
    late = simulated([task('a', (CPU, 25), period=10, deadline=24)], duration=30)
    assert [(job.outcome, job.finish_ns) for job in late] == [
        (Outcome.LATE, 25),
        (Outcome.SUPERSEDED, 20),
        (Outcome.LATE, 50),
    ]
    waiting = simulated(
        [task('long', (CPU, 50), priority=1), task('short', (CPU, 5), deadline=20)]
    )
    # The latest instant at which it can still begin is 20 (nothing is known of its length).
    assert waiting[1].outcome is Outcome.DISCARDED
    assert waiting[1].finish_ns == 21
    assert waiting[1].reason is not None and waiting[1].detail


def test_zero_times_end_at_once():
    jobs = simulated([task('a', (CPU, 0), (ACCELERATOR, 0), (CPU, 0))])
    assert [job.finish_ns for job in jobs] == [0]


def test_jitter_delays_releases_within_its_bound():
    jobs = simulated([task('a', (CPU, 1), period=100, jitter=50)], duration=10_000)
    delays = [job.release_ns % 100 for job in jobs]
    assert max(delays) <= 50 and len(set(delays)) > 10


@pytest.mark.parametrize('policy', Policy)
@pytest.mark.parametrize('lanes', [1, 3])
def test_every_job_ends_once_and_no_executor_runs_two_stages(policy, lanes):
    tasks = random_task_set(3, 8, 2.5)
    jobs = simulated(
        tasks, duration=3 * 10**9, lanes=lanes, policy=policy, cpu_workers=2,
        slow_downs=random_slow_downs(3, tasks),
    )  # fmt: skip
    expected = sum(len(range(t.offset_ns, 3 * 10**9, t.task.period_ns)) for t in tasks)
    assert [job.job_id for job in jobs] == list(range(expected))
    stages = {each.task.name: len(each.task.stages) for each in tasks}
    times = {each.task.name: [samples[0] for samples in each.times] for each in tasks}
    by_executor = {}
    for job in jobs:
        if job.outcome in (Outcome.ON_TIME, Outcome.LATE):
            assert [span.stage for span in job.spans] == list(range(stages[job.task]))
            on_time = job.finish_ns <= job.deadline_ns
            assert (job.outcome is Outcome.ON_TIME) == on_time
        for span in job.spans:
            by_executor.setdefault(span.executor, []).append((span.start_ns, span.end_ns))
            taken, alone = span.end_ns - span.start_ns, times[job.task][span.stage]
            assert taken >= alone if span.executor.startswith('lane') else taken == alone
    assert len(by_executor) == 2 + lanes
    for busy in by_executor.values():
        busy.sort()
        assert all(one[1] <= next_one[0] for one, next_one in pairwise(busy))


def test_the_same_seed_gives_the_same_jobs():
    tasks = [task('a', (CPU, 1, 5, 9), (ACCELERATOR, 3, 7), period=20, jitter=5)]
    first, again = (simulated(tasks, duration=5000) for _ in range(2))
    assert first == again
    assert first != simulated(tasks, duration=5000, seed=1)


def test_other_policies_and_lanes_see_the_same_random_numbers():
    tasks = [
        task(name, (CPU, 1, 2, 3), (ACCELERATOR, 4, 5, 6), period=40, jitter=9, priority=index)
        for index, name in enumerate('abc')
    ]
    settings = [
        {'policy': policy, 'lanes': lanes, 'cpu_workers': 3}
        for policy in Policy
        for lanes in (1, 3)
    ]
    seen = []
    for setting in settings:
        jobs = simulated(tasks, duration=4000, **setting)
        lengths = {
            (job.task, job.release_ns, span.stage): span.end_ns - span.start_ns
            for job in jobs
            for span in job.spans
        }
        assert {job.outcome for job in jobs} == {Outcome.ON_TIME}
        seen.append(lengths)
    assert all(lengths == seen[0] for lengths in seen)


def test_a_task_more_does_not_change_the_draws_of_the_others():
    one, other = (task(name, (CPU, 1, 2, 3), period=50, jitter=9) for name in 'ab')
    alone = simulated([one], duration=1000, cpu_workers=2)
    both = simulated([one, other], duration=1000, cpu_workers=2)
    taken = [[job.spans for job in jobs if job.task == 'a'] for jobs in (alone, both)]
    starts = [[(s.start_ns, s.end_ns) for (s,) in each] for each in taken]
    assert starts[0] == starts[1]


@pytest.mark.parametrize(
    ('stages', 'others', 'words'),
    [
        ([(CPU,)], {}, 'task a, stage s0: no sample'),
        ([(CPU, 1), (CPU, 3, -2)], {}, 'task a, stage s1: a time is -2 ns'),
        ([(CPU, 1)], {'offset': -1}, 'task a: offset_ns is -1'),
        ([(CPU, 1)], {'jitter': -1}, 'task a: jitter_ns is -1'),
    ],
)
def test_wrong_times_are_refused(stages, others, words):
    with pytest.raises(ValueError, match=words):
        task('a', *stages, **others)


def test_each_stage_needs_its_times():
    with pytest.raises(ValueError, match='task a has 1 stages, but 2 have times'):
        SimulatedTask(task('a', (CPU, 1)).task, ((1,), (2,)))


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match='duration_ns is 0'):
        simulated([], duration=0)
    with pytest.raises(ValueError, match='lanes is 0'):
        simulated([], lanes=0)
    with pytest.raises(SchedulingError, match='task a exists already'):
        simulated([task('a', (CPU, 1)), task('a', (CPU, 1))])


def test_no_task_is_no_job():
    assert simulated([]) == ()


def laddered(period_ns=100):
    """A task of two variants, one of which takes 80 of the lane, the other 20."""
    variants = tuple(
        TaskVariant(
            name, (Stage('net', Resource.ACCELERATOR, time_ns, time_ns, name),), accuracy
        )
        for name, time_ns, accuracy in (('fast', 20, 0.7), ('best', 80, 0.9))
    )
    task = Task('a', variants[1].stages, period_ns, period_ns, variants=variants, base='best')
    return SimulatedTask(task, ((80,),), variant_times={'fast': ((20,),), 'best': ((80,),)})


def test_each_job_takes_the_time_of_its_variant():
    jobs = simulated([laddered()], duration=300)
    assert [(job.variant, job.finish_ns - job.release_ns) for job in jobs] == [('best', 80)] * 3


def test_releases_come_more_often_in_an_episode_and_variants_follow():
    burst = Episode(300, 800, rate=2.0)
    jobs = simulated([laddered()], duration=1300, episodes=[burst])
    assert [job.release_ns for job in jobs] == [
        0, 100, 200, *range(300, 800, 50), *range(800, 1300, 100),
    ]  # fmt: skip
    in_burst = [job.variant for job in jobs if 450 <= job.release_ns < 800]
    assert set(in_burst) == {'fast'}
    assert jobs[-1].variant == 'best'


def test_stages_take_longer_in_an_episode():
    slow = Episode(100, 200, slowness=1.5)
    jobs = simulated([laddered()], duration=300, episodes=[slow])
    # The last one starts 20 later, when the slow one is done.
    assert [job.finish_ns - job.release_ns for job in jobs] == [80, 120, 100]


@pytest.mark.parametrize('field', ['rate', 'slowness'])
def test_an_episode_lets_time_pass(field):
    with pytest.raises(ValueError, match=f'{field} is 0.0; it must be above 0'):
        Episode(0, 100, **{field: 0.0})
    assert len(simulated([laddered()], duration=9, episodes=[Episode(0, 9, rate=1e9)])) == 9


def test_every_variant_needs_times():
    with pytest.raises(ValueError, match='task a, variant fast has 1 stages, but 0 have times'):
        SimulatedTask(laddered().task, ((80,),), variant_times={'best': ((80,),)})
