# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A plan as a YAML file that people read and edit.

Format::

    tasks:
      traffic_light:
        variant: w75_d1_256x320
        priority: 2
        resident: [w50_d1_256x320, w75_d1_256x320]
        expected_miss_ratio: 0.004
        expected_accuracy: 0.66
    expected: {miss_ratio: 0.004, accuracy_loss: 0.05, on_time_accuracy: 0.64, feasible: true}
    seed: 0
    device: {processor: ..., cores: '2'}
    notes: [...]

Only `tasks` with variant and priority must be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

from rtmdl_ros.planning.bounds import beyond_bounds
from rtmdl_ros.planning.errors import PlanError, PlanningError
from rtmdl_ros.planning.plan import Plan, TaskPlan, networks_in
from rtmdl_ros.planning.problem import PlannedTask, Problem, problem_of
from rtmdl_ros.profiling.profile import Profile, VariantProfile
from rtmdl_ros.workload.checked_json import BadFieldError, Node
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.priorities import PRIORITY_LIMIT
from rtmdl_ros.workload.text_file import write_whole
from rtmdl_ros.workload.yaml_file import read_yaml, yaml_text

_HEADER = """\
# A plan of rtmdl: which variant of its networks each task runs, and how urgent it is.
# Made by `rtmdl plan`; the node follows it with the parameter plan_file. To be edited:
#   variant   what all jobs are done with unless there is time for more, or not for so much
#   priority  under fixed_priority the larger number goes first
#   resident  the variants that are kept loaded, `variant` among them
# All else is only for reading: what simulation expects, and why no better variant was taken.
"""


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan atomically; makes the folder. Raises PlanError where it cannot."""
    try:
        write_whole(path, plan_text(plan))
    except OSError as error:
        problem = f'cannot be written ({error.strerror})'
        raise PlanError(path, problem, 'give another file with --out') from error


def holds_plan(path: Path) -> bool:
    """Tell whether a file has a plan, whether or not one that can be used."""
    try:
        content = read_yaml(path)
    except ValueError:
        return False
    # The tasks of a simulation are a file with tasks, too.
    tasks = content['tasks'] if _is_plan(content) else None
    return isinstance(tasks, Mapping) and any(
        isinstance(task, Mapping) and 'variant' in task for task in tasks.values()
    )


def _is_plan(content: object) -> TypeGuard[Mapping[object, object]]:
    return isinstance(content, Mapping) and 'tasks' in content


def plan_text(plan: Plan) -> str:
    """Return the content of the file."""
    content = {
        'tasks': {
            name: {
                'variant': task.variant,
                'priority': task.priority,
                'resident': list(task.resident),
                'expected_miss_ratio': round(task.expected_miss_ratio, 4),
                'expected_accuracy': round(task.expected_accuracy, 4),
            }
            for name, task in plan.tasks.items()
        },
        'expected': {
            'miss_ratio': round(plan.expected_miss_ratio, 4),
            'accuracy_loss': round(plan.expected_accuracy_loss, 4),
            'on_time_accuracy': round(plan.expected_on_time_accuracy, 4),
            'feasible': plan.feasible,
        },
        'seed': plan.seed,
        'device': dict(plan.device),
        'notes': list(plan.notes),
    }
    return _HEADER + yaml_text(content)


def given_plan(configuration: Configuration, profile: Profile) -> Plan | None:
    """Return the plan of all tasks that `plan_file` names; None where it names none.

    Raises as `read_plan` does.
    """
    given = configuration.node.plan_file
    if not given:
        return None
    return read_plan(Path(given).expanduser(), problem_of(configuration, profile))


def read_plan(path: Path, problem: Problem, *, bounded: bool = True) -> Plan:
    """Read a plan for the problem's tasks and check all of it.

    Where not `bounded`, it may break the bounds of storage and memory, as one does that was made
    where none keeps them. Raises PlanError, naming file, field and remedy: a task that is unknown
    or missing, a variant that the profile lacks or that is below the task's floor, a value of the
    wrong type.
    """
    try:
        root = Node('', read_yaml(path))
    except ValueError as error:
        text = str(error).removeprefix(f'{path}: ')
        raise PlanError(path, text) from error
    try:
        return _plan(root, problem, bounded)
    except BadFieldError as error:
        raise PlanError(path, str(error)) from error
    except PlanningError as error:
        raise PlanError(path, *str(error).split('; ', 1)) from error


def _plan(root: Node, problem: Problem, bounded: bool) -> Plan:
    if not _is_plan(root.value):
        raise PlanningError('is no plan; name one that `rtmdl plan` has made')
    _refuse_unknown(root, ('tasks', 'expected', 'seed', 'device', 'notes'))
    entries = dict(root.field('tasks').items())
    names = [task.name for task in problem.tasks]
    for name in entries:
        if name not in names:
            raise PlanningError(
                f'tasks.{name} is no task of the parameters; remove it or name it in tasks'
            )
    for name in names:
        if name not in entries:
            raise PlanningError(f'tasks.{name} is missing; make it anew with `rtmdl plan`')
    tasks = {
        task.name: _task(entries[task.name], task, problem.profile.functions[task.function])
        for task in problem.tasks
    }
    too_much = beyond_bounds(problem, networks_in(tasks, problem))
    if bounded and too_much:
        raise PlanningError(
            f'resident variants take {too_much}; make it anew with `rtmdl plan`, or raise the bound'
        )
    expected = _optional(root, 'expected')
    _refuse_unknown(expected, ('miss_ratio', 'accuracy_loss', 'on_time_accuracy', 'feasible'))
    feasible = _value(expected, 'feasible', True)
    if not isinstance(feasible, bool):
        raise BadFieldError(f'expected.feasible is {feasible!r}, not true or false')
    seed = _value(root, 'seed', 0)
    if type(seed) is not int:
        raise BadFieldError(f'seed is {seed!r}, not a whole number')
    notes = Node('notes', _value(root, 'notes', []))
    return Plan(
        tasks,
        {name: node.text() for name, node in _optional(root, 'device').items()},
        seed,
        _share(expected, 'miss_ratio'),
        _share(expected, 'accuracy_loss'),
        _share(expected, 'on_time_accuracy'),
        feasible,
        tuple(node.text() for node in notes.entries()),
    )


def _task(entry: Node, task: PlannedTask, variants: tuple[VariantProfile, ...]) -> TaskPlan:
    _refuse_unknown(
        entry,
        ('variant', 'priority', 'resident', 'expected_miss_ratio', 'expected_accuracy'),
    )
    planned = _allowed(entry.field('variant'), task, variants)
    priority = entry.field('priority').value
    if type(priority) is not int or abs(priority) > PRIORITY_LIMIT:
        raise BadFieldError(
            f'{entry.place}.priority is {priority!r}, not a whole number from -{PRIORITY_LIMIT} to '
            f'{PRIORITY_LIMIT}'
        )
    listed = Node(f'{entry.place}.resident', _value(entry, 'resident', [planned.name]))
    resident = [_allowed(node, task, variants).name for node in listed.entries(least=1)]
    listed.refuse_twice(resident, 'variant')
    if planned.name not in resident:
        raise PlanningError(f'{listed.place} lacks the planned {planned.name}; add it there')
    return TaskPlan(
        planned.name,
        priority,
        tuple(variant.name for variant in variants if variant.name in resident),
        _share(entry, 'expected_miss_ratio'),
        planned.accuracy,
    )


def _allowed(
    node: Node, task: PlannedTask, variants: tuple[VariantProfile, ...]
) -> VariantProfile:
    name = node.text()
    found = next((variant for variant in variants if variant.name == name), None)
    if found is None:
        known = ', '.join(variant.name for variant in variants)
        raise PlanningError(
            f'{node.place} is {name}, which the profile lacks for {task.function}; take one of '
            f'{known}'
        )
    if found.accuracy < task.accuracy_floor:
        raise PlanningError(
            f'{node.place} is {name} with accuracy {found.accuracy:g}, below '
            f'{task.name}.accuracy_floor, {task.accuracy_floor:g}; take a more accurate one or '
            'lower the floor'
        )
    return found


def _refuse_unknown(node: Node, names: tuple[str, ...]) -> None:
    for name, inside in node.items():
        if name not in names:
            raise PlanningError(f'{inside.place} is not known; remove it')


def _value(node: Node, name: str, default: object) -> object:
    assert isinstance(node.value, Mapping)
    return node.value.get(name, default)


def _optional(node: Node, name: str) -> Node:
    return Node(name, _value(node, name, {}))


def _share(node: Node, name: str) -> float:
    """Return a number from 0 to 1; 0 where the file does not say."""
    return Node(f'{node.place}.{name}', _value(node, name, 0.0)).number(0.0, 1.0)
