# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the methods of somebody's own task raise, told so that they find the place."""

import inspect
import traceback

from rtmdl_ros.perception.task import PerceptionTask, TaskError
from rtmdl_ros.workload.errors import in_one_line


def raised_by(task: PerceptionTask, place: str, error: BaseException, given: str = '') -> TaskError:
    """Return what to raise for an error of the method at a place, for what it was given."""
    where = ', '.join(filter(None, (_line(task, error), given)))
    return TaskError(f'{place} raised {in_one_line(error)}{where and f" ({where})"}')


def _line(task: PerceptionTask, error: BaseException) -> str:
    """Return where in the file of its class the error comes from; '' where it does not."""
    try:
        file = inspect.getfile(type(task))
    except (OSError, TypeError):
        return ''
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == file]
    return f'line {lines[-1]} of {file.rpartition("/")[2]}' if lines else ''
