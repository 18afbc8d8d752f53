# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Jobs that go on with another variant once they have begun (rule 6)."""

from dataclasses import replace
from itertools import product

import pytest

from rtmdl_ros.scheduling.chains import chain_of
from rtmdl_ros.scheduling.commands import EndJob, StartStage, WaitStage
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.events import JobReleased, StageFinished, TaskAdded
from rtmdl_ros.scheduling.forks import Forks, alike_stages
from rtmdl_ros.scheduling.jobs import LiveJob, Promise
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome, Resource, Stage, Task, TaskVariant
from rtmdl_ros.workload.slow_downs import SlowDowns

CPU, LANE = Resource.CPU, Resource.ACCELERATOR


def stage(name, resource, time_ns, segment=''):
    return Stage(name, resource, time_ns, time_ns, segment)


def finding_and_naming(found_by, find_ns, named_by, name_ns):
    """Return the stages of a detector in two segments and a recogniser behind it."""
    return (
        stage('pre', CPU, 5),
        stage('find 1/2', LANE, find_ns, found_by),
        stage('find 2/2', LANE, find_ns, found_by),
        stage('crop', CPU, 5),
        stage('name', LANE, name_ns, named_by),
    )


LADDER = (
    TaskVariant('s+quick', finding_and_naming('s', 5, 'quick', 5), 0.5),
    TaskVariant('l+quick', finding_and_naming('l', 20, 'quick', 5), 0.8),
    TaskVariant('l+slow', finding_and_naming('l', 20, 'slow', 40), 0.9),
)
CHAINS = [chain_of(each.name, each.stages, each.accuracy) for each in LADDER]


def signs(base='l+slow', deadline_ns=100):
    stages = next(each.stages for each in LADDER if each.name == base)
    return Task('signs', stages, 200, deadline_ns, variants=LADDER, base=base)


def core_with(task):
    core = Core(SchedulerSettings())
    core.step(0, [TaskAdded(0, task)])
    return core


def run(core, *ends_ns):
    """Release a job at 0 and end its stages at the given instants; return all that starts."""
    commands = core.step(0, [JobReleased(0, 0, 'signs')])
    for number, end_ns in enumerate(ends_ns):
        commands += core.step(end_ns, [StageFinished(end_ns, 0, number)])
    return commands


def variants(commands):
    """Return the variants that stages were started with."""
    return [c.variant for c in commands if isinstance(c, StartStage)]


def test_chains_are_alike_up_to_the_last_common_network():
    small, quick, slow = (each.stages for each in LADDER)
    assert alike_stages(quick, slow) == 3  # the crop is made for the one that names it
    assert alike_stages(small, quick) == 0  # as far as to the detector's name, not beyond
    assert alike_stages(quick, quick[:4]) == 0  # no network to go on with


def test_a_network_without_a_name_is_not_known_to_be_the_same():
    stages = [stage('pre', CPU, 5), stage('net', LANE, 5), stage('post', CPU, 5)]
    assert alike_stages(stages, stages) == 0


def test_a_fork_needs_the_same_resource_next():
    stages = [stage('net', LANE, 5, 'a'), stage('crop', CPU, 5), stage('more', LANE, 5, 'b')]
    other = [stage('net', LANE, 5, 'a'), stage('more', LANE, 5, 'b')]
    assert alike_stages(stages, [*stages[:2], stage('other', LANE, 5, 'c')]) == 1
    assert alike_stages(stages, other) == 0


def test_what_is_open_and_where_it_parts():
    forks = Forks(CHAINS)
    assert [forks.open('l+slow', n) for n in range(5)] == [(), (1, 2), (1, 2), (1, 2), ()]
    assert [forks.parting('l+slow', n) for n in range(5)] == [False, False, False, True, False]
    assert forks.open('s+quick', 3) == ()


def test_how_many_stages_may_come():
    find = (stage('find', LANE, 5, 's'),)
    one, two = stage('name', LANE, 5, 'quick'), stage('more', LANE, 5, 'slow')
    forks = Forks([chain_of('short', (*find, one), 0.5), chain_of('long', (*find, two, two), 0.9)])
    counts = [forks.stage_counts('short', done) for done in range(3)]
    assert counts == [(2, 3), (2, 3), (2, 2)]
    assert forks.stage_counts('long', 2) == (3, 3)


def test_a_job_that_may_take_a_shorter_way_does_not_overtake_the_one_ahead():
    find = (stage('find', LANE, 5, 's'),)
    short = (*find, stage('name', LANE, 50, 'quick'))
    long = (*find, stage('1/2', LANE, 5, 'slow'), stage('2/2', LANE, 5, 'slow'))
    ladder = (TaskVariant('long', long, 0.5), TaskVariant('short', short, 0.9))
    none = SlowDowns(dict.fromkeys(product(('s', 'quick', 'slow'), repeat=2), 1.0))
    core = Core(SchedulerSettings(lanes=2, slow_downs=none))
    core.step(0, [TaskAdded(0, Task('signs', long, 200, 100, variants=ladder, base='long'))])
    core.step(0, [JobReleased(0, 0, 'signs')])
    assert StartStage(0, 1, 'lane0', 'short') in core.step(5, [StageFinished(5, 0, 0)])
    # 5 + 50 ns do not fit into the 54 that are left; 50 into 53 do, as the first stage took 1.
    assert StartStage(1, 0, 'lane1', 'long') in core.step(66, [JobReleased(20, 1, 'signs')])
    assert core.step(67, [StageFinished(67, 1, 0)])[0] == WaitStage(
        1, 1, Reason.EARLIER_JOB, 'signs'
    )
    ended = core.step(68, [StageFinished(68, 0, 1)])
    assert StartStage(1, 1, 'lane0', 'short') in ended


def test_all_as_foreseen_the_job_keeps_its_variant():
    assert variants(run(core_with(signs()), 5, 25, 45, 50)) == ['l+slow'] * 5


def test_a_job_that_was_held_up_goes_on_with_the_quicker_network():
    # 20 ns late: 5 + 40 do not fit into the 35 that are left, 5 + 5 do.
    found = variants(run(core_with(signs()), 5, 25, 65, 70))
    assert found == ['l+slow', 'l+slow', 'l+slow', 'l+quick', 'l+quick']


def test_a_job_with_time_left_goes_on_with_the_better_network():
    core = core_with(signs('l+quick', deadline_ns=95))
    begun = variants(core.step(15, [JobReleased(0, 0, 'signs')]))
    assert begun == ['l+quick']  # 90 ns do not fit into 80
    commands = []
    for number, end_ns in enumerate((16, 26, 36)):
        commands += core.step(end_ns, [StageFinished(end_ns, 0, number)])
    # The detector took 20 ns in place of 40: 5 + 40 fit into 59.
    assert variants(commands) == ['l+quick', 'l+quick', 'l+slow']


def test_only_what_can_still_be_chosen_is_hopeless():
    # At 85 ns 15 are left: enough for 5 + 5, not for 5 + 40. At 95 for neither.
    saved = run(core_with(signs()), 5, 25, 85)
    assert variants(saved)[-1] == 'l+quick'
    lost = run(core_with(signs()), 5, 25, 95)
    (end,) = [c for c in lost if isinstance(c, EndJob)]
    assert (end.outcome, end.reason) == (Outcome.DISCARDED, Reason.HOPELESS)


def test_whoever_chose_the_quicker_network_cannot_go_back():
    # Cropped for the quick one: that the time would do for the slow one now is of no use.
    found = variants(run(core_with(signs()), 5, 25, 65, 66))
    assert found == ['l+slow', 'l+slow', 'l+slow', 'l+quick', 'l+quick']


def learn(core, ratio, times):
    """Let the task have had jobs that took so many times as long as forecast."""
    live = core._tasks['signs']
    for _ in range(times):
        job = LiveJob(0, live, live.task, live.base, 0, (0,))
        job.promises.append(Promise(0, 0, 100, live.base))
        live.learn(job, round(100 * ratio))


def test_a_job_dares_more_that_may_still_become_a_quicker_one():
    # Of 95 ns forecast for l+slow 100 may be taken, and of the 60 for l+quick 1.67 times as many.
    core = core_with(signs())
    learn(core, 1.2, times=60)
    assert variants(run(core)) == ['l+slow']  # 0.4 x 0.9 + 0.6 x 0.8 are more than 0.8
    apart = (LADDER[0], LADDER[2])
    core = core_with(replace(signs(), variants=apart))
    learn(core, 1.2, times=60)
    assert variants(run(core)) == ['s+quick']  # 0.4 x 0.9 are less than 0.5


def test_a_job_that_became_a_quicker_one_counts_as_if_it_had_not():
    live = core_with(signs())._tasks['signs']
    quick, slow = (next(c for c in live.chains if c.name == name) for name in ('l+quick', 'l+slow'))
    for _ in range(50):
        job = LiveJob(0, live, live.task, quick, 100, (0,))
        job.promises.append(Promise(0, 0, 95, slow))
        live.learn(job, 90)  # 1.5 times the 60 ns that l+quick was to take
    assert [live.share_within(0, ratio) for ratio in (0.99, 1.0, 1.49, 1.5)] == [0, 0.5, 0.5, 1]
    assert live.share_within(3, 1.0) == 1.0


@pytest.mark.parametrize('left_ns', range(10, 75, 5))
def test_a_late_detector_never_makes_a_job_late_that_has_a_way_out(left_ns):
    core = core_with(signs())
    commands = run(core, 5, 25, 100 - left_ns)
    now_ns = 100 - left_ns
    for number in (3, 4):
        variant = variants(commands)[-1]
        chosen = next(each for each in LADDER if each.name == variant)
        now_ns += chosen.stages[number].worst_ns
        commands = core.step(now_ns, [StageFinished(now_ns, 0, number)])
    (end,) = [c for c in commands if isinstance(c, EndJob)]
    assert end.outcome is Outcome.ON_TIME
    assert chosen.name == ('l+slow' if left_ns >= 45 else 'l+quick')
