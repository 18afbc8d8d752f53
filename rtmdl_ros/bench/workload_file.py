# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Workloads that policies are compared on, from YAML files: config/workloads holds the usual ones.

Instants are shares of a run, 0 to 1, so that runs of any length go through the same.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from rtmdl_ros.perception.functions import FUNCTIONS, function_of
from rtmdl_ros.perception.task import TaskError
from rtmdl_ros.workload.entry import Entry
from rtmdl_ros.workload.errors import one_line
from rtmdl_ros.workload.functions import may_be_function
from rtmdl_ros.workload.yaml_file import read_yaml

_SUFFIX = '.yaml'
_FOLDER = Path('config') / 'workloads'


class WorkloadError(ValueError):
    """A workload that cannot be used; the text names file, entry and remedy."""


class Kind(Enum):
    """What is other than usual for a while."""

    #: Frames of a camera come `factor` times as often.
    RATE = 'rate'
    #: Another process computes without pause, on one core.
    HOG = 'hog'
    #: The deadline of a task is `factor` times as long.
    DEADLINE = 'deadline'
    #: A task is not there.
    ABSENT = 'absent'


@dataclass(frozen=True)
class Disturbance:
    """A time in which something is other than usual."""

    kind: Kind
    #: Shares of the run, 0 to 1: from `start` until before `end`.
    start: float
    end: float
    #: The camera or the task; '' of a hog.
    target: str = ''
    factor: float = 1.0


@dataclass(frozen=True)
class CameraSpec:
    """Frames at equal distances."""

    period_ms: float
    #: Of the first frame, as a share of the period.
    offset: float = 0.0


@dataclass(frozen=True)
class TaskSpec:
    """A perception function on the frames of a camera."""

    #: Shipped, or a user's class by its dotted name or entry point: see docs/own_task.md.
    function: str
    camera: str
    #: By the period of the camera.
    deadline: float = 1.0


@dataclass(frozen=True)
class WorkloadSpec:
    """What a workload file holds."""

    name: str
    description: str
    #: Load of one lane by the largest variants, to which periods are stretched; None: they stay.
    utilization: float | None
    cameras: Mapping[str, CameraSpec]
    tasks: Mapping[str, TaskSpec]
    disturbances: tuple[Disturbance, ...] = ()
    #: What is to be known of its figures, told with them.
    note: str = ''


def workload_folder() -> Path | None:
    """Return where the usual workloads are: in the source tree, or as installed; None: nowhere."""
    package = Path(__file__).resolve().parents[1]
    shares = [Path(sys.prefix) / 'share', *(p / 'share' for p in package.parents)]
    found = [package.parent / _FOLDER, *(share / 'rtmdl_ros' / _FOLDER for share in shares)]
    return next((folder for folder in found if folder.is_dir()), None)


def shipped_workloads() -> dict[str, Path]:
    """Return the files of the usual workloads by name."""
    folder = workload_folder()
    return {path.stem: path for path in sorted(folder.glob(f'*{_SUFFIX}'))} if folder else {}


def find_workload(text: str) -> WorkloadSpec:
    """Return a workload by its name or its file. Raises WorkloadError."""
    shipped = shipped_workloads()
    if text in shipped:
        return read_workload(shipped[text])
    if not text.endswith(_SUFFIX):
        known = ', '.join(shipped) or 'none found'
        raise WorkloadError(f'{text}: no such workload; give a {_SUFFIX} file or one of: {known}')
    return read_workload(Path(text))


def read_workload(path: Path) -> WorkloadSpec:
    """Read a workload file. Raises WorkloadError."""
    try:
        document = read_yaml(path)
    except ValueError as error:
        raise WorkloadError(str(error)) from error
    try:
        return _workload(path.stem, Entry('', document))
    except ValueError as error:
        raise WorkloadError(f'{path}: {one_line(error)}') from error


def _workload(name: str, root: Entry) -> WorkloadSpec:
    cameras = {
        key: _camera(entry) for key, entry in Entry('cameras', root.take('cameras')).entries()
    }
    tasks = {
        key: _task(entry, cameras) for key, entry in Entry('tasks', root.take('tasks')).entries()
    }
    if not tasks:
        raise ValueError('tasks is empty; name at least one')
    idle = next((key for key in cameras if all(t.camera != key for t in tasks.values())), None)
    if idle is not None:
        raise ValueError(f'cameras.{idle} has no task; remove it')
    listed = root.take('disturbances', [])
    if not isinstance(listed, list):
        raise ValueError('disturbances must be a list')
    disturbances = tuple(
        _disturbance(Entry(f'disturbances[{number}]', content), cameras, tasks)
        for number, content in enumerate(listed)
    )
    utilization = _bounded(root, 'utilization', 0.0, 10.0, default=0.0)
    description, note = str(root.take('description', '')), str(root.take('note', ''))
    root.finish()
    return WorkloadSpec(
        name, description, utilization or None, cameras, tasks, disturbances, note
    )


def _camera(entry: Entry) -> CameraSpec:
    period_ms = _bounded(entry, 'period_ms', 1.0, 60_000.0)
    offset = _bounded(entry, 'offset', 0.0, 1.0, default=0.0)
    entry.finish()
    return CameraSpec(period_ms, offset)


def _task(entry: Entry, cameras: Mapping[str, CameraSpec]) -> TaskSpec:
    function = _function(entry)
    camera = _one_of(entry, 'camera', cameras)
    deadline = _bounded(entry, 'deadline', 0.01, 100.0, default=1.0)
    entry.finish()
    return TaskSpec(function, camera, deadline)


def _function(entry: Entry) -> str:
    name = str(entry.take('function'))
    if not may_be_function(name):
        known = ', '.join(FUNCTIONS)
        raise ValueError(
            f'{entry.at("function")} is {name}; give one of: {known}, or the dotted name of a class'
        )
    try:
        function_of(name)
    except TaskError as error:
        raise ValueError(f'{entry.at("function")} is {name}: {error}') from error
    return name


def _disturbance(
    entry: Entry, cameras: Mapping[str, CameraSpec], tasks: Mapping[str, TaskSpec]
) -> Disturbance:
    kind = Kind(_one_of(entry, 'kind', {each.value: each for each in Kind}))
    start = _bounded(entry, 'from', 0.0, 1.0)
    end = _bounded(entry, 'to', 0.0, 1.0)
    if end <= start:
        raise ValueError(f'{entry.at("to")} is {end:g}; give a share of the run after {start:g}')
    target, factor = '', 1.0
    if kind is Kind.RATE:
        target = _one_of(entry, 'camera', cameras)
    elif kind is not Kind.HOG:
        target = _one_of(entry, 'task', tasks)
    if kind in (Kind.RATE, Kind.DEADLINE):
        factor = _bounded(entry, 'factor', 0.1, 10.0)
    entry.finish()
    return Disturbance(kind, start, end, target, factor)


def _bounded(
    entry: Entry, name: str, least: float, most: float, default: float | None = None
) -> float:
    value = entry.number(name, default)
    if not least <= value <= most:
        raise ValueError(
            f'{entry.at(name)} is {value:g}; give a number from {least:g} to {most:g}'
        )
    return value


def _one_of(entry: Entry, name: str, known: Mapping[str, object]) -> str:
    value = str(entry.take(name))
    if value not in known:
        raise ValueError(f'{entry.at(name)} is {value}; give one of: {", ".join(known)}')
    return value
