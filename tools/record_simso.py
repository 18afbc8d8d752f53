# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Record schedules of SimSo, a simulator by others, for test/simulation/test_simso.py.

SimSo (https://github.com/MaximeCheramy/simso, CeCILL licence) is run beside the project:

  python3.11 -m venv /tmp/simso && /tmp/simso/bin/pip install simso==0.8.5
  /tmp/simso/bin/python tools/record_simso.py test/simulation/simso_schedules.json

SimSo 0.8.5 has no scheduler that does not preempt; it calls the two below, which only choose
among the jobs that it says are ready. Clock, releases, execution and ends are SimSo's.

Sets in which the two simulators may rightly differ are left out: jobs that end when another is
released, or have a deadline in common, and jobs that are not done before their task's next release
(which rtmdl would supersede).
"""

from __future__ import annotations

import json
import math
import random
import sys
from itertools import pairwise
from pathlib import Path

from simso.configuration import Configuration
from simso.core import Model, Scheduler

SETS_PER_POLICY = 50
#: Length of a simulation, in SimSo's ms, of which it counts whole ones only.
DURATION = 60_000


class _NonPreemptive(Scheduler):
    """Lets a job run to its end, then takes the first of the ready ones."""

    def init(self):
        self.ready = []

    def on_activate(self, job):
        self.ready.append(job)
        job.cpu.resched()

    def on_terminated(self, job):
        job.cpu.resched()

    def schedule(self, cpu):
        if not self.ready or (cpu.running is not None and cpu.running.is_active()):
            return None
        job = min(self.ready, key=self.order)
        self.ready.remove(job)
        return job, cpu


class NonPreemptiveFixedPriority(_NonPreemptive):
    """The largest priority first."""

    @staticmethod
    def order(job):
        return -job.data['priority']


class NonPreemptiveEdf(_NonPreemptive):
    """The earliest absolute deadline first."""

    @staticmethod
    def order(job):
        return job.absolute_deadline


SCHEDULERS = {'fixed_priority': NonPreemptiveFixedPriority, 'edf': NonPreemptiveEdf}


def random_tasks(rng):
    """Draw (offset, period, deadline, time, priority) of two to six tasks."""
    count = rng.randint(2, 6)
    share = rng.uniform(0.3, 0.9) / count
    priorities = rng.sample(range(100), count)
    tasks = []
    for priority in priorities:
        period = round(math.exp(rng.uniform(math.log(1_000), math.log(10_000))))
        time = max(1, round(period * share * rng.uniform(0.4, 1.6)))
        deadline = rng.randint(max(time, period // 2), period)
        tasks.append((rng.randrange(period), period, deadline, time, priority))
    return tasks


def simulate(policy, tasks):
    """Return (release, end) of each task's jobs that ended within the duration."""
    configuration = Configuration()
    configuration.duration = DURATION * configuration.cycles_per_ms
    configuration.etm = 'wcet'
    configuration.add_processor(name='lane', identifier=1)
    for number, (offset, period, deadline, time, priority) in enumerate(tasks):
        configuration.add_task(
            name=f'task{number}', identifier=number + 1, period=period, activation_date=offset,
            wcet=time, deadline=deadline, abort_on_miss=False, data={'priority': priority},
        )  # fmt: skip
    configuration.scheduler_info.clas = SCHEDULERS[policy]
    configuration.check_all()
    model = Model(configuration)
    model.run_model()
    cycles = configuration.cycles_per_ms
    jobs = {}
    for task in model.task_list:
        ended = [job for job in task.jobs if job.end_date is not None]
        jobs[task.identifier - 1] = [
            (round(job.activation_date), whole(job.end_date / cycles)) for job in ended
        ]
    return [jobs[number] for number in range(len(tasks))]


def whole(number):
    """Return a number of SimSo as the whole one that it is."""
    assert number == round(number), number
    return round(number)


def is_comparable(tasks, jobs):
    """Tell whether freshness and ties play no part."""
    releases = {release for ended in jobs for release, _ in ended}
    ends = [end for ended in jobs for _, end in ended]
    deadlines = [
        release + task[2] for task, ended in zip(tasks, jobs, strict=True) for release, _ in ended
    ]
    fresh = all(
        end < following for ended in jobs for (_, end), (following, _) in pairwise(ended)
    )
    return fresh and not releases & set(ends) and len(set(deadlines)) == len(deadlines)


def main():
    rng = random.Random(0)
    sets = []
    for policy in SCHEDULERS:
        found = 0
        while found < SETS_PER_POLICY:
            tasks = random_tasks(rng)
            jobs = simulate(policy, tasks)
            if is_comparable(tasks, jobs):
                found += 1
                ends = [[end for _, end in ended] for ended in jobs]
                sets.append({'policy': policy, 'tasks': tasks, 'ends': ends})
                print(f'{policy}: {found} of {SETS_PER_POLICY}', file=sys.stderr)
    lines = ',\n'.join(json.dumps(each, separators=(',', ':')) for each in sets)
    Path(sys.argv[1]).write_text(f'[\n{lines}\n]\n')


if __name__ == '__main__':
    main()
