# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The files of a training run in its work folder: whole at any time, and one run's alone."""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from safetensors.torch import save as packed

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.origin import Origin
from rtmdl_ros.workload.errors import in_one_line
from rtmdl_ros.workload.text_file import write_whole

BEST = 'best.safetensors'
CHECKPOINT = 'checkpoint.pt'
_LOG = 'log.txt'
_LOCK = 'lock'


@dataclass(frozen=True)
class Trained:
    """The largest network's weights that validated best in a run, and how they came about."""

    weights: Mapping[str, torch.Tensor]
    #: After how many steps they did.
    best_step: int
    #: Of the schedule by which they learned.
    steps: int


@contextmanager
def held(work: Path) -> Iterator[None]:
    """Keep a work folder, which is made, to this process.

    Raises DataError, naming the other process, where another one keeps it, and OSError.
    """
    work.mkdir(parents=True, exist_ok=True)
    with (work / _LOCK).open('a+') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            problem = f'another rtmdl scale (process {file.read()}) is training in it'
            raise DataError(work, problem, 'wait for it, end it, or give another --work') from error
        except OSError:
            pass  # a file system without locks
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def write_checkpoint(work: Path, content: Mapping[str, Any]) -> None:
    """Replace a run's state. Raises OSError, naming the file, which is left as it was."""
    buffer = io.BytesIO()
    torch.save(dict(content), buffer)
    write_whole(work / CHECKPOINT, buffer.getvalue())


def write_best(work: Path, best: Trained, origin: Origin) -> None:
    """Replace a run's best weights. Raises OSError, naming the file, which is left as it was."""
    told = origin.content() | {'best_step': str(best.best_step), 'steps': str(best.steps)}
    write_whole(work / BEST, packed(dict(best.weights), metadata=told))


def read_best(work: Path, origin: Origin) -> Trained:
    """Return the best weights of a run of this origin, finished or not.

    They may be those of other scales. Raises DataError where there are none, where they are
    damaged and where they are of another run.
    """
    path = work / BEST
    if not path.exists():
        raise DataError(path, 'is missing', 'train this network first')
    try:
        with safe_open(path, framework='pt') as content:
            told = content.metadata()
        origin.check(path, told, leave=('scales',))
        return Trained(load_file(path), int(told['best_step']), int(told['steps']))
    except (SafetensorError, LookupError, ValueError) as error:
        remedy = 'restore it, or remove the folder and train this network anew'
        raise DataError(path, f'is damaged ({in_one_line(error)})', remedy) from error


def write_log(work: Path, line: str) -> None:
    """Add a line to a run's log. Raises OSError, naming the file."""
    path = work / _LOG
    try:
        with path.open('a', encoding='utf-8') as log:
            log.write(line + '\n')
    except OSError as error:
        error.filename = str(path)  # writing names none
        raise
