# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the bench asks of a node with inference in its callbacks, and what that hands back.

All lies in one folder, which bench, camera and node, processes of their own, know: the bench
writes plan and images; the node makes READY when each task has answered frames; the bench writes
START; the camera PUBLISHED when all frames are out, the node ANSWERS when it is asked to end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.runtime.report import StageSpan
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.entry import Entry
from rtmdl_ros.workload.errors import BadInputError, one_line
from rtmdl_ros.workload.text_file import write_whole

PLAN, READY, START = 'plan.json', 'ready', 'start'
PUBLISHED, ANSWERS = 'published.json', 'answers.json'
_IMAGES = 'images.npz'
TORCH, ONNX = 'torch', 'onnx'
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class CallbackTask:
    """One callback."""

    function: str
    #: By the name that it has in the ladder of the function.
    variant: str
    camera: str
    #: Times in which it is switched off: from, to before, in nanoseconds after the start.
    absences: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class CallbackPlan:
    """One run of the node."""

    #: TORCH or ONNX.
    engine: str
    #: 1: a SingleThreadedExecutor.
    executor_threads: int
    #: Of each network that runs.
    engine_threads: int
    zoo_dir: str
    cache_dir: str
    tasks: Mapping[str, CallbackTask]
    #: Instant in nanoseconds after the start, and camera, of each frame.
    frames: tuple[tuple[int, str], ...]

    @property
    def cameras(self) -> tuple[str, ...]:
        """All cameras, each once."""
        return tuple(dict.fromkeys(task.camera for task in self.tasks.values()))


@dataclass(frozen=True)
class CallbackAnswer:
    """A frame that a callback has got through with."""

    task: str
    #: Of the frame: when it was published, on the steady clock.
    stamp_ns: int
    spans: tuple[StageSpan, ...]
    detections: tuple[Detection, ...] = ()


def write_plan(folder: Path, plan: CallbackPlan, images: Iterable[Pixels]) -> None:
    """Write plan and images, BGR (H, W, 3): frames show one after the other, over and over."""
    write_whole(folder / PLAN, json.dumps(asdict(plan)))
    np.savez(folder / _IMAGES, *images)


def read_plan(folder: Path) -> CallbackPlan:
    """Read the plan of a folder. Raises BadInputError, naming file and entry."""
    path = folder / PLAN
    try:
        return _plan(Entry('', json.loads(path.read_text(encoding='utf-8'))))
    except (OSError, ValueError) as error:
        raise BadInputError(f'{path}: {one_line(error)}; let rtmdl bench write it') from error


def read_images(folder: Path) -> Iterator[Pixels]:
    """Yield the images of a folder. Raises BadInputError, naming the file."""
    path = folder / _IMAGES
    try:
        with np.load(path) as images:
            for name in images.files:
                yield images[name]
    except (OSError, ValueError, BadZipFile) as error:
        raise BadInputError(f'{path}: {one_line(error)}; let rtmdl bench write it') from error


def write_answers(folder: Path, answers: Sequence[CallbackAnswer]) -> None:
    """Write what was answered. Raises OSError."""
    write_whole(folder / ANSWERS, json.dumps([asdict(each) for each in answers]))


def read_answers(folder: Path) -> tuple[CallbackAnswer, ...]:
    """Read what `write_answers` wrote. Raises OSError and ValueError."""
    answers = json.loads((folder / ANSWERS).read_text(encoding='utf-8'))
    return tuple(
        CallbackAnswer(
            each['task'],
            each['stamp_ns'],
            tuple(StageSpan(**span) for span in each['spans']),
            tuple(_detection(**found) for found in each['detections']),
        )
        for each in answers
    )


def _detection(class_name: str, score: float, box: Mapping[str, float]) -> Detection:
    return Detection(class_name, score, Box(**box))


def _plan(root: Entry) -> CallbackPlan:
    engine = root.take('engine')
    if engine not in (TORCH, ONNX):
        raise ValueError(f'engine is {engine}; give {TORCH} or {ONNX}')
    plan = CallbackPlan(
        engine,
        _whole(root, 'executor_threads'),
        _whole(root, 'engine_threads'),
        str(root.take('zoo_dir')),
        str(root.take('cache_dir')),
        {name: _task(entry) for name, entry in Entry('tasks', root.take('tasks')).entries()},
        _pairs(root, 'frames', str),
    )
    root.finish()
    unknown = next((camera for _, camera in plan.frames if camera not in plan.cameras), None)
    if unknown is not None:
        raise ValueError(f'frames has the camera {unknown}, which no task has')
    return plan


def _task(entry: Entry) -> CallbackTask:
    function, variant, camera = (str(entry.take(n)) for n in ('function', 'variant', 'camera'))
    absences = _pairs(entry, 'absences', int)
    entry.finish()
    return CallbackTask(function, variant, camera, absences)


_Second = TypeVar('_Second', int, str)


def _pairs(entry: Entry, name: str, second: type[_Second]) -> tuple[tuple[int, _Second], ...]:
    value = entry.take(name)
    if not isinstance(value, list) or not all(
        isinstance(each, list) and list(map(type, each)) == [int, second] for each in value
    ):
        raise ValueError(f'{entry.at(name)} must be a list of pairs (int, {second.__name__})')
    return tuple((first, other) for first, other in value)


def _whole(entry: Entry, name: str) -> int:
    value = entry.number(name)
    if value < 1 or value != int(value):
        raise ValueError(f'{entry.at(name)} is {value:g}; give a whole number from 1 on')
    return int(value)
