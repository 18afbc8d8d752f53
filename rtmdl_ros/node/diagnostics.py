# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The statuses on /diagnostics: one a task, one a camera, one for the accelerator."""

import platform
from collections.abc import Iterable, Mapping

from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from rtmdl_ros.deployment.message_fields import OutputStatistics
from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.node.camera_health import CameraHealth
from rtmdl_ros.runtime.accounting import RuntimeStatistics, TaskStatistics
from rtmdl_ros.runtime.real_time import Placement, RealTimeState
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.core_list import core_list
from rtmdl_ros.workload.parameters import NodeParameters, TaskParameters
from rtmdl_ros.workload.units import NS_PER_MS

#: Fields of a profile's device that say what runs the networks: see `Engine.fields`.
_ENGINE = ('engine', 'gpu', 'precision')
OK, WARN, ERROR = DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR


def hardware_id() -> str:
    """Return host name and processor."""
    return f'{platform.node()} {platform.machine()}'


def status(
    node_name: str, component: str, level: bytes, message: str, values: Mapping[str, object]
) -> DiagnosticStatus:
    """Return a status of a component of the node."""
    return DiagnosticStatus(
        level=level,
        name=f'{node_name}: {component}',
        message=message,
        hardware_id=hardware_id(),
        values=[KeyValue(key=key, value=_text(value)) for key, value in values.items()],
    )


def inactive_statuses(
    node_name: str, configuration: Configuration, state: str, error: str
) -> list[DiagnosticStatus]:
    """Return the statuses while nothing runs: OK by intent, ERROR after a failed transition."""
    level, message = (ERROR, error) if error else (OK, state)
    components = [f'task {name}' for name in configuration.tasks]
    components += [f'camera {name}' for name in configuration.cameras]
    return [
        status(node_name, component, level, message, {})
        for component in (*components, 'accelerator')
    ]


def task_status(
    node_name: str,
    task: ReadyTask,
    node: NodeParameters,
    statistics: TaskStatistics,
    output: OutputStatistics,
    last_failure: str,
) -> DiagnosticStatus:
    """Judge a task by its miss ratio in the window, and name what fails in it."""
    level, message = _judged(statistics, task.parameters, node)
    if statistics.window_failed and task.parameters.enabled:
        level = max(level, WARN)
        message = f'{message}; {statistics.window_failed} of them failed: {last_failure}'
    values = {
        'Enabled': task.parameters.enabled,
        'Deadline (ms)': task.parameters.deadline_ms,
        'Priority': task.priority,
        'Planned variant': task.planned,
        'Variants in window': _counts(statistics.variants),
        'Expected accuracy in window': task.expected_accuracy(statistics.variants),
        'Window (s)': node.window_s,
        'Ended jobs in window': statistics.window_ended,
        'Missed deadlines in window': statistics.window_missed,
        'Failed jobs in window': statistics.window_failed,
        'Missed deadlines since start': (
            statistics.released - statistics.in_flight - statistics.on_time
        ),
        'Jobs since start': statistics.released,
        'Response time p50 (ms)': statistics.response.p50_ns / NS_PER_MS,
        'Response time p99 (ms)': statistics.response.p99_ns / NS_PER_MS,
        'Frame age (ms)': output.frame_age_ms,
        'Detections per frame': output.detections_per_frame,
        'Last failure': last_failure or 'none',
    }
    return status(node_name, f'task {statistics.task}', level, message, values)


def camera_status(node_name: str, name: str, health: CameraHealth) -> DiagnosticStatus:
    """Judge a camera: an error when no frame comes, a warning when something is strange about them.

    One that nobody looks at is not judged.
    """
    if not health.subscribed:
        level, message = OK, 'not subscribed: no task that is enabled looks at it'
    elif health.problem is None:
        level, message = OK, f'{health.rate_hz:.1f} frames a second'
    else:
        level = ERROR if health.problem.silences else WARN
        message = health.advice
    values = {
        'Topic': health.topic,
        'Publishers': health.publishers,
        'Frames since start': health.frames,
        'Frame rate in window (Hz)': health.rate_hz,
        'Since last frame (s)': health.silent_s,
        'Frame age (ms)': 1e3 * health.frame_age_s,
    }
    return status(node_name, f'camera {name}', level, message, values)


def accelerator_status(
    node_name: str,
    node: NodeParameters,
    statistics: RuntimeStatistics,
    real_time: RealTimeState,
    device: Mapping[str, str],
) -> DiagnosticStatus:
    """Tell how busy lanes and CPU workers are, how they are placed, and what is wrong with that.

    `device` is what the profile was measured with: see `profiling.device.fingerprint`.
    """
    busy = f'{100 * statistics.accelerator_busy:.0f} % busy'
    values = {
        'Engine': ', '.join(device[field] for field in _ENGINE if field in device),
        'Policy': node.policy,
        'Lanes': node.lanes,
        'CPU workers': node.cpu_workers,
        'Accelerator utilization in window': statistics.accelerator_busy,
        'CPU worker utilization in window': statistics.cpu_busy,
        'Accelerator slowness (measured / profiled)': statistics.accelerator_slowness,
        'CPU slowness (measured / profiled)': statistics.cpu_slowness,
        'Cores of lanes': _cores(real_time.lanes),
        'Cores of CPU workers': _cores(real_time.cpu_workers),
        'SCHED_FIFO priority': _priorities((*real_time.lanes, *real_time.cpu_workers)),
        'Locked memory (MB)': real_time.locked_memory_mb,
    }
    level = WARN if real_time.problems else OK
    return status(node_name, 'accelerator', level, '; '.join((busy, *real_time.problems)), values)


def _cores(placements: Iterable[Placement]) -> str:
    """Return the cores of each thread, those of several threads once."""
    return '; '.join(dict.fromkeys(core_list(placement.cores) for placement in placements))


def _priorities(placements: Iterable[Placement]) -> str:
    priorities = sorted({placement.fifo_priority for placement in placements})
    return ', '.join(str(priority or 'off') for priority in priorities)


def _counts(jobs: Iterable[tuple[str, int]]) -> str:
    """Return how often each variant was chosen, in words."""
    return ', '.join(f'{variant} {count}' for variant, count in jobs) or 'none'


def _judged(
    statistics: TaskStatistics, task: TaskParameters, node: NodeParameters
) -> tuple[bytes, str]:
    if not task.enabled:
        return OK, 'disabled'
    if statistics.window_ended == 0:
        return OK, f'no frames in the last {node.window_s:g} s'
    message = (
        f'{statistics.window_missed} of {statistics.window_ended} frames missed the deadline of '
        f'{task.deadline_ms:g} ms'
    )
    if statistics.miss_ratio >= node.error_miss_ratio:
        return ERROR, message
    return (WARN if statistics.miss_ratio >= node.warn_miss_ratio else OK), message


def _text(value: object) -> str:
    return f'{value:.4g}' if isinstance(value, float) else str(value)
