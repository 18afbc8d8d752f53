# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Plans made while the node runs, in another process: this one has frames to answer."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from rtmdl_ros.node.signals import start_deaf
from rtmdl_ros.planning.admission import Admission
from rtmdl_ros.planning.errors import PlanningError
from rtmdl_ros.planning.limits import DeadlineLimit, admissions, deadline_limits
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.planning.plan_file import given_plan
from rtmdl_ros.planning.planner import make_plan
from rtmdl_ros.planning.problem import PlannedTask, demands, problem_of
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.workload.configuration import Configuration, enabled_only

_PLANNING_S = 10.0
#: Most computing for the limits of deadlines: a demand that comes meanwhile waits for it.
_LIMITS_S = 30.0


@dataclass(frozen=True)
class Answer:
    """A plan with the limits of its deadlines."""

    plan: Plan
    limits: Mapping[str, DeadlineLimit]
    #: Of all tasks, also of those that rest and are not in the plan.
    demands: tuple[PlannedTask, ...] = ()
    #: Whether a task that rests may be enabled, and what all would run by then, by its name.
    admissions: Mapping[str, Admission] = field(default_factory=dict)


@dataclass(frozen=True)
class NoPlan:
    """Why there is none."""

    problem: str


class Replanner:
    """Makes one plan at a time; asked meanwhile, it makes another one of the last demands."""

    def __init__(self) -> None:
        """Begin idle."""
        self._process: BaseProcess | None = None
        self._results: Connection | None = None
        #: Tells the process what is asked for: more than a pipe holds would keep the thread of the
        #: node, that takes frames, until it is read.
        self._teller: threading.Thread | None = None
        self._next: tuple[Configuration, Profile] | None = None
        #: Why the last process could not be started.
        self._refused: NoPlan | None = None
        #: Has answered and ends by itself, which takes long on a busy machine.
        self._ending: BaseProcess | None = None

    @property
    def busy(self) -> bool:
        """A plan is being made."""
        return self._process is not None

    def ask(self, configuration: Configuration, profile: Profile) -> None:
        """Have a plan made for the parameters and the times of the profile."""
        self._next = configuration, profile
        self._begin()

    def poll(self) -> Answer | NoPlan | None:
        """Return an answer once it is there; None as long as there is none."""
        if self._refused is not None:
            refused, self._refused = self._refused, None
            return refused
        if self._results is None or not self._results.poll():
            return None
        try:
            answer: Answer | NoPlan = self._results.recv()
        except (EOFError, OSError):  # before it answered, or while it did
            answer = NoPlan('the process that plans ended without an answer')
        self._hang_up()
        self._ending, self._process = self._process, None
        if self._next is None:
            return answer
        self._begin()  # what it says is out of date
        return None

    def close(self) -> None:
        """Give up what is under way."""
        self._next = None
        for process in (self._process, self._ending):
            if process is not None:
                process.terminate()
                process.join()
        self._hang_up()
        self._process = self._ending = None

    def _hang_up(self) -> None:
        if self._teller is not None:
            self._teller.join()
        if self._results is not None:
            self._results.close()
        self._teller = self._results = None

    def _begin(self) -> None:
        if self._process is not None or self._next is None:
            return
        context = multiprocessing.get_context('spawn')
        asked, self._next = self._next, None
        try:
            results, sender = context.Pipe()
            process = context.Process(
                target=_answer, args=(sender,), name='rtmdl planner', daemon=True
            )
            start_deaf(process)
            teller = threading.Thread(target=_send, args=(results, asked), daemon=True)
            teller.start()
        except (OSError, RuntimeError) as error:  # a limit of processes, threads, files or memory
            self._refused = NoPlan(f'no process for it can be started: {error}')
            return
        sender.close()
        self._process, self._results, self._teller = process, results, teller


def _send(connection: Connection, message: object) -> None:
    with suppress(OSError):  # the other process has ended, and its answer says so
        connection.send(message)


def _answer(connection: Connection) -> None:
    """Plan and send the answer: the other process, which the node ends."""
    _give_way()
    try:
        configuration, profile = connection.recv()
    except (EOFError, ConnectionError):  # the node is gone
        return
    answer = answer_to(configuration, profile, _PLANNING_S)
    with suppress(ConnectionError):
        connection.send(answer)


def _give_way() -> None:
    """Compute only while nobody else wants the core."""
    os.nice(19)
    with suppress(OSError, AttributeError):  # not every system has it
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def answer_to(
    configuration: Configuration, profile: Profile, seconds: float
) -> Answer | NoPlan:
    """Return a plan for the enabled tasks, that of the parameters where they name one.

    With it comes what may change: how far deadlines, and which resting tasks may be enabled.
    """
    running = enabled_only(configuration)
    if not running.tasks:
        return NoPlan('no task is enabled')
    try:
        problem = problem_of(running, profile)
        given = given_plan(configuration, profile)
        plan = given.of(running.tasks) if given else make_plan(problem, seconds=seconds).plan
        asked = demands(configuration)
        resting = [task for task in asked if task.name not in running.tasks]
        keep = given is not None
        limits = deadline_limits(problem, plan, _LIMITS_S, keep_plan=keep)
        enabling = admissions(problem, given or plan, resting, keep_plan=keep)
        return Answer(plan, limits, asked, enabling)
    except PlanningError as error:
        return NoPlan(str(error))
