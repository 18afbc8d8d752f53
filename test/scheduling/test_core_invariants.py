# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Invariants of the core under random steps, against a model that only knows the rules.

The model decides nothing: it follows the commands and checks each of them, and what was left
undone, against docs/scheduling.md.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from itertools import takewhile

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from random_tasks import tasks

from rtmdl_ros.scheduling.commands import EndJob, StartStage, WaitStage, WakeAt
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.events import (
    JobReleased,
    StageFailed,
    StageFinished,
    TaskAdded,
    TaskChanged,
    TaskRemoved,
)
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import (
    LatePolicy,
    Outcome,
    Packing,
    Policy,
    Resource,
    Stage,
    Task,
)
from rtmdl_ros.workload.slow_downs import SlowDowns

HELD_BACK = (Reason.URGENT_JOB, Reason.SLOW_DOWN_UNKNOWN, Reason.LENGTH_UNKNOWN)
NAMES = ('a', 'b', 'c', 'd')


def what(stage):
    return stage.name, stage.resource, stage.segment


def is_segment(stage):
    return stage.resource is Resource.ACCELERATOR and stage.segment != ''


@dataclass
class Job:
    """A live job as the commands have told it."""

    job_id: int
    task: Task
    #: What its task has become since its release.
    later: list[Task]
    #: Tells a task from one of the same name after its removal.
    owner: int
    release_ns: int
    stage: int = 0
    executor: str | None = None
    #: What it runs through, once a stage has started.
    chain: tuple[Stage, ...] | None = None

    @property
    def chains(self):
        """What it may run through: its own first, if that is chosen."""
        every = [variant.stages for variant in self.task.variants] or [self.task.stages]
        if self.chain is None:
            return every
        return [self.chain, *(chain for chain in every if self.may_become(chain))]

    def may_become(self, chain):
        """Tell whether all that was done belongs to networks that both chains begin with."""
        pairs = list(zip(self.chain, chain, strict=False))
        common = [*takewhile(lambda pair: what(pair[0]) == what(pair[1]), pairs)]
        ends = [n + 1 for n, (stage, _) in enumerate(common) if is_segment(stage)]
        fork = max(ends, default=0)
        rests = [[stage.resource for stage in each[fork:]] for each in (self.chain, chain)]
        goes_on = all(Resource.ACCELERATOR in rest for rest in rests)
        passed = self.stage + (self.executor is not None)
        return fork >= max(1, passed) and goes_on and rests[0][0] is rests[1][0]

    @property
    def fresh(self):
        return self.stage == 0 and self.executor is None

    @property
    def stages_left(self):
        """At least and at most."""
        counts = [len(chain) - self.stage for chain in self.chains]
        return min(counts), max(counts)

    @property
    def in_last_stage(self):
        return self.stage + 1 == len(self.chain)

    @property
    def resource(self):
        return self.chains[0][self.stage].resource

    @property
    def deadline_ns(self):
        return self.release_ns + self.task.deadline_ns

    @property
    def least_ns(self):
        left = [sum(stage.optimistic_ns for stage in chain[self.stage :]) for chain in self.chains]
        return min(left)

    def take(self, variant):
        named = {each.name: each.stages for each in self.task.variants}
        self.chain = named[variant] if named else self.task.stages

    def hopeless(self, now_ns):
        late = now_ns + self.least_ns > self.deadline_ns
        return late and self.task.late is LatePolicy.DISCARD

    def urgency(self, policy):
        """Return the greatest that it had since its release."""
        return min(self.urgency_as(task, policy) for task in (self.task, *self.later))

    def urgency_as(self, task, policy):
        deadline_ns = self.release_ns + task.deadline_ns
        if policy is Policy.FIXED_PRIORITY:
            return (-task.priority, deadline_ns, self.release_ns, self.job_id)
        if policy is Policy.EDF:
            return (deadline_ns, self.release_ns, self.job_id)
        return (self.release_ns, self.job_id)


class CoreMachine(RuleBasedStateMachine):
    """Random instants of random events; each step is checked when its commands are in."""

    @initialize(
        policy=st.sampled_from(Policy),
        cpu_workers=st.integers(1, 3),
        lanes=st.integers(1, 3),
        packing=st.sampled_from(Packing),
        first=st.tuples(*(tasks(name) for name in NAMES)),
    )
    def begin(self, policy, cpu_workers, lanes, packing, first):
        self.policy = policy
        self.packing = packing
        how = {'packing': packing, 'slow_downs': SlowDowns({('x', 'x'): 1.5})}
        self.core = Core(SchedulerSettings(policy, cpu_workers, lanes, **how))
        self.twin = Core(SchedulerSettings(policy, cpu_workers, lanes, **how))
        self.waits = {}
        self.executors = {f'cpu{n}': Resource.CPU for n in range(cpu_workers)}
        self.executors |= {f'lane{n}': Resource.ACCELERATOR for n in range(lanes)}
        self.now_ns = 0
        self.wake_ns = None
        self.next_id = 0
        self.next_owner = len(first)
        self.tasks = {task.name: (owner, task) for owner, task in enumerate(first)}
        self.live: dict[int, Job] = {}
        self.released = 0
        self.ended = Counter()
        self.removed = set()
        self.step([TaskAdded(0, task) for task in first], {})

    @rule(data=st.data(), passed=st.integers(0, 9))
    def some_stages_end_and_jobs_arrive(self, data, passed):
        self.now_ns += passed
        verdicts = {}
        events = []
        for job in [job for job in self.live.values() if job.executor is not None]:
            verdict = data.draw(st.sampled_from(['runs', 'done', 'done', 'complete', 'failed']))
            if verdict == 'failed':
                events.append(StageFailed(self.now_ns, job.job_id, job.stage, 'broken'))
            elif verdict != 'runs':
                complete = verdict == 'complete'
                events.append(StageFinished(self.now_ns, job.job_id, job.stage, complete))
            if verdict != 'runs':
                verdicts[job.job_id] = verdict
        arrivals = data.draw(st.lists(st.sampled_from(NAMES), max_size=5))
        slots = data.draw(st.permutations([*events, *arrivals]))
        self.step(
            [self.arrive(slot) if isinstance(slot, str) else slot for slot in slots], verdicts
        )

    @rule()
    def the_wake_comes(self):
        if self.wake_ns is not None and self.wake_ns >= self.now_ns:
            self.now_ns = self.wake_ns
            self.step([], {})

    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def a_task_changes(self, data, name):
        owner, _ = self.tasks[name]
        task = data.draw(tasks(name))
        self.tasks[name] = (owner, task)
        for job in self.live.values():
            if job.owner == owner:
                job.later.append(task)
        self.step([TaskChanged(self.now_ns, task)], {})

    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def a_task_is_replaced(self, data, name):
        task = data.draw(tasks(name))
        self.removed.add(self.tasks[name][0])
        self.tasks[name] = (self.next_owner, task)
        self.next_owner += 1
        self.step([TaskRemoved(self.now_ns, name), TaskAdded(self.now_ns, task)], {})

    def arrive(self, name):
        owner, task = self.tasks[name]
        job_id, self.next_id = self.next_id, self.next_id + 1
        self.live[job_id] = Job(job_id, task, [], owner, self.now_ns)
        self.released += 1
        return JobReleased(self.now_ns, job_id, name)

    # Checks of one step.

    def step(self, events, verdicts):
        commands = self.core.step(self.now_ns, events)
        assert commands == self.twin.step(self.now_ns, events), 'same steps, same commands'
        newest = {job.owner: job.job_id for job in self.live.values()}
        before = {job_id: (job.fresh, job.executor, job.stage) for job_id, job in self.live.items()}
        self.take_verdicts(verdicts)
        for end in (command for command in commands if isinstance(command, EndJob)):
            self.check_end(end, verdicts, before, newest)
        self.check_nothing_should_have_ended(verdicts, newest)
        ready = {job.job_id for job in self.live.values() if self.may_start(job)}
        for start in (command for command in commands if isinstance(command, StartStage)):
            self.check_start(start, ready)
        for wait in (command for command in commands if isinstance(command, WaitStage)):
            assert self.live[wait.job_id].executor is None
            assert self.waits.get(wait.job_id) != wait, 'said twice'
            self.waits[wait.job_id] = wait
        self.check_nobody_waits_beside_a_free_executor()
        self.check_nobody_waits_in_a_circle()
        for wake in (command for command in commands if isinstance(command, WakeAt)):
            self.wake_ns = wake.time_ns
        self.check_wake()
        assert self.released == sum(self.ended.values()) + len(self.live)

    def take_verdicts(self, verdicts):
        for job_id, verdict in verdicts.items():
            job = self.live[job_id]
            job.executor = None
            last = job.in_last_stage
            if verdict == 'done' and not last and job.owner not in self.removed:
                job.stage += 1
            elif verdict == 'done' and last:
                verdicts[job_id] = 'complete'

    def check_end(self, end, verdicts, before, newest):
        job = self.live.pop(end.job_id)  # KeyError: ended twice, or never released
        self.ended[end.outcome] += 1
        verdict = verdicts.get(job.job_id)
        assert end.time_ns == self.now_ns
        if verdict == 'failed':
            assert (end.outcome, end.detail) == (Outcome.FAILED, 'broken')
        elif verdict == 'complete':
            on_time = self.now_ns <= job.deadline_ns
            assert end.outcome is (Outcome.ON_TIME if on_time else Outcome.LATE)
        elif end.outcome is Outcome.SUPERSEDED:
            assert before[job.job_id][0], 'only a job that has started no stage is superseded'
            assert newest[job.owner] > job.job_id
        else:
            assert end.outcome is Outcome.DISCARDED
            assert job.executor is None, 'no running stage is interrupted'
            assert job.hopeless(self.now_ns) or job.owner in self.removed

    def check_nothing_should_have_ended(self, verdicts, newest):
        for job in self.live.values():
            assert verdicts.get(job.job_id, 'done') == 'done'
            if job.executor is None:
                assert not job.hopeless(self.now_ns), 'a hopeless job still waits'
                assert job.owner not in self.removed, 'a job of a removed task still waits'
            if job.fresh:
                assert newest[job.owner] == job.job_id, 'an outdated fresh job still waits'

    def check_start(self, start, ready):
        job = self.live[start.job_id]
        assert job.executor is None
        assert start.stage == job.stage, 'a stage starts only after its predecessor'
        assert self.executors[start.executor] is job.resource
        assert start.executor not in self.busy(), 'an executor holds one stage'
        assert self.may_start(job)
        for other_id in ready:
            other = self.live[other_id]
            passed_over = other.executor is None and other.resource is job.resource
            if passed_over and self.packing is Packing.GREEDY:
                assert job.urgency(self.policy) <= other.urgency(self.policy)
        before = job.chains
        job.executor = start.executor
        job.take(start.variant)
        assert job.chain in before, 'a job becomes what it no longer can'
        self.check_no_function_runs_beside_itself(job)

    def check_no_function_runs_beside_itself(self, job):
        for other in self.live.values():
            if other is job or other.owner != job.owner or other.executor is None:
                continue
            assert not job.stage == other.stage == 0, 'all chains of a task begin alike'
            assert not (job.in_last_stage and other.in_last_stage), 'and they end alike'
            assert not (job.stage == other.stage and job.chain == other.chain)

    def check_nobody_waits_beside_a_free_executor(self):
        free = {kind for name, kind in self.executors.items() if name not in self.busy()}
        for job in self.live.values():
            if job.executor is not None:
                continue
            wait = self.waits[job.job_id]
            assert wait.stage == job.stage, 'a job waits and nobody said why'
            if self.may_start(job) and job.resource in free:
                assert self.packing is Packing.GUARDED
                assert wait.reason in HELD_BACK, 'only the packing rule keeps a job waiting'
            elif self.may_start(job):
                assert wait.reason in (*HELD_BACK, Reason.EXECUTORS_BUSY)
            else:
                assert wait.reason is Reason.EARLIER_JOB

    def check_nobody_waits_in_a_circle(self):
        if self.live and self.busy() == {None}:
            first = min(self.live.values(), key=lambda job: job.urgency(self.policy))
            wait = self.waits[first.job_id]
            assert wait.reason in HELD_BACK
            assert wait.because not in {job.task.name for job in self.live.values()}

    def check_wake(self):
        for job in self.live.values():
            if job.executor is None and job.task.late is LatePolicy.DISCARD:
                assert self.wake_ns is not None
                assert self.now_ns < self.wake_ns <= job.deadline_ns - job.least_ns + 1

    def busy(self):
        return {job.executor for job in self.live.values()}

    def may_start(self, job):
        """Tell whether a job is held back by nothing but a lack of executors."""
        elder = [
            other
            for other in self.live.values()
            if other.owner == job.owner and other.job_id < job.job_id
        ]
        in_order = all(other.stages_left[1] < job.stages_left[0] for other in elder)
        in_order &= all(other.task is job.task or other.stage > job.stage for other in elder)
        crowded = job.fresh and any(other.executor is None for other in elder)
        return job.executor is None and in_order and not crowded


TestCore = CoreMachine.TestCase
TestCore.settings = settings(
    # More for `make test-thorough`.
    max_examples=int(os.environ.get('RTMDL_EXAMPLES', '200')),
    stateful_step_count=30,
    suppress_health_check=[HealthCheck.too_slow],  # the machine may be busy
)
