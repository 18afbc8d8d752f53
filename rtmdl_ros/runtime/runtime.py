# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The threaded driver: feeds the core with events and carries its commands out."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count

from rtmdl_ros.runtime.accounting import RuntimeStatistics
from rtmdl_ros.runtime.executor import Done, StageCall
from rtmdl_ros.runtime.interpreter import restore_switch_interval, shorten_switch_interval
from rtmdl_ros.runtime.ledger import Ledger
from rtmdl_ros.runtime.once_logger import OnceLogger, log_safely
from rtmdl_ros.runtime.real_time import Placement, RealTimeSettings, placement_of
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.runtime.served import ActiveJob, ServedTask, StageFunctions, served_stages
from rtmdl_ros.runtime.threads import Threads
from rtmdl_ros.runtime.timer import WakeTimer
from rtmdl_ros.runtime.trace import Trace
from rtmdl_ros.runtime.watchdog import GivesUp, Hung, Watchdog, always
from rtmdl_ros.scheduling.commands import Command, EndJob, StartStage, WaitStage, WakeAt
from rtmdl_ros.scheduling.core import Core
from rtmdl_ros.scheduling.errors import UnknownTaskError
from rtmdl_ros.scheduling.events import (
    Event,
    JobReleased,
    StageFailed,
    StageFinished,
    TaskAdded,
    TaskChanged,
    TaskRemoved,
)
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.errors import in_one_line
from rtmdl_ros.workload.records import Resource, Task
from rtmdl_ros.workload.units import NS_PER_S

_LOGGER = logging.getLogger(__name__)


class NotRunningError(Exception):
    """A job was released to a runtime that has not been started, or has been stopped."""


class Runtime:
    """Runs the jobs of its tasks as the core decides, each executor a thread.

    The core is under one lock. Whichever thread causes an event (the caller of `release`, an
    executor after a stage, the timer) feeds it and carries the commands out: there is no
    dispatcher thread to hand over to. A runtime is started once and stopped once.

    `on_end` is told of every job that ended, exactly once, outside the lock, on the thread that
    ended it: an executor, the timer, or a caller of `release`, `add_task`, `change_task`,
    `remove_task` or `stop`. It may be called by several threads at once; what it takes delays the
    next stage of that executor, so costly work belongs into the last stage. An exception in it is
    logged once.

    A stage that does not return within `hang_limit_s` fails its job, and its executor goes on
    with a new thread. Until the call returns after all, jobs of the task that reach that stage
    fail at once. Before that `gives_up` is asked, under the lock, so that a job whose answer is
    just being given does not fail as well: where it says no, the stage has that time once more.
    """

    def __init__(
        self,
        settings: SchedulerSettings,
        *,
        on_end: Callable[[JobReport], None],
        gives_up: GivesUp = always,
        window_s: float = 10.0,
        hang_limit_s: float = 5.0,
        real_time: RealTimeSettings | None = None,
    ) -> None:
        """Prepare the threads; `window_s` is the length of the statistics' window in seconds.

        `hang_limit_s` is the time in seconds after which a stage is given up. `real_time` places
        the threads, as far as the system lets it. Raises ValueError for a window or a limit that
        is not above 0.
        """
        if window_s <= 0:
            raise ValueError(f'window_s is {window_s}; it must be above 0')
        self._core = Core(settings)
        self._on_end = on_end
        self._gives_up = gives_up
        self._lock = threading.Lock()
        self._tasks: dict[str, ServedTask] = {}
        self._jobs: dict[int, ActiveJob] = {}
        self._job_ids = count()
        self._timer = WakeTimer(time.monotonic_ns, self._time_passed)
        self._threads = Threads(
            self._core.executors, real_time or RealTimeSettings(), self._stage_done, self._timer
        )
        self._watchdog = Watchdog(hang_limit_s, self._timer.watch_at)
        self._ledger = Ledger(round(window_s * NS_PER_S), self._core.executors)
        self._start_ns: int | None = None
        self._accepts = False
        self._stopped = False
        self._raised = OnceLogger(_LOGGER)
        #: The last jobs, for `Trace.write_chrome_trace`.
        self.trace = Trace()

    # Tasks, at any time.

    def add_task(self, task: Task, functions: StageFunctions) -> None:
        """Add a task with one function a stage, or a task with variants with those of each.

        A function takes the job's payload; True means that the job is complete and its
        remaining stages are skipped. It never runs beside itself. Raises ValueError for a
        wrong number of functions or other variants, and DuplicateTaskError for a known name. A task
        that was removed should not come back before its running stages have ended.
        """
        served = ServedTask(task, served_stages(task, functions), functions)
        with self._lock:
            reports = self._feed(TaskAdded(time.monotonic_ns(), task))[1]
            self._tasks[task.name] = served
            self._ledger.add_task(task.name)
        self._deliver(reports)

    def change_task(self, task: Task) -> None:
        """Give a task new properties, as `TaskChanged` does: for the jobs released from now on.

        Variants may be others of those that it was added with functions for; the stages of each
        must keep their number and order. Raises UnknownTaskError for an unknown name and
        ValueError for another number of stages or an unknown variant.
        """
        with self._lock:
            if task.name not in self._tasks:
                raise UnknownTaskError(f'there is no task {task.name}')
            functions = self._tasks[task.name].functions
            stages = served_stages(task, functions)
            reports = self._feed(TaskChanged(time.monotonic_ns(), task))[1]
            self._tasks[task.name] = ServedTask(task, stages, functions)
        self._deliver(reports)

    def remove_task(self, name: str) -> None:
        """Remove a task. Its waiting jobs are discarded now, running ones after their stage.

        Raises UnknownTaskError. The task's counters stay.
        """
        with self._lock:
            reports = self._feed(TaskRemoved(time.monotonic_ns(), name))[1]
            del self._tasks[name]
        self._deliver(reports)

    # Life.

    def start(self) -> None:
        """Start the threads and accept jobs.

        Raises RuntimeError on a second call, and where the system refuses a thread: then none is
        left.
        """
        if self._start_ns is not None:
            raise RuntimeError('a runtime is started once; make a new one')
        self._start_ns = time.monotonic_ns()
        shorten_switch_interval()
        try:
            self._threads.start()
        except RuntimeError:
            restore_switch_interval()
            raise
        self._accepts = True

    def stop(self, timeout_s: float) -> None:
        """Discard the jobs that wait, let running stages end, and join the threads.

        A stage that does not return within `timeout_s` seconds is logged, its job fails and its
        thread is abandoned; threads that were replaced before are not waited for. Afterwards
        every released job has ended. Without effect on a runtime that does not run.
        """
        with self._lock:
            if not self._accepts:
                return
            self._accepts = False
            now_ns = time.monotonic_ns()
            removed = [TaskRemoved(now_ns, name, 'runtime stopped') for name in self._tasks]
            reports = self._feed(*removed)[1]
            self._tasks.clear()
        self._deliver(reports)
        self._threads.end(timeout_s)
        self._abandon_hung(timeout_s)
        restore_switch_interval()

    def _abandon_hung(self, timeout_s: float) -> None:
        with self._lock:
            self._stopped = True
            now_ns = time.monotonic_ns()
            hung = self._watchdog.running(now_ns)
            for call, span in hung:
                self._gives_up(call.task, call.payload)  # it fails whatever the answer
                self._add_span(call, span)
            failures = [
                StageFailed(
                    now_ns,
                    call.job_id,
                    call.stage,
                    f'stage {call.stage_name} did not return within {timeout_s} s of the stop',
                )
                for call, _ in hung
            ]
            reports = self._feed(*failures)[1]
        self._deliver(reports)
        text = 'task %s: %s; its thread is abandoned'
        for report in reports:
            log_safely(_LOGGER, logging.ERROR, text, report.task, report.detail)

    def release(self, task: str, payload: object, release_ns: int) -> int:
        """Release a job of `task`, from any thread; returns its id.

        `release_ns` is its arrival on the monotonic clock, from which its deadline counts.
        Raises NotRunningError, UnknownTaskError, and ValueError for an arrival in the future.
        """
        return self.release_all({task: payload}, release_ns)[task]

    def release_all(self, payloads: Mapping[str, object], release_ns: int) -> dict[str, int]:
        """Release a job of each task in `payloads` at one instant; returns their ids by task.

        For tasks that share a camera: all are known before one is started, so the most urgent
        goes first whatever the order given. Raises as `release` does, with no job released.
        """
        with self._lock:
            now_ns = time.monotonic_ns()
            self._check_release(payloads, release_ns, now_ns)
            ids = {task: next(self._job_ids) for task in payloads}
            for task, payload in payloads.items():
                self._jobs[ids[task]] = ActiveJob(self._tasks[task], release_ns, payload)
                self._ledger.add_release(task, release_ns)
            events = [JobReleased(release_ns, job_id, task) for task, job_id in ids.items()]
            reports = self._carry_out(now_ns, self._core.step(now_ns, events), None)[1]
        self._deliver(reports)
        return ids

    def _check_release(self, tasks: Iterable[str], release_ns: int, now_ns: int) -> None:
        for task in tasks:
            if not self._accepts:
                raise NotRunningError(f'task {task}: job released while the runtime is not running')
            if task not in self._tasks:
                raise UnknownTaskError(f'there is no task {task}')
            if release_ns > now_ns:
                raise ValueError(f'task {task}: release {release_ns - now_ns} ns in the future')

    def statistics(self) -> RuntimeStatistics:
        """Return counters since the start and figures over the window that ends now."""
        with self._lock:
            now_ns = time.monotonic_ns()
            uptime_ns = 0 if self._start_ns is None else now_ns - self._start_ns
            busy_since_ns = self._threads.busy_since_ns()
            evaluate = self._ledger.copy(now_ns, uptime_ns, busy_since_ns, self._slowness(now_ns))
        return evaluate()

    def slowness(self) -> dict[Resource, float]:
        """Return the ratio of recent to profiled stage times of each resource."""
        with self._lock:
            return self._slowness(time.monotonic_ns())

    def _slowness(self, now_ns: int) -> dict[Resource, float]:
        return {kind: self._core.slowness(kind, now_ns) for kind in Resource}

    def placements(self, kind: Resource) -> tuple[Placement, ...]:
        """Return what is in force for the running executors of a kind, in their order."""
        with self._lock:
            native_ids = self._threads.native_ids(kind)
        return tuple(placement_of(native_id) for native_id in native_ids)

    # Events, on the thread that causes them.

    def _stage_done(self, done: Done) -> StageCall | None:
        """Report the end of a stage; returns the stage that the same executor runs next."""
        call, span, event = done.call, done.span, _end_of(done)
        next_call: StageCall | None = None
        reports: list[JobReport] = []
        with self._lock:
            stopped = self._stopped
            given_up = not self._watchdog.end(span.executor, call)
            if not (stopped or given_up):
                self._add_span(call, span)
                next_call, reports = self._feed(event, executor=span.executor)
        self._deliver(reports)
        if not given_up and done.error is not None:
            self._raised.log(f'task {call.task}: stage {call.stage_name}', done.error)
        if given_up and not stopped:
            self._tell_late_return(done)
        # `on_end` may have stopped the runtime: the job has failed then.
        return None if self._stopped else next_call

    def _time_passed(self) -> None:
        """Wake the core and replace the executors whose stages hang."""
        hung: list[Hung] = []
        with self._lock:
            # After a stop no stage starts any more, and hung ones are the business of `stop`.
            if self._accepts:
                hung = self._watchdog.give_up(time.monotonic_ns(), self._gives_up)
            reports = self._feed(*[self._replace(each) for each in hung])[1]
            if self._accepts:
                self._watchdog.plan_wake()
        self._deliver(reports)
        for each in hung:
            log_safely(_LOGGER, logging.ERROR, 'task %s: %s', each.call.task, each.detail)

    # Under the lock.

    def _replace(self, hung: Hung) -> StageFailed:
        """Put a new thread in the place of the one that hangs; returns how its stage ended."""
        call, span = hung.call, hung.span
        self._threads.replace(span.executor)
        self._add_span(call, span)
        return StageFailed(span.end_ns, call.job_id, call.stage, hung.detail)

    def _add_span(self, call: StageCall, span: StageSpan) -> None:
        self._ledger.add_span(span)
        self._jobs[call.job_id].spans.append(span)

    def _feed(
        self, *events: Event, executor: str | None = None
    ) -> tuple[StageCall | None, list[JobReport]]:
        now_ns = time.monotonic_ns()
        return self._carry_out(now_ns, self._core.step(now_ns, events), executor)

    def _carry_out(
        self, now_ns: int, commands: Sequence[Command], executor: str | None
    ) -> tuple[StageCall | None, list[JobReport]]:
        """Return the stage that falls to the calling `executor`, and the jobs that ended."""
        own: StageCall | None = None
        reports = []
        pending = deque(commands)
        while pending:
            command = pending.popleft()
            if isinstance(command, StartStage):
                self._jobs[command.job_id].end_wait(now_ns)
                call = self._call_for(command)
                refusal = self._watchdog.refusal(call) or self._threads.revive(command.executor)
                if refusal is not None:
                    failed = StageFailed(now_ns, call.job_id, call.stage, refusal)
                    pending.extend(self._core.step(now_ns, [failed]))
                    continue
                self._watchdog.begin(command.executor, call, now_ns)
                if command.executor == executor:
                    own = call
                else:
                    self._threads.give(command.executor, call)
            elif isinstance(command, WaitStage):
                self._jobs[command.job_id].wait(command, now_ns)
            elif isinstance(command, EndJob):
                report = self._jobs.pop(command.job_id).report(command, now_ns)
                self._ledger.add_end(report)
                reports.append(report)
            elif isinstance(command, WakeAt):
                self._timer.wake_at(command.time_ns)
        return own, reports

    def _call_for(self, command: StartStage) -> StageCall:
        job = self._jobs[command.job_id]
        job.variant = command.variant
        stage = command.stage
        name = job.served.task.name
        return StageCall(
            command.job_id, name, command.variant, stage, *job.stage(stage), job.payload
        )

    # Outside the lock.

    def _deliver(self, reports: Sequence[JobReport]) -> None:
        for report in reports:
            try:
                self.trace.add(report)
                self._on_end(report)
            except BaseException as error:  # even SystemExit must not take the lane along
                self._raised.log('on_end', error)

    def _tell_late_return(self, done: Done) -> None:
        call, seconds = done.call, done.span.duration_ns / NS_PER_S
        how = 'returned' if done.error is None else f'raised {in_one_line(done.error)}'
        text = 'task %s: stage %s %s in job %d after %.1f s; it is served again'
        values = call.task, call.stage_name, how, call.job_id, seconds
        log_safely(_LOGGER, logging.INFO, text, *values)


def _end_of(done: Done) -> StageFinished | StageFailed:
    call, span = done.call, done.span
    if done.error is None:
        return StageFinished(span.end_ns, call.job_id, call.stage, done.complete, span.start_ns)
    detail = f'stage {call.stage_name}: {in_one_line(done.error)}'
    return StageFailed(span.end_ns, call.job_id, call.stage, detail)
