# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What may go wrong around a node. Each fault ends by itself, and tells what it did."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from random import Random
from typing import Any, Protocol

from rtmdl_ros.evidence.leash import leashed
from rtmdl_ros.node.soak.frames import broken_jpeg, broken_raw, demanding
from rtmdl_ros.node.soak.on_demand import FrameDemand
from rtmdl_ros.node.soak.peer import READY
from rtmdl_ros.node.soak.station import RATE_HZ, Station

Setting = float | int | str

#: What may change while the node runs: the value that it is started with, and others.
SETTINGS: Mapping[str, tuple[Setting, tuple[Setting, ...]]] = {
    'ahead.deadline_ms': (100.0, (60.0, 200.0, 1000.0)),
    'ahead.period_ms': (100.0, (50.0, 300.0)),
    'ahead.score_threshold': (0.0, (0.3, 1.0)),
    'ahead.weight': (1.0, (0.001, 50.0)),
    'on_demand.deadline_ms': (100.0, (1.0, 40.0, 500.0)),
    'on_demand.late': ('discard', ('run',)),
    'on_demand.priority': (0, (-1000, 7)),
    'behind.miss_limit': (0.05, (0.0, 1.0)),
    'status_period_s': (0.5, (0.05, 1.0)),
    'debug_rate_hz': (5.0, (0.1, 60.0)),
    'warn_miss_ratio': (0.05, (0.0, 1.0)),
}
_INVALID: tuple[tuple[str, Setting], ...] = (
    ('ahead.deadline_ms', -1.0),
    ('ahead.deadline_ms', float('nan')),
    ('ahead.period_ms', 1e9),
    ('ahead.late', 'never'),
    ('ahead.accuracy_floor', 0.9999),
    ('on_demand.priority', 5000),
    ('on_demand.priority', 'high'),
    ('on_demand.function', 'os.path'),
    ('lanes', 4),
    ('warn_miss_ratio', 7.0),
)
_PEER_PATIENCE_S = 30.0


class Site(Protocol):
    """Where faults happen."""

    @property
    def station(self) -> Station:
        """Cameras and services."""

    @property
    def hang_limit_s(self) -> float:
        """After this time a stage is given up."""

    def wait(self, seconds: float) -> None:
        """Let time pass; raises ProcessError where the node has ended."""

    def cycle_life(self, pause_s: float) -> None:
        """Deactivate the node, close the books and activate it again."""

    def problem(self, text: str) -> None:
        """Take down that something is not as it must be."""


Fault = Callable[[Site, Random, float], str]


def camera_drop(site: Site, rng: Random, seconds: float) -> str:
    """No frames."""
    site.station.rate_hz = 0.0
    site.wait(seconds)
    site.station.rate_hz = RATE_HZ
    return ''


def burst(site: Site, rng: Random, seconds: float) -> str:
    """Frames three times as fast."""
    site.station.rate_hz = 3 * RATE_HZ
    site.wait(seconds)
    site.station.rate_hz = RATE_HZ
    return f'{3 * RATE_HZ:g} Hz'


def corrupt_raw(site: Site, rng: Random, seconds: float) -> str:
    """Broken raw frames, each in a way of its own."""
    return _corrupt(site, site.station.front, lambda: broken_raw(rng), seconds)


def corrupt_jpeg(site: Site, rng: Random, seconds: float) -> str:
    """The same of compressed frames."""
    return _corrupt(site, site.station.rear, lambda: broken_jpeg(rng), seconds)


def raising_stage(site: Site, rng: Random, seconds: float) -> str:
    """Stages of all three kinds that raise, call sys.exit or return nonsense."""
    raising = (
        FrameDemand.RAISE_BEFORE, FrameDemand.RAISE_AFTER, FrameDemand.WRONG_INPUT,
        FrameDemand.NONSENSE, FrameDemand.EXIT,
    )  # fmt: skip
    demands = [rng.choice(raising) for _ in range(max(1, round(RATE_HZ * seconds)))]
    site.station.front.extend(demanding(demand) for demand in demands)
    site.wait(seconds)
    return ', '.join(sorted({demand.name.lower() for demand in demands}))


def slow_stage(site: Site, rng: Random, seconds: float) -> str:
    """Stages that take longer than the deadline, but return."""
    slow_s = min(0.5, 0.8 * site.hang_limit_s)
    demand = rng.choice((FrameDemand.SLEEP_BEFORE, FrameDemand.SLEEP_AFTER))
    site.station.front.extend(demanding(demand, slow_s) for _ in range(round(RATE_HZ * seconds)))
    site.wait(seconds + slow_s)
    return f'{demand.name.lower()} {slow_s:g} s'


def hanging_stage(site: Site, rng: Random, seconds: float) -> str:
    """A stage that does not return before it is given up."""
    hang_s = site.hang_limit_s + seconds
    demand = rng.choice((FrameDemand.SLEEP_BEFORE, FrameDemand.SLEEP_AFTER))
    site.station.front.append(demanding(demand, min(25.0, hang_s)))
    site.wait(hang_s + 0.5)
    return f'{demand.name.lower()} {hang_s:.1f} s'


def valid_parameters(site: Site, rng: Random, seconds: float) -> str:
    """Values that may be set, and are set back; admission may refuse one, with a reason."""
    told = []
    for name in rng.sample(sorted(SETTINGS), 4):
        value = rng.choice(SETTINGS[name][1])
        result = site.station.set_parameter(name, value)
        if result is not None and not result.successful and not result.reason:
            site.problem(f'{name} was refused without a reason')
        refused = '' if result is None or result.successful else ' (refused)'
        told.append(f'{name} {value}{refused}')
    site.wait(seconds)
    with _all_admitted(site):
        for name, (value, _) in SETTINGS.items():
            result = site.station.set_parameter(name, value)
            if result is not None and not result.successful:
                site.problem(f'{name} could not be set back: {result.reason}')
    return ', '.join(told)


def invalid_parameters(site: Site, rng: Random, seconds: float) -> str:
    """Values that must be refused."""
    chosen = rng.sample(_INVALID, 4)
    for name, value in chosen:
        result = site.station.set_parameter(name, value)
        if result is not None and (result.successful or not result.reason):
            site.problem(f'{name} was set to {value!r}, or refused without a reason')
    site.wait(seconds)
    return ', '.join(f'{name} {value}' for name, value in chosen)


def resting_task(site: Site, rng: Random, seconds: float) -> str:
    """A task that is disabled and enabled again."""
    task = rng.choice(site.station.tasks)
    site.station.enable(task, False)
    site.wait(seconds)
    with _all_admitted(site):
        answer = site.station.enable(task, True)
    if answer is not None and not answer.success:
        site.problem(f'{task} could not be enabled again: {answer.message}')
    return task


def replan(site: Site, rng: Random, seconds: float) -> str:
    """A plan asked for."""
    site.station.trigger('replan')
    site.wait(seconds)
    return ''


def dump_trace(site: Site, rng: Random, seconds: float) -> str:
    """A trace asked for, twice at once."""
    for _ in range(2):
        site.station.trigger('dump_trace')
    site.wait(seconds)
    return ''


def cpu_hog(site: Site, rng: Random, seconds: float) -> str:
    """Two processes that want a core each."""
    command = [sys.executable, '-c', 'while True: pass']
    with (
        _killed_at_the_end(_process(command)),
        _killed_at_the_end(_process(command)),
    ):
        site.wait(seconds)
    return ''


def onlookers(site: Site, rng: Random, seconds: float) -> str:
    """Somebody looks at debug pictures, and is killed while doing so."""
    return _killed_peer(site, 'look', seconds)


def second_publisher(site: Site, rng: Random, seconds: float) -> str:
    """Somebody else publishes to the same topic, and is killed while doing so."""
    return _killed_peer(site, 'publish', seconds)


def new_life(site: Site, rng: Random, seconds: float) -> str:
    """The node is deactivated under full load and activated again."""
    site.cycle_life(seconds)
    return ''


FAULTS: Mapping[str, Fault] = {
    'camera drop': camera_drop,
    'burst': burst,
    'corrupt raw frames': corrupt_raw,
    'corrupt JPEG frames': corrupt_jpeg,
    'raising stage': raising_stage,
    'slow stage': slow_stage,
    'hanging stage': hanging_stage,
    'valid parameters': valid_parameters,
    'invalid parameters': invalid_parameters,
    'task disabled': resting_task,
    'replan': replan,
    'dump trace': dump_trace,
    'CPU hog': cpu_hog,
    'onlooker killed': onlookers,
    'publisher killed': second_publisher,
    'deactivate, activate': new_life,
}


def in_random_order(rng: Random) -> Iterator[tuple[str, Fault]]:
    """Yield faults without end: all of them before any comes again."""
    while True:
        names = list(FAULTS)
        rng.shuffle(names)
        yield from ((name, FAULTS[name]) for name in names)


def _corrupt(
    site: Site, camera: deque[Any], make: Callable[[], tuple[str, Any]], seconds: float
) -> str:
    broken = [make() for _ in range(max(1, round(RATE_HZ * seconds)))]
    camera.extend(message for _, message in broken)
    site.wait(seconds)
    return ', '.join(sorted({name for name, _ in broken}))


@contextmanager
def _all_admitted(site: Site) -> Iterator[None]:
    """Have all changes taken over: a plan may have grown around those that are to be undone."""
    site.station.set_parameter('admission', 'warn')
    yield
    site.station.set_parameter('admission', 'refuse')


def _killed_peer(site: Site, what: str, seconds: float) -> str:
    command = [sys.executable, '-m', 'rtmdl_ros.node.soak.peer', what]
    peer = _process(command)
    patience = threading.Timer(_PEER_PATIENCE_S, peer.kill)
    with _killed_at_the_end(peer):
        assert peer.stdout is not None
        patience.start()
        ready = peer.stdout.readline().strip() == READY
        patience.cancel()
        if not ready:
            site.problem(f'the peer that is to {what} was not ready in {_PEER_PATIENCE_S:g} s')
        site.wait(seconds)
    return 'SIGKILL'


def _process(command: Sequence[str]) -> subprocess.Popen[str]:
    """Start a process that Ctrl-C does not reach: who started it ends it, or its own end does."""
    return subprocess.Popen(
        leashed(command), stdout=subprocess.PIPE, text=True, start_new_session=True
    )


@contextmanager
def _killed_at_the_end(process: subprocess.Popen[str]) -> Iterator[None]:
    with process:
        try:
            yield
        finally:
            process.kill()
