# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Finds the class of a task of one's own by its name."""

import difflib
import importlib
from types import ModuleType

from rtmdl_ros.perception.task import PerceptionTask, TaskError
from rtmdl_ros.workload.errors import in_one_line
from rtmdl_ros.workload.functions import ENTRY_POINTS, installed_functions


def task_class(name: str) -> type[PerceptionTask]:
    """Return the class of an entry point, or of a dotted name 'my_package.my_module.MyTask'.

    Raises TaskError where there is none, its module cannot be imported, it is no task, or it is
    known by a name that others may have, too.
    """
    dotted = installed_functions().get(name, name)
    module_name, _, class_name = dotted.replace(':', '.').rpartition('.')
    if not module_name:
        raise TaskError(
            f'there is no function {name}; give the dotted name of a class, '
            f'my_package.my_module.MyTask, or install an entry point of {ENTRY_POINTS}'
        )
    module = _module(module_name)
    found = getattr(module, class_name, None)
    if found is None:
        classes = [key for key, value in vars(module).items() if _is_task(value)]
        near = difflib.get_close_matches(class_name, classes, n=1) or classes
        hint = f'did you mean {near[0]}?' if near else 'write it there'
        # One that is built in has no file, a folder without __init__.py has None.
        place = getattr(module, '__file__', None) or module_name
        raise TaskError(f'{place} has no class {class_name}; {hint}')
    if not _is_task(found):
        raise TaskError(
            f'{dotted} is no task; derive the class from rtmdl_ros.perception.task.PerceptionTask'
        )
    assert isinstance(found, type)
    _check_name(found, dotted)
    return found


def _check_name(found: type, dotted: str) -> None:
    """Refuse a class that a function made: its classes would be taken for one and the same."""
    if getattr(_module(found.__module__), found.__qualname__, None) is not found:
        name = dotted.rpartition('.')[2]
        raise TaskError(
            f'{dotted} calls itself {found.__module__}.{found.__qualname__}, where it is not; '
            f'derive a class from what makes it, as in: class {name}(…): pass'
        )


def _is_task(value: object) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, PerceptionTask)
        and value is not PerceptionTask
    )


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f'{name}.'.startswith(f'{error.name}.'):
            raise TaskError(
                f'there is no module {error.name}; put the folder of its file on PYTHONPATH, or '
                'install its package'
            ) from error
        raise TaskError(f'{name} cannot be imported: {in_one_line(error)}; install it') from error
    except (Exception, SystemExit) as error:
        raise TaskError(f'{name} cannot be imported: {in_one_line(error)}; correct it') from error
