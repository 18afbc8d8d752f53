# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Settings of process and threads that decide how late a stage gets to run."""

from __future__ import annotations

import ctypes
import errno
import gc
import os
import resource
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass

from rtmdl_ros.workload.records import Resource

#: A thread that wants the GIL waits up to this long for one that computes in Python. Measured
#: beside one busy Python thread on 2 shared cores, response time minus stage times, median:
#: 6.6 ms at Python's 5 ms, 0.37 ms at 1 ms, 0.25 ms at 0.5 ms, 0.14 ms at 0.2 ms and no less
#: below; alone 0.14 ms at any value (`python3 -m rtmdl_ros.runtime.hand_over --busy`).
SWITCH_INTERVAL_S = 2e-4

# From Linux' sys/mman.h and linux/capability.h.
_MCL_CURRENT, _MCL_FUTURE = 1, 2
_CAP_IPC_LOCK = 14


@dataclass(frozen=True)
class RealTimeSettings:
    """What the threads that run stages, and the process, may ask of the system."""

    #: Cores of the CPU workers and of the lanes; none: any.
    cpu_cores: tuple[int, ...] = ()
    lane_cores: tuple[int, ...] = ()
    #: Priority of all of them under SCHED_FIFO, 1 to 99; 0: the usual time sharing.
    fifo_priority: int = 0
    lock_memory: bool = False

    def placement(self, kind: Resource, index: int, count: int) -> Placement:
        """Return the placement of executor number `index` of the `count` ones of a kind.

        With as many cores as executors, each has one of its own; else all share them all.
        """
        cores = self.lane_cores if kind is Resource.ACCELERATOR else self.cpu_cores
        own = (cores[index],) if len(cores) == count else cores
        return Placement(own, self.fifo_priority)


@dataclass(frozen=True)
class Placement:
    """Where and how one thread runs."""

    cores: tuple[int, ...] = ()
    fifo_priority: int = 0

    def apply(self) -> None:
        """Place the calling thread. Raises OSError where the system refuses it."""
        if self.cores:
            os.sched_setaffinity(0, self.cores)
        if self.fifo_priority:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(self.fifo_priority))


def set_up(settings: RealTimeSettings) -> tuple[str, ...]:
    """Lock the memory, try the placements on a thread of its own; returns what was refused.

    Each refusal is a sentence that names the parameter and the remedy. What is refused is left
    out; all else is in force.
    """
    refusals = [
        _refusal(f'cpu_cores {_listed(settings.cpu_cores)}', Placement(settings.cpu_cores)),
        _refusal(f'lane_cores {_listed(settings.lane_cores)}', Placement(settings.lane_cores)),
        _refusal(f'fifo_priority {settings.fifo_priority}', Placement((), settings.fifo_priority)),
        _lock_memory() if settings.lock_memory else None,
    ]
    return tuple(refusal for refusal in refusals if refusal is not None)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def shorten_switch_interval(seconds: float = SWITCH_INTERVAL_S) -> float:
    """Set the GIL switch interval (Python's default: 5 ms) to `seconds`, never raise it.

    Every return from a call that released the GIL (an inference, a sleep, a lock) may wait one
    interval for a busy Python thread: see `sys.setswitchinterval` in the Python library
    reference. Returns the interval before, for `sys.setswitchinterval` to restore.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, seconds))
    return before


def freeze_garbage() -> None:
    """Collect once and take all objects that exist out of later collections.

    Call it when everything is built and warmed up: a full collection of a process with
    millions of objects stops all threads for 100 ms and more. See `gc.freeze` in the Python
    library reference.
    """
    gc.collect()
    gc.freeze()


def calm_openmp() -> None:
    """Let OpenMP threads sleep where they wait, unless the user has set how they wait.

    Spinning they would take cores from lanes. It is read when an OpenMP library is loaded, which
    torch brings along: call it before torch is imported. See OMP_WAIT_POLICY in the OpenMP
    specification.
    """
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')


def _listed(cores: tuple[int, ...]) -> str:
    return ','.join(str(core) for core in cores)


def _refusal(asked: str, placement: Placement) -> str | None:
    error = _error_of(placement.apply)
    if error is None:
        return None
    if placement.fifo_priority:
        remedy = 'allow it with "rtprio 99" for this user in /etc/security/limits.conf'
    else:
        remedy = f'this process may use {_listed(tuple(sorted(os.sched_getaffinity(0))))}'
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
    """Keep all memory of the process, now and to come, from being paged out."""
    limit, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if limit != resource.RLIM_INFINITY and not _may_lock_any():
        # Locking up to the limit would make the next allocation fail, and the node with it.
        code = errno.EPERM
    else:
        libc = ctypes.CDLL(None, use_errno=True)
        code = ctypes.get_errno() if libc.mlockall(_MCL_CURRENT | _MCL_FUTURE) else 0
    if code == 0:
        return None
    return (
        f'lock_memory is refused ({os.strerror(code)}): allow it with "memlock unlimited" for '
        'this user in /etc/security/limits.conf'
    )


def _may_lock_any() -> bool:
    with open('/proc/self/status', encoding='utf-8') as lines:
        effective = next(line.split()[1] for line in lines if line.startswith('CapEff:'))
    return bool(int(effective, 16) >> _CAP_IPC_LOCK & 1)
