# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Policies made ready: what each runs, on a profile made by hand."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from known_profile import LIGHT, SIGN, known_profile

from rtmdl_ros.bench.callbacks import CALLBACKS
from rtmdl_ros.bench.cameras import frame_times
from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.bench.contenders import ABLATION, BASELINES, CONTENDERS, ORACLE, OURS, USUAL
from rtmdl_ros.bench.contest import check_frames, order_of
from rtmdl_ros.bench.contest_series import PolicyError, policies_of
from rtmdl_ros.bench.ladders import Ladders, joined
from rtmdl_ros.bench.oracle import arrivals, foreseen, oracle_of
from rtmdl_ros.bench.scenario import scenario_of
from rtmdl_ros.bench.settings import (
    hog_slowness,
    setting_of,
    simulated,
    slowed,
    task_accuracies,
)
from rtmdl_ros.bench.workload_file import CameraSpec, Disturbance, Kind, TaskSpec, WorkloadSpec
from rtmdl_ros.runtime.real_time import usable_cores
from rtmdl_ros.workload.records import LatePolicy, Outcome, Packing, Policy, Resource

SPEC = WorkloadSpec(
    'mine', '', None,
    {'front': CameraSpec(10.0), 'rear': CameraSpec(5.0, 0.5)},
    {'sign': TaskSpec('traffic_sign', 'front'), 'light': TaskSpec('traffic_light', 'rear')},
    (Disturbance(Kind.ABSENT, 0.0, 0.5, 'light'),),
)  # fmt: skip
#: What stages do, to tell whose they are.
USUAL_RUN, URGENT = bool, int


@pytest.fixture(scope='module')
def ladders():
    """Return a profile with two variants of the signs, the smaller one of half the length."""
    profile = known_profile()
    (large,) = profile.functions['traffic_sign']
    stages = tuple(
        replace(s, quantiles_ns=tuple(ns // 2 for ns in s.quantiles_ns)) for s in large.stages
    )
    small = replace(large, name='small+tiny', accuracy=0.25, stages=stages)
    functions = {**profile.functions, 'traffic_sign': (small, large)}
    pipelines, urgent = (
        {
            function: {
                each.name: SimpleNamespace(stages=[SimpleNamespace(run=run) for _ in each.stages])
                for each in variants
            }
            for function, variants in functions.items()
        }
        for run in (USUAL_RUN, URGENT)
    )
    return Ladders(replace(profile, functions=functions), pipelines, urgent, None)


def setting(name, ladders):
    scenario = scenario_of(SPEC, ladders.profile, 1.0)
    return setting_of(CONTENDERS[name], scenario, ladders, 0.2)


def test_every_policy_is_found_by_name_or_group():
    assert policies_of(['usual']) == USUAL == (
        *CALLBACKS, *BASELINES, 'rtmdl_static', OURS, ORACLE,
    )  # fmt: skip
    assert policies_of(['ablation', 'rm', OURS]) == (*ABLATION, 'rm')
    assert len(ABLATION) == 6
    assert all(name == each.name for name, each in CONTENDERS.items())
    with pytest.raises(PolicyError, match='no lifo; give some of: usual, ablation, callbacks'):
        policies_of(['lifo'])
    with pytest.raises(PolicyError, match='oracle alone'):
        policies_of([ORACLE])


def test_each_round_begins_with_another_policy():
    names = ['a', 'b', 'c']
    assert [order_of(names, number) for number in range(4)] == [
        ('a', 'b', 'c'), ('b', 'c', 'a'), ('c', 'a', 'b'), ('a', 'b', 'c'),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ('name', 'policy', 'lanes', 'bases'),
    [
        ('fifo', Policy.FIFO, 1, {'sign': 'large+tiny', 'light': 'small'}),
        ('rm', Policy.FIXED_PRIORITY, 1, {'sign': 'large+tiny', 'light': 'small'}),
        ('edf', Policy.EDF, 1, {'sign': 'large+tiny', 'light': 'small'}),
        ('greedy_lanes', Policy.FIFO, 2, {'sign': 'large+tiny', 'light': 'small'}),
        ('rm_smallest', Policy.FIXED_PRIORITY, 1, {'sign': 'small+tiny', 'light': 'small'}),
    ],
)
def test_simple_policies_run_one_variant_greedily(ladders, name, policy, lanes, bases):
    found = setting(name, ladders)
    scheduler = found.scheduler
    assert (scheduler.policy, scheduler.lanes, scheduler.packing) == (policy, lanes, Packing.GREEDY)
    assert {each.task.name: each.task.base for each in found.tasks} == bases
    assert all(len(each.task.variants) == len(each.stages) == 1 for each in found.tasks)
    if policy is Policy.FIXED_PRIORITY:
        # Rate monotonic: the lights have the shorter period.
        assert [each.task.priority for each in found.tasks] == [1, 2]


def test_ours_chooses_at_run_time_and_parts_of_it_can_be_left_out(ladders):
    ours = setting(OURS, ladders)
    assert (ours.scheduler.lanes, ours.scheduler.packing) == (2, Packing.GUARDED)
    assert [len(each.task.variants) for each in ours.tasks] == [2, 1]
    assert ours.late is LatePolicy.DISCARD
    assert setting('rtmdl-no_packing', ladders).scheduler.lanes == 1
    assert setting('rtmdl-no_discard', ladders).late is LatePolicy.RUN
    for name in ('rtmdl-no_choice', 'rtmdl_static'):
        assert [len(each.task.variants) for each in setting(name, ladders).tasks] == [1, 1]
    apart = setting('rtmdl-no_joint', ladders)
    assert apart.in_words() == 'light small, then sign large+tiny'


@pytest.mark.parametrize(('name', 'urgent'), [(OURS, 1), ('edf', 0), ('greedy_lanes', 0)])
def test_the_most_urgent_task_has_its_networks_as_such(ladders, name, urgent):
    tasks = setting(name, ladders).tasks
    by_priority = sorted(tasks, key=lambda each: -each.task.priority)
    functions = [{run for chain in each.stages.values() for run in chain} for each in by_priority]
    assert functions == [{URGENT}] * urgent + [{USUAL_RUN}] * (len(tasks) - urgent)


def test_of_two_ways_to_treat_late_jobs_simulation_takes_the_better(ladders):
    # Signs take up to 4 ms of 4 ms and more: run to the end they only are in the way.
    slow = slowed(ladders, {Resource.CPU: 1.0, Resource.ACCELERATOR: 4.0})
    scenario = scenario_of(SPEC, ladders.profile, 1.0)
    assert setting_of(CONTENDERS['rm'], scenario, slow, 0.2).late is LatePolicy.DISCARD


def test_simulation_has_the_frames_of_the_scenario(ladders):
    scenario = scenario_of(SPEC, ladders.profile, 1.0)
    jobs = simulated(setting('rm', ladders), scenario, 0)
    light = [job.release_ns for job in jobs if job.task == 'light']
    assert len(jobs) == 100 + 100
    assert (len(light), min(light)) == (100, 502_500_000)


def test_hogs_share_the_cores():
    cores = len(usable_cores())
    assert hog_slowness(2 * cores, 1) == (2 * cores + 1) / cores
    assert hog_slowness(cores, 0) == 1.0
    assert hog_slowness(1, 1) == max(1.0, 2 / cores)


def test_the_oracle_sees_each_phase(ladders):
    scenario = scenario_of(SPEC, ladders.profile, 1.0)
    oracle = oracle_of(scenario, ladders, 3.0)
    assert [len(part.ways[0].tasks) for part in oracle] == [1, 2]
    jobs = foreseen(scenario, oracle, 0)
    assert {job.outcome for job in jobs} == {Outcome.ON_TIME}
    light = [job for job in jobs if job.task == 'light']
    assert (len(jobs), len(light), light[0].release_ns) == (200, 100, 502_500_000)
    accuracies = task_accuracies(ladders.profile, scenario)
    assert accuracies['sign', 'small+tiny'] == 0.25
    assert {job.variant for job in jobs} == {'large+tiny', 'small'}


def test_of_several_ways_through_a_phase_the_best_counts(ladders):
    scenario = scenario_of(SPEC, ladders.profile, 1.0)
    small = setting('rm_smallest', ladders).tasks
    poor = [
        tuple(each for each in small if each.task.name in phase.deadlines)
        for phase in scenario.phases()
    ]
    best = oracle_of(scenario, ladders, 3.0)
    oracle = tuple(
        replace(part, ways=(replace(part.ways[0], tasks=tasks), *part.ways[:1]))
        for part, tasks in zip(best, poor, strict=True)
    )
    variants = {job.variant for job in foreseen(scenario, oracle, 0)}
    assert variants == {'large+tiny', 'small'}


def test_the_oracle_sees_the_frames_of_a_run(ladders):
    faster = Disturbance(Kind.RATE, 0.31, 0.7, 'front', 1.7)
    scenario = scenario_of(
        replace(SPEC, disturbances=(*SPEC.disturbances, faster)), ladders.profile, 1.0
    )
    run = [
        (time_ns, task)
        for time_ns, camera in frame_times(scenario.cameras(), scenario.duration_ns)
        for task in camera.tasks_at(time_ns)
    ]
    seen = [
        (phase.start_ns + time_ns, task)
        for phase in scenario.phases()
        for task, times_ns in arrivals(scenario, phase).items()
        for time_ns in times_ns
    ]
    assert sorted(seen) == sorted(run)


def test_phases_too_short_for_a_frame_have_no_jobs(ladders):
    late = replace(SPEC, cameras={**SPEC.cameras, 'front': CameraSpec(10.0, 0.5)})
    short = scenario_of(late, ladders.profile, 0.008)
    # Of 4 ms. In the first the sign is alone; its first frame comes after 5 ms.
    oracle = oracle_of(short, ladders, 0.1)
    assert [job.task for job in foreseen(short, oracle, 0)] == ['sign', 'light']
    with pytest.raises(ExperimentError, match='no phase is long enough for a frame; lengthen'):
        foreseen(short, (), 0)


def test_segments_of_a_network_are_joined_to_one_stage():
    profile = known_profile()
    (light,), (sign,) = profile.functions['traffic_light'], profile.functions['traffic_sign']
    names = ['preprocess', 'detect', 'decode']
    whole = joined(light, SimpleNamespace(stages=[SimpleNamespace(name=n) for n in names]))
    assert [stage.name for stage in whole.stages] == names
    assert whole.stages[1].quantiles_ns == tuple(100_000 * step for step in range(21))
    assert whole.stages[1].worst_ns == 3_000_000
    assert [stage.network for stage in whole.stages] == ['', LIGHT, '']
    # Neighbours of different networks stay apart.
    pipeline = SimpleNamespace(stages=[SimpleNamespace(name=s.name) for s in sign.stages])
    assert joined(sign, pipeline) == sign
    assert sign.stages[1].network == SIGN


def test_where_no_frame_comes_because_tasks_are_away_that_is_named():
    spec = WorkloadSpec(
        'mine', '', None, {'front': CameraSpec(10.0)}, {'light': TaskSpec('traffic_light', 'front')}
    )
    away = Disturbance(Kind.ABSENT, 0.0, 1.0, 'light')
    check_frames(scenario_of(spec, known_profile(), 0.5))
    with pytest.raises(ExperimentError, match=r'sooner, or shorten the absence of light$'):
        check_frames(scenario_of(replace(spec, disturbances=(away,)), known_profile(), 0.5))
