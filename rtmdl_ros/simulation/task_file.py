# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Tasks to simulate, with the times of their stages, from a YAML file.

config/task_set.yaml is an example with a word on each entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rtmdl_ros.simulation.records import SimulatedTask, StageTimes
from rtmdl_ros.workload.entry import Entry, number_at
from rtmdl_ros.workload.errors import one_line
from rtmdl_ros.workload.records import LatePolicy, Resource, Stage, Task
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_MS
from rtmdl_ros.workload.yaml_file import read_yaml

#: A quantile table becomes this many samples at even shares, to be drawn from as others are.
_SAMPLES_OF_TABLE = 1000
#: Shorter ones would be simulated for ever.
_LEAST_PERIOD_MS = 0.01
#: Nothing below a nanosecond is told apart.
_LEAST_DEADLINE_MS = 1e-6


class TaskFileError(ValueError):
    """A task file that cannot be used; the text names file and entry."""


@dataclass(frozen=True)
class TaskSet:
    """What a task file holds."""

    tasks: tuple[SimulatedTask, ...]
    slow_downs: SlowDowns


def read_task_file(path: Path) -> TaskSet:
    """Read tasks and slow-downs. Raises TaskFileError."""
    try:
        document = read_yaml(path)
    except ValueError as error:
        raise TaskFileError(str(error)) from error
    if _is_of_node(document):
        raise TaskFileError(f'{path}: holds parameters of a node; tasks: config/task_set.yaml')
    try:
        return _task_set(Entry('', document))
    except ValueError as error:
        raise TaskFileError(f'{path}: {one_line(error)}') from error


def _is_of_node(document: object) -> bool:
    sections = document.values() if isinstance(document, dict) else ()
    return any(isinstance(each, dict) and 'ros__parameters' in each for each in sections)


def _task_set(root: Entry) -> TaskSet:
    entries = Entry('tasks', root.take('tasks')).entries()
    tasks = tuple(_task(name, entry) for name, entry in entries)
    if not tasks:
        raise ValueError('tasks is empty')
    slow_downs = _slow_downs(root.take('slow_downs', []))
    root.finish()
    _refuse_unknown_segments(tasks, slow_downs)
    return TaskSet(tasks, slow_downs)


def _task(name: str, entry: Entry) -> SimulatedTask:
    period_ms = entry.number('period_ms')
    _refuse_below(_LEAST_PERIOD_MS, period_ms, entry.at('period_ms'))
    deadline_ms = entry.number('deadline_ms', period_ms)
    _refuse_below(_LEAST_DEADLINE_MS, deadline_ms, entry.at('deadline_ms'))
    stages = entry.take('stages')
    if not isinstance(stages, list):
        raise ValueError(f'{entry.at("stages")} must be a list')
    late = entry.take('late', LatePolicy.DISCARD.value)
    if late not in [policy.value for policy in LatePolicy]:
        raise ValueError(f'{entry.at("late")} is {late}; it must be discard or run')
    chain = [
        _stage(Entry(f'{entry.at("stages")}[{index}]', content))
        for index, content in enumerate(stages)
    ]
    priority = entry.take('priority', 0)
    if type(priority) is not int:
        raise ValueError(f'{entry.at("priority")} is {priority!r}; it must be a whole number')
    task = Task(
        name,
        tuple(stage for stage, _ in chain),
        _ns(period_ms),
        _ns(deadline_ms),
        priority,
        LatePolicy(late),
    )
    offset_ns, jitter_ns = (_ns(entry.number(f'{kind}_ms', 0.0)) for kind in ('offset', 'jitter'))
    entry.finish()
    return SimulatedTask(task, tuple(times for _, times in chain), offset_ns, jitter_ns)


def _refuse_below(least_ms: float, given_ms: float, place: str) -> None:
    if given_ms < least_ms:
        raise ValueError(f'{place} is {given_ms:g}; it must be at least {least_ms:g}')


def _stage(entry: Entry) -> tuple[Stage, StageTimes]:
    """Return a stage; it is believed to take from the least to the most of its times."""
    resource = entry.take('resource')
    if resource not in [kind.value for kind in Resource]:
        raise ValueError(f'{entry.at("resource")} is {resource}; it must be cpu or accelerator')
    times = _times(entry.at('time_ms'), entry.take('time_ms'))
    name, segment = str(entry.take('name')), str(entry.take('segment', ''))
    entry.finish()
    return Stage(name, Resource(resource), min(times), max(times), segment), times


def _times(place: str, value: object) -> StageTimes:
    """Read a constant, a list of samples, or quantiles by their shares."""
    if isinstance(value, dict):
        return _times_of_table(place, value)
    samples = value if isinstance(value, list) else [value]
    if not samples:
        raise ValueError(f'{place} is empty')
    return tuple(_length(number_at(place, sample)) for sample in samples)


def _times_of_table(place: str, table: Mapping[object, object]) -> StageTimes:
    points = sorted(
        (number_at(f'a share of {place}', share), number_at(f'{place}.{share}', ms))
        for share, ms in table.items()
    )
    if len(points) < 2 or (points[0][0], points[-1][0]) != (0.0, 1.0):
        raise ValueError(f'{place} must give quantiles from share 0 to share 1')
    if any(second < first for (_, first), (_, second) in pairwise(points)):
        raise ValueError(f'{place} falls; quantiles rise with their shares')
    shares = [(index + 0.5) / _SAMPLES_OF_TABLE for index in range(_SAMPLES_OF_TABLE)]
    return tuple(_length(_interpolated(points, share)) for share in shares)


def _length(milliseconds: float) -> int:
    """Return the length of a stage, at least 1 ns, as 0 would mean: not known."""
    return max(1, _ns(milliseconds))


def _interpolated(points: list[tuple[float, float]], share: float) -> float:
    for (left, low), (right, high) in pairwise(points):
        if share <= right:
            return low + (high - low) * (share - left) / (right - left)
    raise AssertionError('a share above 1')


def _slow_downs(value: object) -> SlowDowns:
    if not isinstance(value, list):
        raise ValueError('slow_downs must be a list')
    factors = {}
    for index, content in enumerate(value):
        entry = Entry(f'slow_downs[{index}]', content)
        pair = str(entry.take('segment')), str(entry.take('beside'))
        if pair in factors:
            raise ValueError(f'{entry.place} has {pair[0]} beside {pair[1]} a second time')
        factors[pair] = entry.number('factor')
        entry.finish()
    return SlowDowns(factors)


def _refuse_unknown_segments(tasks: tuple[SimulatedTask, ...], slow_downs: SlowDowns) -> None:
    known = {stage.segment for task in tasks for stage in task.task.stages}
    for pair in slow_downs.factors:
        for segment in pair:
            if segment not in known:
                raise ValueError(f'slow_downs names segment {segment}, which no stage has')


def _ns(milliseconds: float) -> int:
    return round(milliseconds * NS_PER_MS)
