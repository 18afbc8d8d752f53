# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The promise of packing: what the most urgent task meets without it, it meets with it."""

from random import Random

from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.simulation.simulate import simulate
from rtmdl_ros.simulation.task_sets import random_slow_downs, random_task_set
from rtmdl_ros.workload.records import Outcome, Packing
from rtmdl_ros.workload.slow_downs import SlowDowns

SETS = 400


def lost_deadlines(seed, packing):
    """Return the deadlines the most urgent task meets on one lane, and how many two lanes lose.

    Its first job does not count: nobody can expect it.
    """
    rng = Random(seed)
    tasks = random_task_set(seed, rng.randint(2, 5), rng.uniform(0.5, 2.0))
    urgent = max(tasks, key=lambda each: each.task.priority).task.name

    def outcomes(lanes, how, slow_downs):
        settings = SchedulerSettings(lanes=lanes, packing=how, slow_downs=slow_downs)
        jobs = simulate(tasks, settings, duration_ns=300_000_000, seed=seed)
        return [job.outcome is Outcome.ON_TIME for job in jobs if job.task == urgent][1:]

    serial = outcomes(1, Packing.GREEDY, SlowDowns())
    packed = outcomes(2, packing, random_slow_downs(seed, tasks))
    lost = sum(met and not kept for met, kept in zip(serial, packed, strict=True))
    return sum(serial), lost


def test_guarded_packing_costs_the_most_urgent_task_no_deadline():
    met, lost = 0, {}
    for seed in range(SETS):
        met_here, lost_here = lost_deadlines(seed, Packing.GUARDED)
        met += met_here
        if lost_here:
            lost[seed] = lost_here
    assert met > 10 * SETS
    assert lost == {}


def test_greedy_packing_does_cost_it_deadlines():
    """Otherwise the test above would show nothing."""
    assert sum(lost_deadlines(seed, Packing.GREEDY)[1] for seed in range(50)) > 20


def lost_to_the_least_urgent(seed, packing):
    """Return (lost, met) of the most urgent task, and of those between, by the least urgent one.

    On one lane; their first jobs do not count.
    """
    rng = Random(seed)
    tasks = random_task_set(seed, rng.randint(3, 5), rng.uniform(0.5, 1.3))
    *others, _ = sorted(tasks, key=lambda each: -each.task.priority)

    def outcomes(some):
        settings = SchedulerSettings(packing=packing)
        jobs = simulate(some, settings, duration_ns=300_000_000, seed=seed)
        return {(job.task, job.release_ns): job.outcome is Outcome.ON_TIME for job in jobs}

    alone, together = outcomes(others), outcomes(tasks)
    counts = []
    for some in (others[:1], others[1:]):
        names = {each.task.name for each in some}
        first = {name: min(ns for task, ns in alone if task == name) for name in names}
        met = [job for job, ok in alone.items() if ok and job[1] != first.get(job[0], job[1])]
        counts.append((sum(not together[job] for job in met), len(met)))
    return counts


def test_tasks_between_hardly_lose_by_a_less_urgent_one():
    """They may: of each more urgent task the guard foresees one job to come."""
    guarded = [lost_to_the_least_urgent(seed, Packing.GUARDED) for seed in range(60)]
    urgent, between = zip(*guarded, strict=True)
    assert sum(lost for lost, _ in urgent) == 0
    lost, met = (sum(column) for column in zip(*between, strict=True))
    assert met > 900
    assert lost < 0.01 * met
    greedy = [lost_to_the_least_urgent(seed, Packing.GREEDY)[1] for seed in range(60)]
    assert sum(lost for lost, _ in greedy) > 3 * lost
