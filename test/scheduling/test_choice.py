# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The variant of each job (rule 6)."""

from dataclasses import replace

import pytest

from rtmdl_ros.scheduling.choice import _load
from rtmdl_ros.scheduling.commands import StartStage
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.events import (
    JobReleased,
    StageFailed,
    StageFinished,
    TaskAdded,
    TaskChanged,
)
from rtmdl_ros.scheduling.forecast import Forecast
from rtmdl_ros.scheduling.jobs import LiveTask
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.records import Resource, Stage, Task, TaskVariant
from rtmdl_ros.workload.slow_downs import SlowDowns


def variant(name, lane_ns, accuracy):
    stages = (
        Stage('pre', Resource.CPU, 5, 5),
        Stage('net', Resource.ACCELERATOR, lane_ns, lane_ns, name),
    )
    return TaskVariant(name, stages, accuracy)


LADDER = (variant('fast', 10, 0.7), variant('good', 30, 0.8), variant('best', 60, 0.9))


def task(name='a', base='good', period_ns=100, **fields):
    stages = next(each.stages for each in LADDER if each.name == base)
    return Task(name, stages, period_ns, period_ns, variants=LADDER, base=base, **fields)


def spread(task):
    """Return the task with networks that seldom take a tenth longer than usually."""
    variants = []
    for each in task.variants:
        pre, net = each.stages
        long_ns = round(1.1 * net.worst_ns)
        stages = (pre, replace(net, worst_ns=long_ns, typical_ns=net.worst_ns))
        variants.append(replace(each, stages=stages))
    base = next(each for each in variants if each.name == task.base)
    return replace(task, variants=tuple(variants), stages=base.stages)


def started(core, now_ns, *events):
    """Return (job, variant) of the stages that start."""
    commands = core.step(now_ns, events)
    return [(c.job_id, c.variant) for c in commands if isinstance(c, StartStage)]


def chosen_one_by_one(core, jobs, took_ns):
    """Release jobs of a task so far apart that none meets another; return their variants."""
    chosen = []
    first = core._last_job_id + 1
    for job_id in range(first, first + jobs):
        now_ns = 1000 * job_id
        chosen += started(core, now_ns, JobReleased(now_ns, job_id, 'a'))
        core.step(now_ns + 5, [StageFinished(now_ns + 5, job_id, 0)])
        core.step(now_ns + took_ns, [StageFinished(now_ns + took_ns, job_id, 1)])
    return [variant for _, variant in chosen]


def run_until(core, until_ns=1 << 60):
    """Let stages take the time that they take at most."""
    while running := [job for job in core._jobs.values() if job.executor is not None]:
        job = min(running, key=lambda job: job.since_ns + job.current.worst_ns)
        end_ns = job.since_ns + job.current.worst_ns
        if end_ns > until_ns:
            return
        core.step(end_ns, [StageFinished(end_ns, job.job_id, job.stage)])


def release_all(core, *releases):
    """Release jobs at (time, task) and let all run."""
    for time_ns, name in releases:
        run_until(core, time_ns)
        core.step(time_ns, [JobReleased(time_ns, core._last_job_id + 1, name)])
    run_until(core)


def foreseen(core):
    return {name: live.foreseen.name for name, live in core._tasks.items()}


def core_with(*tasks):
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, each) for each in tasks])
    return core


def test_the_only_task_goes_up_when_idle():
    assert started(core_with(task()), 0, JobReleased(0, 0, 'a')) == [(0, 'best')]


def test_a_job_takes_what_it_has_time_for():
    late = task(base='best')
    core = core_with(late)
    # 5 + 60 do not fit into the 50 that are left, 5 + 30 do.
    assert started(core, 50, JobReleased(0, 0, 'a')) == [(0, 'good')]
    assert started(core_with(late), 80, JobReleased(0, 0, 'a')) == [(0, 'fast')]


def test_the_quickest_is_taken_where_none_is_on_time():
    run = core_with(task(base='best', late=task().late.RUN))
    assert started(run, 99, JobReleased(0, 0, 'a')) == [(0, 'fast')]


def test_what_was_planned_is_not_doubted_in_sum():
    core = core_with(task('urgent', 'best', priority=1), task('b', 'best'))
    # 60 + 60 of 100 cannot be kept up for long, but the plan says so.
    assert started(core, 0, JobReleased(0, 0, 'urgent'), JobReleased(0, 1, 'b')) == [(0, 'best')]
    # What is left behind that is a job's own business.
    assert started(core, 5, StageFinished(5, 0, 0)) == [(0, 'best'), (1, 'good')]


def test_the_planned_variant_is_taken_where_it_is_usually_on_time():
    core = core_with(spread(task(base='best', period_ns=70)))
    # 5 + 60 of 70 usually, 5 + 66 seldom: as the plan knew.
    assert started(core, 0, JobReleased(0, 0, 'a')) == [(0, 'best')]
    # 5 + 60 of 64 are late usually; 5 + 33 not even seldom.
    core = core_with(spread(task(base='best', period_ns=70)))
    assert started(core, 6, JobReleased(0, 0, 'a')) == [(0, 'good')]


def test_a_variant_that_was_late_too_often_gives_way_to_one_that_would_not_have_been():
    core = core_with(spread(task(base='best', period_ns=70)))
    # 12 of 100 late: 0.9 x 88 % is less than the 0.8 of good, which may take 70 / 35 times as long
    # as forecast; best took 71 / 65 times.
    assert chosen_one_by_one(core, 13, took_ns=71) == 12 * ['best'] + ['good']
    # As soon as one of them is not among the last hundred any more, best is worth more again.
    assert chosen_one_by_one(core, 90, took_ns=35) == 88 * ['good'] + 2 * ['best']


def test_jobs_of_a_variant_that_bears_delays_show_that_another_would_not():
    core = core_with(spread(task(base='best', period_ns=70)))
    chosen = []
    for number in range(500):
        delay_ns = 10 if number % 7 == 0 else 0  # 35 + 10 of 70 are borne, 65 + 10 are not
        took_ns = (35 if 'good' in chosen else 65) + delay_ns
        chosen += chosen_one_by_one(core, 1, took_ns)
    assert chosen == 78 * ['best'] + 422 * ['good']  # after the twelfth late one for good


def test_what_no_variant_would_have_been_spared_speaks_against_none():
    core = core_with(spread(task(base='best', period_ns=70)))
    assert chosen_one_by_one(core, 30, took_ns=65 * 5) == 30 * ['best']


def test_a_hopeless_job_counts_as_it_would_have_ended():
    core = core_with(spread(task(base='best', period_ns=70)))
    chosen = []
    for job_id in range(13):
        now_ns = 300 * job_id
        chosen += started(core, now_ns, JobReleased(now_ns, job_id, 'a'))
        # 11 + 60 in place of the forecast 65 of 70.
        core.step(now_ns + 11, [StageFinished(now_ns + 11, job_id, 0)])
    assert [variant for _, variant in chosen] == 12 * ['best'] + ['good']


def test_a_task_that_fails_is_not_taken_for_one_that_is_late():
    core = core_with(spread(task(base='best', period_ns=70)))
    chosen = []
    for job_id in range(5):
        now_ns = 100 * job_id
        chosen += started(core, now_ns, JobReleased(now_ns, job_id, 'a'))
        core.step(now_ns + 5, [StageFailed(now_ns + 5, job_id, 0, 'no picture')])
    assert [name for _, name in chosen] == 5 * ['best']


def test_a_camera_that_died_is_not_waited_for():
    core = core_with(task('urgent', 'best', priority=1), task('b', 'good'))
    started(core, 0, JobReleased(0, 0, 'urgent'))
    started(core, 5, StageFinished(5, 0, 0))
    started(core, 65, StageFinished(65, 0, 1))
    # Its next one is expected at 100, to be on the lane from 105 to 165: 10 fit in before.
    assert started(core, 90, JobReleased(90, 1, 'b')) == [(1, 'fast')]
    hour = 3_600_000_000_000
    started(core, 95, StageFinished(95, 1, 0))
    started(core, 105, StageFinished(105, 1, 1))
    assert started(core, hour, JobReleased(hour, 2, 'b')) == [(2, 'best')]


def test_a_frame_that_is_overdue_has_its_deadline_yet_to_come():
    lane = Stage('net', Resource.ACCELERATOR, 8, 8, 'urgent')
    urgent = Task('urgent', (lane,), period_ns=33, deadline_ns=10, priority=1)
    core = Core(SchedulerSettings(lanes=2))
    core.step(0, [TaskAdded(0, urgent), TaskAdded(0, task())])
    release_all(core, (0, 'urgent'))
    # It was to come at 33 and be done at 43; now it is 39, and what comes now is due at 49.
    assert started(core, 39, JobReleased(39, 1, 'a')) == [(1, 'best')]


@pytest.mark.parametrize(('factor', 'taken'), [(1.25, 'best'), (1.26, 'good')])
def test_a_larger_variant_needs_room_for_twice_the_slow_down_of_lanes(factor, taken):
    beside = Task('beside', (Stage('net', Resource.ACCELERATOR, 50, 50, 'beside'),), 400, 400, 1)
    segments = ('beside', *(each.name for each in LADDER))
    slow_downs = SlowDowns({(one, two): factor for one in segments for two in segments})
    core = Core(SchedulerSettings(lanes=2, slow_downs=slow_downs))
    core.step(0, [TaskAdded(0, beside), TaskAdded(0, task())])
    core.step(0, [JobReleased(0, 0, 'beside')])
    # 5 + 60 x 1.25 x 1.25 = 98.75 of 99 that are left; 5 + 60 x 1.26 x 1.26 = 100.3.
    assert started(core, 1, JobReleased(1, 1, 'a')) == [(1, taken)]


def test_a_job_behind_more_urgent_work_goes_down():
    core = core_with(task('urgent', 'best', 1000, priority=1), task('b', 'best'))
    assert started(core, 0, JobReleased(0, 0, 'urgent')) == [(0, 'best')]
    assert started(core, 5, StageFinished(5, 0, 0)) == [(0, 'best')]
    # 55 of the urgent one are left at 10, and a deadline at 110: 30 fit behind that, 60 do not.
    assert started(core, 10, JobReleased(10, 1, 'b')) == [(1, 'good')]


def test_jobs_that_come_more_often_than_planned_bring_the_level_down():
    core = core_with(task(base='best', period_ns=100), task('b', 'best', period_ns=1000))
    chosen = []
    for job_id in range(8):
        now_ns = job_id * 50
        chosen += started(core, now_ns, JobReleased(now_ns, job_id, 'a'))
        lane_ns = next(v.stages[1].worst_ns for v in LADDER if v.name == chosen[-1][1])
        started(core, now_ns + 5, StageFinished(now_ns + 5, job_id, 0))
        end_ns = min(now_ns + 5 + lane_ns, now_ns + 49)
        started(core, end_ns, StageFinished(end_ns, job_id, 1))
    assert [name for _, name in chosen[:2]] == ['best', 'best']
    assert [name for _, name in chosen[-2:]] == ['good', 'good']


def test_a_job_keeps_the_ladder_that_its_task_had_at_its_release():
    core = core_with(task(), Task('hog', (Stage('x', Resource.CPU, 1),), 100, 100, 9))
    started(core, 0, JobReleased(0, 0, 'hog'), JobReleased(0, 1, 'a'))
    plain = replace(task(), variants=(), base='')
    core.step(1, [TaskChanged(1, plain)])
    assert started(core, 2, StageFinished(2, 0, 0)) == [(1, 'best')]


def test_tasks_without_variants_have_no_name_for_what_they_run():
    plain = replace(task(), variants=(), base='')
    assert started(core_with(plain), 0, JobReleased(0, 0, 'a')) == [(0, '')]


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'base': 'none'}, "base is 'none'"),
        ({'variants': LADDER[::-1]}, 'less accurate'),
        ({'variants': (LADDER[0], LADDER[0], LADDER[1])}, 'two variants have one name'),
        ({'weight': 0.0}, 'weight is 0.0'),
    ],
)
def test_wrong_ladders_are_refused(change, words):
    with pytest.raises(ValueError, match=words):
        replace(task(), **change)


def test_a_variant_that_begins_elsewhere_is_refused():
    odd = TaskVariant('odd', LADDER[0].stages[1:], 0.95)
    with pytest.raises(ValueError, match='variant odd begins on another resource'):
        replace(task(), variants=(*LADDER, odd))


def test_an_accuracy_is_a_share():
    with pytest.raises(ValueError, match=r'variant x: accuracy is 1\.5'):
        TaskVariant('x', LADDER[0].stages, 1.5)


def test_the_quickest_is_not_taken_where_only_others_may_be_on_time():
    def of(detect_ns, least_ns, recognise_ns):
        networks = zip(('d', 'r'), (detect_ns, least_ns), (detect_ns, recognise_ns), strict=True)
        return tuple(
            Stage(name, Resource.ACCELERATOR, low, high, f'{name}{high}')
            for name, low, high in networks
        )

    variants = (TaskVariant('sure', of(30, 5, 5), 0.6), TaskVariant('maybe', of(10, 0, 40), 0.7))
    both = Task('a', variants[1].stages, 100, 100, variants=variants, base='maybe')
    assert started(core_with(both), 68, JobReleased(0, 0, 'a')) == [(0, 'maybe')]
    # By the times that it usually takes neither is on time, and the first needs 35 at the least.
    assert started(core_with(both), 0, JobReleased(0, 0, 'a')) == [(0, 'maybe')]


def test_a_task_that_rests_takes_nothing_from_others():
    core = core_with(task('a', 'best'), task('b', 'best', priority=1))
    often = [(time_ns, 'b') for time_ns in range(0, 200, 40)]
    release_all(core, *often, (201, 'a'))
    assert foreseen(core) == {'a': 'good', 'b': 'good'}
    release_all(core, (1000, 'a'))  # the last of b is long ago
    assert foreseen(core)['a'] == 'best'


def test_what_tasks_can_afford_is_found_anew_where_one_changes():
    core = core_with(task('a', 'best'), task('b', 'best', priority=1))
    often = [(time_ns, 'b') for time_ns in range(0, 200, 40)]
    release_all(core, *often, (201, 'a'))
    assert foreseen(core) == {'a': 'good', 'b': 'good'}
    core.step(core._now_ns, [TaskChanged(core._now_ns, task('a', 'best', priority=-1))])
    release_all(core, (core._now_ns, 'b'), (core._now_ns, 'a'))
    assert foreseen(core)['a'] == 'good'


def test_what_one_task_can_afford_is_not_taken_for_that_of_its_twin():
    """One of them works and then the other, beside a task without variants, which comes often."""
    often = Task('c', (Stage('net', Resource.ACCELERATOR, 30, 30, 'c'),), 100, 100, 1)
    core = core_with(task('a', 'best'), task('b', 'best'), often)
    frames = [(time_ns, 'c') for time_ns in range(0, 600, 40)]
    release_all(core, *sorted([*frames, (201, 'a')]))
    assert foreseen(core)['a'] == 'fast'
    release_all(core, (601, 'b'))
    assert foreseen(core)['b'] == 'fast'


def test_what_a_task_weighs_is_what_it_gives_way_by():
    assert _load(LiveTask(task(weight=3.0))).weight == 3.0


def test_a_distant_deadline_does_not_make_choices_long(monkeypatch):
    placed, place = [], Forecast._place

    def counted(forecast, *arguments):
        placed.append(arguments)
        return place(forecast, *arguments)

    monkeypatch.setattr(Forecast, '_place', counted)
    core = core_with(task('a', 'good', priority=1), task('slow', 'good', 1_000_000))
    core.step(0, [JobReleased(0, 0, 'a'), JobReleased(0, 1, 'slow')])
    run_until(core)
    assert 0 < len(placed) < 1000
