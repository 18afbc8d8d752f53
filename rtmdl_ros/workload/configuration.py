# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A whole configuration of the node, checked: what the parameters of one start say together."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rtmdl_ros.workload.core_list import cores_in
from rtmdl_ros.workload.device_name import device_in
from rtmdl_ros.workload.functions import (
    SHIPPED_FUNCTIONS,
    installed_functions,
    may_be_function,
)
from rtmdl_ros.workload.parameter_rules import ParameterError, record_of, refuse_unknown
from rtmdl_ros.workload.parameters import (
    CameraParameters,
    NodeParameters,
    TaskParameters,
    all_names,
)

_PLACES = ('zoo_dir', 'cache_dir', 'profile_file', 'plan_file', 'trace_file')


@dataclass(frozen=True)
class Configuration:
    """Parameters of the node, its cameras and its tasks; cameras and tasks in the given order."""

    node: NodeParameters
    cameras: Mapping[str, CameraParameters]
    tasks: Mapping[str, TaskParameters]


def configuration_of(values: Mapping[str, object]) -> Configuration:
    """Check values by full parameter name and build the configuration; defaults fill the rest.

    Raises ParameterError that names the parameter: unknown, of the wrong type, out of range, or at
    odds with another one.
    """
    node = record_of(NodeParameters, values)
    _refuse_name_clashes(node)
    _check_cores('cpu_cores', node.cpu_cores)
    _check_cores('lane_cores', node.lane_cores)
    _check_device(node)
    _check_thresholds(node)
    _check_places(node)
    refuse_unknown(values, all_names(node.cameras, node.tasks))
    cameras = {name: record_of(CameraParameters, values, f'{name}.') for name in node.cameras}
    tasks = {name: _task(name, node, values) for name in node.tasks}
    _refuse_other_segments(tasks)
    return Configuration(node, cameras, tasks)


def enabled_only(configuration: Configuration) -> Configuration:
    """Return the configuration without the tasks that rest; it may be left with none."""
    tasks = {name: task for name, task in configuration.tasks.items() if task.enabled}
    return replace(configuration, tasks=tasks)


def _task(name: str, node: NodeParameters, values: Mapping[str, object]) -> TaskParameters:
    task = record_of(TaskParameters, values, f'{name}.')
    task = replace(task, camera=task.camera or node.cameras[0], function=task.function or name)
    if task.camera not in node.cameras:
        raise ParameterError(
            f'{name}.camera is {task.camera!r}; it must be one of cameras: {list(node.cameras)}'
        )
    if not may_be_function(task.function):
        known = [*SHIPPED_FUNCTIONS, *installed_functions()]
        raise ParameterError(
            f'{name}.function is {task.function!r}; set it to one of {known} or to the dotted name '
            'of your own class, my_package.my_module.MyTask'
        )
    return task


def _refuse_other_segments(tasks: Mapping[str, TaskParameters]) -> None:
    """Refuse tasks that share networks and want them cut differently."""
    first: dict[str, str] = {}
    for name, task in tasks.items():
        other = first.setdefault(task.function, name)
        if tasks[other].segments != task.segments:
            raise ParameterError(
                f'{name}.segments is {task.segments} and {other}.segments {tasks[other].segments}; '
                f'both share the networks of {task.function}: give both the same'
            )


def _check_cores(name: str, text: str) -> None:
    try:
        cores_in(text)
    except ValueError as error:
        raise ParameterError(f'{name}: {error}; give a list as "0-1,3"') from error


def _check_device(node: NodeParameters) -> None:
    try:
        device = device_in(node.device)
    except ValueError as error:
        raise ParameterError(f'device {error}') from error
    if 'cpu' in node.onnx_providers[:-1]:
        raise ParameterError(
            f'onnx_providers is {list(node.onnx_providers)}; nothing is left to those after cpu: '
            'put it last'
        )
    on_gpu = next((name for name in node.onnx_providers if name != 'cpu'), None)
    if on_gpu and device.kind == 'cpu':
        raise ParameterError(
            f'onnx_providers holds {on_gpu!r}, but device is cpu; set device to auto or cuda, or '
            'onnx_providers to [cpu]'
        )


def _check_thresholds(node: NodeParameters) -> None:
    if node.warn_miss_ratio > node.error_miss_ratio:
        raise ParameterError(
            f'warn_miss_ratio is {node.warn_miss_ratio:g}, above error_miss_ratio, '
            f'{node.error_miss_ratio:g}; give a smaller one'
        )


def _check_places(node: NodeParameters) -> None:
    for name in _PLACES:
        place = getattr(node, name)
        try:
            path = Path(place).expanduser()
        except RuntimeError as error:
            raise ParameterError(
                f'{name} is {place}, and no such home is known; write the whole path'
            ) from error
        if name == 'trace_file' and place and not path.name:
            raise ParameterError(f'trace_file is {place}, a folder; name a file in it')


def _refuse_name_clashes(node: NodeParameters) -> None:
    both = set(node.cameras) & set(node.tasks)
    if both:
        raise ParameterError(f'{min(both)!r} is the name of a camera and of a task; rename one')
