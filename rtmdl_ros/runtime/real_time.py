# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Settings of process and threads that decide how late a stage gets to run."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.workload.core_list import core_list
from rtmdl_ros.workload.records import Resource

# From Linux' sys/mman.h and linux/capability.h.
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
_CAP_IPC_LOCK = 14


@dataclass(frozen=True)
class RealTimeSettings:
    """What the threads that run stages, and the process, may ask of the system."""

    #: Cores of the CPU workers and of the lanes; none: any.
    cpu_cores: tuple[int, ...] = ()
    lane_cores: tuple[int, ...] = ()
    #: Priority of the lanes under SCHED_FIFO, 1 to 98; 0: usual time sharing for all threads.
    fifo_priority: int = 0
    lock_memory: bool = False

    @property
    def short_priority(self) -> int:
        """Priority under SCHED_FIFO of CPU workers and timer: one above the lanes; 0: as they.

        Their work is short beside a network's, and a lane waits for it: on a core that both want
        it goes first.
        """
        return self.fifo_priority + 1 if self.fifo_priority else 0

    def placement(self, kind: Resource, index: int, count: int) -> Placement:
        """Return the placement of executor number `index` of the `count` ones of a kind.

        With as many cores as executors, each has one of its own; else all share them all.
        """
        lane = kind is Resource.ACCELERATOR
        cores = self.lane_cores if lane else self.cpu_cores
        own = (cores[index],) if len(cores) == count else cores
        return Placement(own, self.fifo_priority if lane else self.short_priority)


@dataclass(frozen=True)
class Placement:
    """Where and how one thread runs."""

    cores: tuple[int, ...] = ()
    fifo_priority: int = 0

    def apply(self, thread_id: int = 0) -> None:
        """Place a thread by its native id; 0: the one that calls.

        Raises OSError where the system refuses cores, priority or some of the cores; what it
        does not refuse is in force all the same.
        """
        if self != Placement():
            _need_linux()
        try:
            if self.cores:
                os.sched_setaffinity(thread_id, self.cores)
                # Linux leaves out cores that are not there, as long as one is.
                if os.sched_getaffinity(thread_id) != set(self.cores):
                    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        finally:
            if self.fifo_priority:
                parameters = os.sched_param(self.fifo_priority)
                os.sched_setscheduler(thread_id, os.SCHED_FIFO, parameters)


@dataclass(frozen=True)
class RealTimeState:
    """What is in force, whatever was asked for."""

    #: Of each lane and each worker; empty where it is not known.
    lanes: tuple[Placement, ...]
    cpu_workers: tuple[Placement, ...]
    locked_memory_mb: float
    #: What was asked for and is not in force, and what else is wrong: sentences.
    problems: tuple[str, ...]


def placement_of(thread_id: int) -> Placement:
    """Return the placement in force of a thread by its native id; an empty one if it is unknown.

    Unknown it is outside Linux and when the thread has ended.
    """
    try:
        _need_linux()
        cores = tuple(sorted(os.sched_getaffinity(thread_id)))
        fifo = os.sched_getscheduler(thread_id) == os.SCHED_FIFO
        return Placement(cores, os.sched_getparam(thread_id).sched_priority if fifo else 0)
    except OSError:
        return Placement()


def end_fifo(thread: threading.Thread) -> None:
    """Bring a thread that runs under SCHED_FIFO back to the usual time sharing."""
    if thread.native_id is not None and placement_of(thread.native_id).fifo_priority:
        with suppress(ProcessLookupError):  # it has just ended
            os.sched_setscheduler(thread.native_id, os.SCHED_OTHER, os.sched_param(0))


@contextmanager
def above_lanes(settings: RealTimeSettings) -> Iterator[None]:
    """Run the calling thread, and those that it makes, as urgently as the CPU workers.

    For a thread that plays cameras: where lanes under SCHED_FIFO take all cores it would come late
    otherwise, with two frames at once. What is refused is left out, `set_up` tells of it.
    """
    with suppress(OSError):
        Placement((), settings.short_priority).apply()
    try:
        yield
    finally:
        end_fifo(threading.current_thread())


def set_up(settings: RealTimeSettings) -> tuple[str, ...]:
    """Lock the memory, try the placements on a thread of its own; returns what was refused.

    Each refusal is a sentence that names the parameter and the remedy. What is refused is left
    out; all else is in force.
    """
    refusals = [
        _refusal(f'cpu_cores {core_list(settings.cpu_cores)}', Placement(settings.cpu_cores)),
        _refusal(f'lane_cores {core_list(settings.lane_cores)}', Placement(settings.lane_cores)),
        _refusal(f'fifo_priority {settings.fifo_priority}', Placement((), settings.short_priority)),
        _lock_memory() if settings.lock_memory else None,
    ]
    return tuple(refusal for refusal in refusals if refusal is not None)


@contextmanager
def on_cores(cores: tuple[int, ...]) -> Iterator[None]:
    """Keep the calling thread, and those that it makes meanwhile, to some cores; none: no change.

    For measurements: cores that are refused are left out without a word, `set_up` tells of them.
    """
    before = usable_cores()
    with suppress(OSError):
        Placement(cores).apply()
    try:
        yield
    finally:
        if cores:
            with suppress(OSError):
                Placement(before).apply()


def usable_cores() -> tuple[int, ...]:
    """Return the cores that the calling thread, and those that it makes, may use."""
    if sys.platform == 'linux':
        return tuple(sorted(os.sched_getaffinity(0)))
    return tuple(range(os.cpu_count() or 1))


def locked_memory_mb() -> float:
    """Return how much memory of this process is locked, in MB; 0 outside Linux."""
    if sys.platform != 'linux':
        return 0.0
    most_mb = _megabytes(_field('status', 'VmLck', '0 kB'))
    if most_mb:
        # That counts pages that were never used, too. To look at each takes up to 30 ms, and some
        # kernels cannot.
        with suppress(OSError):
            return _megabytes(_field('smaps_rollup', 'Locked', '0 kB'))
    return most_mb


def calm_openmp() -> None:
    """Let OpenMP threads sleep where they wait, unless the user has set how they wait.

    Spinning they would take cores from lanes. It is read when an OpenMP library is loaded: call
    it before torch is imported, which brings one along, and before OpenCV and ONNX Runtime, some
    builds of which do. See OMP_WAIT_POLICY in the OpenMP specification.
    """
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')


def _refusal(asked: str, placement: Placement) -> str | None:
    error = _error_of(placement.apply)
    if error is None:
        return None
    if error.errno == errno.ENOSYS:
        remedy = 'it needs Linux'
    elif placement.fifo_priority:
        remedy = (
            'allow it with "rtprio 99" for this user in /etc/security/limits.conf, see ulimit -r, '
            'or by CAP_SYS_NICE'
        )
    else:
        remedy = f'this process may use {core_list(usable_cores())}, and any of them are used'
    return f'{asked} is refused ({error.strerror}): {remedy}'


def _error_of(action: Callable[[], None]) -> OSError | None:
    """Run an action on a thread of its own, which it may change; returns what it raised."""
    errors: list[OSError] = []

    def run() -> None:
        try:
            action()
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return errors[0] if errors else None


def _lock_memory() -> str | None:
    """Keep all memory of the process, now and to come, from being paged out once it was used.

    What is never used, as most of each thread's stack, is not taken: a node with two tasks would
    have 1001 MB in place of 340.
    """
    if sys.platform != 'linux':
        return f'lock_memory is refused ({os.strerror(errno.ENOSYS)}): it needs Linux'
    if not _may_lock_any():
        # Locking up to the limit would make the next allocation fail, and the node with it.
        code = errno.EPERM
    else:
        libc = ctypes.CDLL(None, use_errno=True)
        code = ctypes.get_errno() if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) else 0
    if code == 0:
        return None
    return (
        f'lock_memory is refused ({os.strerror(code)}): allow it with "memlock unlimited" for '
        'this user in /etc/security/limits.conf, see ulimit -l, or by CAP_IPC_LOCK'
    )


def _may_lock_any() -> bool:
    import resource  # which not all systems have

    limit, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    capable = int(_field('status', 'CapEff', '0'), 16) >> _CAP_IPC_LOCK & 1
    return limit == resource.RLIM_INFINITY or bool(capable)


def _field(file: str, name: str, default: str) -> str:
    """Return a field of a file in which Linux tells of this process; see proc(5)."""
    for line in Path('/proc/self', file).read_text(encoding='utf-8').splitlines():
        if line.startswith(f'{name}:'):
            return line.partition(':')[2].strip()
    return default


def _megabytes(field: str) -> float:
    return int(field.split()[0]) * 1024 / 1e6


def _need_linux() -> None:
    if sys.platform != 'linux':
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
