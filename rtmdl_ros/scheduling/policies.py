# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The order in which ready stages are served: one key function a policy, the smallest key first.

All keys end with the job id, so that no two are equal and every order is total.
"""

from collections.abc import Callable

from rtmdl_ros.workload.records import Policy, Task

Key = tuple[int, ...]
#: (task, release_ns, absolute deadline_ns, job_id) -> key
KeyFunction = Callable[[Task, int, int, int], Key]


def fixed_priority(task: Task, release_ns: int, deadline_ns: int, job_id: int) -> Key:
    """Larger priority first; ties by absolute deadline, then release."""
    return (-task.priority, deadline_ns, release_ns, job_id)


def edf(task: Task, release_ns: int, deadline_ns: int, job_id: int) -> Key:
    """Earliest absolute deadline first; ties by release."""
    return (deadline_ns, release_ns, job_id)


def fifo(task: Task, release_ns: int, deadline_ns: int, job_id: int) -> Key:
    """Earliest release of the job first (not: of its arrival in this queue)."""
    return (release_ns, job_id)


KEY_FUNCTIONS: dict[Policy, KeyFunction] = {
    Policy.FIXED_PRIORITY: fixed_priority,
    Policy.EDF: edf,
    Policy.FIFO: fifo,
}
