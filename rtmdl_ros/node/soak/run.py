# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One soak: starts the node, lets faults happen to it, watches it, ends it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType

from lifecycle_msgs.msg import Transition

from rtmdl_ros.evidence.processes import Child, ProcessError
from rtmdl_ros.node.executables import executable
from rtmdl_ros.node.soak.faults import in_random_order
from rtmdl_ros.node.soak.ledger import Counters, summaries
from rtmdl_ros.node.soak.place import TASKS, prepare
from rtmdl_ros.node.soak.result import FaultRecord, Limits, SoakResult, longest_gap
from rtmdl_ros.node.soak.station import RATE_HZ, Station
from rtmdl_ros.runtime.memory import resident_bytes
from rtmdl_ros.workload.units import NS_PER_S

#: The first start exports networks and measures them.
_START_S = 600.0
_SETTLE_S = 1.0
_LOG_S = 10.0
_STEP_S = 0.05
_KILL_S = 30.0
#: What is told before the time of the soak counts.
STARTING = 'the node starts'


@dataclass(frozen=True)
class SoakOptions:
    """How to soak."""

    duration_s: float
    seed: int
    #: Where the node's files go; must exist.
    folder: Path
    #: Where its output goes.
    log: Path
    #: As in the environment, which peers inherit.
    domain_id: int
    limits: Limits = field(default_factory=Limits)
    #: What of the memory does not count, from the first frame on.
    warm_up_s: float = 0.0
    hang_limit_s: float = 2.0
    #: A fault lasts between these, s.
    fault_s: tuple[float, float] = (1.0, 6.0)
    #: Further parameters of the node.
    parameters: Mapping[str, object] = field(default_factory=dict)


class _Watch:
    """Notes the node's memory every half second, and how long it overslept itself."""

    def __init__(self, process_id: int) -> None:
        self.memory: list[tuple[float, float]] = []
        self.stalled_s = 0.0
        self._process_id = process_id
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name='watch', daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._over.wait(max(0.0, due_s - time.monotonic())):
            now_s = time.monotonic()
            self.stalled_s = max(self.stalled_s, now_s - due_s)
            try:
                size_mb = resident_bytes(self._process_id) / 2**20
            except OSError:
                return  # the node is gone, which others tell
            self.memory.append((now_s, size_mb))
            due_s = now_s + 0.5


class Soak:
    """The node as a process of its own, and all that happens to it."""

    def __init__(
        self,
        options: SoakOptions,
        progress: Callable[[float, str], None],
        tell: Callable[[FaultRecord], None],
    ) -> None:
        """Start it; raises OSError where its log cannot be written.

        `progress` gets seconds since the first frame and what happens now, `tell` each fault that
        is over.
        """
        self._options = options
        self._progress = progress
        self._tell = tell
        self._conduct: list[str] = []
        self._faults: list[FaultRecord] = []
        self._lives = 0
        self._now = ''
        self._begin_s = 0.0
        path, environment = prepare(options.folder, options.hang_limit_s, options.parameters)
        command = [*executable('rtmdl_node'), '--ros-args', '--params-file', str(path)]
        environment['ROS_DOMAIN_ID'] = str(options.domain_id)
        self.station = Station(options.domain_id, TASKS)
        try:
            self._node = Child('node', command, environment, options.log)
        except BaseException:
            self.station.close()
            raise

    def __enter__(self) -> Soak:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the node, whatever happened, and the station."""
        self._node.interrupt()
        self._node.wait(_KILL_S)
        self.station.close()

    @property
    def hang_limit_s(self) -> float:
        """After this time a stage is given up."""
        return self._options.hang_limit_s

    def run(self) -> SoakResult:
        """Soak; raises ProcessError where the node does not even start."""
        self._await_start()
        watch = _Watch(self._node.process_id)
        died = ''
        try:
            self._happen()
        except ProcessError as error:
            died = str(error).partition('\n')[0]
        end_s = time.monotonic()
        watch.close()
        exit_s = self._end()
        self._close_books(wait=False)
        return self._result(watch, died, end_s, exit_s)

    def wait(self, seconds: float) -> None:
        """Let time pass; raises ProcessError where the node has ended."""
        end_s = time.monotonic() + seconds
        while True:
            self._node.check()
            left_s = end_s - time.monotonic()
            if left_s <= 0:
                return
            time.sleep(min(_STEP_S, left_s))
            self._progress(self._elapsed_s(), self._now)

    def cycle_life(self, pause_s: float) -> None:
        """Deactivate the node, close the books and activate it again."""
        self._change(Transition.TRANSITION_DEACTIVATE, 'deactivate')
        self._close_books(wait=True)
        self.wait(pause_s)
        self._change(Transition.TRANSITION_ACTIVATE, 'activate')

    def problem(self, text: str) -> None:
        """Take down that something is not as it must be."""
        self._conduct.append(text)

    def _elapsed_s(self) -> float:
        return time.monotonic() - self._begin_s

    def _await_start(self) -> None:
        self._begin_s = time.monotonic()
        self._now = STARTING
        end_s = time.monotonic() + _START_S
        while not (self.station.ledger.statuses and self.station.is_heard()):
            self.wait(0.2)
            if time.monotonic() > end_s:
                raise self._node.failure('the node did not listen to its cameras in time')
        # Its publishers have found the station's subscriptions then, so that nothing is missed.
        self.wait(_SETTLE_S)
        self._begin_s = time.monotonic()
        self.station.rate_hz = RATE_HZ

    def _happen(self) -> None:
        rng = Random(self._options.seed)
        faults = in_random_order(rng)
        self.wait(_SETTLE_S)
        while self._elapsed_s() < self._options.duration_s:
            self._now, fault = next(faults)
            begin_s = self._elapsed_s()
            detail = fault(self, rng, rng.uniform(*self._options.fault_s))
            end_s = self._elapsed_s()
            recovered_s = self._recovered_s()
            self._faults.append(FaultRecord(self._now, detail, begin_s, end_s, recovered_s))
            self._tell(self._faults[-1])
            self._now = ''
            self.wait(rng.uniform(0.2, 1.0))
        self.station.rate_hz = 0.0
        self.wait(_SETTLE_S)

    def _recovered_s(self) -> float | None:
        """Wait for answers to frames from now on; None where they do not come in time."""
        now_ns, now_s = time.time_ns(), time.monotonic()
        while any(stamp_ns < now_ns for stamp_ns in self.station.answered_ns.values()):
            if time.monotonic() - now_s > self._options.limits.recovery_s:
                return None
            self.wait(_STEP_S)
        return (time.time_ns() - now_ns) / NS_PER_S

    def _change(self, transition: int, name: str) -> None:
        answer = self.station.change_state(transition)
        repeated = '/rtmdl/change_state' in self.station.caller.repeated
        if answer is not None and not answer.success and not repeated:
            self.problem(f'the node could not {name}')

    def _close_books(self, wait: bool) -> None:
        """Compare what was heard with the counters that the node has logged at its end."""
        end_s = time.monotonic() + _LOG_S
        while (counters := self._final_counters()) is None and time.monotonic() < end_s:
            time.sleep(_STEP_S)
        self._lives += 1
        if counters is None:
            self.problem('the node did not log its counters when it was deactivated')
            return
        end_s = time.monotonic() + 2 * _SETTLE_S
        while not self.station.ledger.is_complete(counters) and time.monotonic() < end_s:
            time.sleep(_STEP_S)
        if wait:
            time.sleep(_SETTLE_S / 2)  # for a status on its way
        self.station.ledger.close(counters)

    def _final_counters(self) -> Mapping[str, Counters] | None:
        found = summaries(self._node.log.read_text(encoding='utf-8', errors='replace'))
        if any(len(found.get(task, ())) <= self._lives for task in TASKS):
            return None
        return {task: found[task][self._lives] for task in TASKS}

    def _end(self) -> float:
        start_s = time.monotonic()
        self._node.interrupt()
        self._node.wait(_KILL_S)
        return time.monotonic() - start_s

    def _result(self, watch: _Watch, died: str, end_s: float, exit_s: float) -> SoakResult:
        ledger, begin_s = self.station.ledger, self._begin_s
        return SoakResult(
            seed=self._options.seed,
            duration_s=end_s - begin_s,
            warm_up_s=self._options.warm_up_s,
            limits=self._options.limits,
            faults=tuple(self._faults),
            jobs=dict(ledger.total),
            statuses=ledger.statuses,
            unheard=ledger.unheard,
            longest_silence_s=longest_gap(self.station.heartbeats, begin_s, end_s),
            stalled_s=watch.stalled_s,
            exit_s=exit_s,
            exit_status=self._node.exit_status,
            memory_mb=[(at - begin_s, mb) for at, mb in watch.memory],
            miss_ratios=[(at - begin_s, ratio) for at, ratio in self.station.miss_ratios],
            died=died,
            books=tuple(ledger.problems),
            conduct=(*self._conduct, *self.station.caller.unanswered),
            repeated=tuple(self.station.caller.repeated),
        )
