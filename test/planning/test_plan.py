# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Plans: what stays resident, the tasks by a plan, and the file with all that may be wrong."""

from dataclasses import replace

import pytest
import yaml
from known_problem import MS, problem, task

from rtmdl_ros.planning.candidate import Candidate
from rtmdl_ros.planning.errors import PlanError
from rtmdl_ros.planning.evaluator import Evaluator
from rtmdl_ros.planning.plan import candidate_of, plan_of, resident_variants, tasks_of
from rtmdl_ros.planning.plan_file import plan_text, read_plan, write_plan

TWO = problem(task('a', weight=3.0), task('b', 40, 30, accuracy_floor=0.7), memory_bytes=9_000_000)
CHOSEN = Candidate((1, 1), (1, 0))


def plan(given_problem=TWO, candidate=CHOSEN, notes=('a: large',)):
    """Return the plan of a candidate."""
    return plan_of(given_problem, candidate, Evaluator(given_problem).fitness(candidate), notes)


def names(given_problem, *variants):
    """Return the names of the resident variants of each task."""
    resident = resident_variants(given_problem, Candidate(variants, (0, 1)))
    return [[variant.name for variant in each] for each in resident]


@pytest.mark.parametrize(
    ('memory_mb', 'expected'),
    [
        (None, [['small', 'medium', 'large'], ['small', 'medium', 'large']]),
        (4, [['medium'], ['medium']]),
        (5, [['small', 'medium'], ['medium']]),
        (6, [['small', 'medium'], ['small', 'medium']]),
        (9, [['small', 'medium', 'large'], ['small', 'medium']]),
    ],
)
def test_what_stays_resident_within_the_memory(memory_mb, expected):
    bound = None if memory_mb is None else memory_mb * 1_000_000
    assert names(problem(task('a'), task('b'), memory_bytes=bound), 1, 1) == expected


def test_storage_bounds_it_as_well():
    # Of weights only the largest variant's count, and 1 kB each.
    bounded = problem(task('a'), task('b'), storage_bytes=2 * 202_000)
    assert names(bounded, 1, 1) == [['small', 'medium'], ['small', 'medium']]


def test_only_the_planned_one_stays_without_a_choice():
    assert names(problem(task('a'), task('b'), run_time_choice=False), 1, 2) == [
        ['medium'], ['large'],
    ]  # fmt: skip


def test_tasks_share_what_one_function_needs():
    both = problem(task('a'), replace(task('b'), function='a'), memory_bytes=3_000_000)
    assert names(both, 1, 1) == [['small', 'medium'], ['small', 'medium']]


def test_a_plan_says_what_is_expected():
    found = plan()
    first, second = found.tasks['a'], found.tasks['b']
    assert (first.variant, first.priority, first.expected_accuracy) == ('medium', 1, 0.7)
    assert (second.variant, second.priority, second.expected_accuracy) == ('large', 2, 0.8)
    assert (found.expected_miss_ratio, found.feasible, found.seed) == (0.0, True, 0)
    assert found.expected_on_time_accuracy == pytest.approx(0.725)
    assert candidate_of(TWO, found) == CHOSEN


def test_the_scheduler_gets_its_tasks():
    first, second = tasks_of(TWO, plan())
    assert (first.period_ns, first.deadline_ns, first.priority) == (20 * MS, 20 * MS, 1)
    assert [v.name for v in first.variants] == ['small', 'medium'], 'those that are resident'
    assert (first.base, first.weight) == ('medium', 3.0)
    assert first.stages[1].worst_ns == 4 * MS
    assert [v.name for v in second.variants] == ['medium', 'large'], 'not below the floor'


def test_a_task_without_a_choice_has_one_variant():
    fixed = problem(task('a'), run_time_choice=False)
    (only,) = tasks_of(fixed, plan(fixed, Candidate((2,), (0,))))
    assert [v.name for v in only.variants] == [only.base] == ['large']
    assert only.stages == only.variants[0].stages and only.stages[1].worst_ns == 8 * MS


def test_a_plan_is_read_as_it_was_written(tmp_path):
    path = tmp_path / 'new' / 'plan.yaml'
    write_plan(plan(), path)
    assert path.read_text().startswith('# A plan of rtmdl')
    read = read_plan(path, TWO)
    assert read.tasks == plan().tasks
    assert (read.device, read.notes, read.seed) == ({'processor': 'hand-made'}, ('a: large',), 0)
    assert read.expected_on_time_accuracy == pytest.approx(0.725)
    assert [each.name for each in path.parent.iterdir()] == ['plan.yaml']


def test_only_variant_and_priority_must_be_there(tmp_path):
    path = tmp_path / 'plan.yaml'
    path.write_text(
        'tasks: {a: {variant: small, priority: -3}, b: {variant: large, priority: 4}}\n'
    )
    read = read_plan(path, TWO)
    assert read.tasks['a'].resident == ('small',)
    assert read.tasks['b'].expected_accuracy == 0.8
    assert (read.tasks['a'].priority, read.feasible, read.notes) == (-3, True, ())


def broken(change):
    """Return the text of a plan with a change of its content."""
    content = yaml.safe_load(plan_text(plan()))
    change(content)
    return yaml.safe_dump(content)


def put(*keys, value):
    """Return a change that sets an entry."""

    def change(content):
        for key in keys[:-1]:
            content = content[key]
        content[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        (put('tasks', 'c', value={}), 'tasks.c is no task of the parameters; remove it'),
        (lambda c: c['tasks'].pop('b'), 'tasks.b is missing; make it anew with `rtmdl plan`'),
        (lambda c: c.pop('tasks'), 'is no plan; name one that `rtmdl plan` has made'),
        (put('tasks', value=[1]), 'tasks is [1], not an object'),
        (
            put('tasks', 'a', 'variant', value='huge'),
            'tasks.a.variant is huge, which the profile lacks for a; take one of small, medium, ',
        ),
        (put('tasks', 'a', 'variant', value=3), 'tasks.a.variant is 3, not a text'),
        (
            put('tasks', 'b', 'variant', value='small'),
            'tasks.b.variant is small with accuracy 0.5, below b.accuracy_floor, 0.7; take a more ',
        ),
        (
            put('tasks', 'b', 'resident', value=['small', 'large']),
            'tasks.b.resident[0] is small with accuracy 0.5, below b.accuracy_floor',
        ),
        (
            put('tasks', 'a', 'resident', value=['small']),
            'tasks.a.resident lacks the planned medium; add it there',
        ),
        (
            put('tasks', 'a', 'resident', value=['medium', 'medium']),
            'tasks.a.resident has the variant medium twice',
        ),
        (put('tasks', 'a', 'resident', value='medium'), "tasks.a.resident is 'medium', not a list"),
        (
            put('tasks', 'a', 'priority', value=1.5),
            'tasks.a.priority is 1.5, not a whole number from -1000 to 1000',
        ),
        (
            put('tasks', 'a', 'priority', value=2000),
            'tasks.a.priority is 2000, not a whole number from -1000 to 1000',
        ),
        (lambda c: c['tasks']['a'].pop('priority'), 'tasks.a.priority is missing'),
        (put('tasks', 'a', 'speed', value=1), 'tasks.a.speed is not known; remove it'),
        (
            put('tasks', 'a', 'expected_miss_ratio', value=2),
            'tasks.a.expected_miss_ratio is 2, not a finite number from 0 to 1',
        ),
        (put('expected', 'miss_ratio', value='x'), "expected.miss_ratio is 'x', not a number"),
        (put('expected', 'feasible', value=1), 'expected.feasible is 1, not true or false'),
        (put('expected', 'cost', value=1), 'expected.cost is not known; remove it'),
        (put('expected', value=3), 'expected is 3, not an object'),
        (put('seed', value='x'), "seed is 'x', not a whole number"),
        (put('notes', value=[1]), 'notes[0] is 1, not a text'),
        (put('device', value={'cores': 2}), 'device.cores is 2, not a text'),
        (put('extra', value=1), 'extra is not known; remove it'),
    ],
)
def test_what_is_wrong_in_a_file_is_told_in_one_line(tmp_path, change, message):
    path = tmp_path / 'plan.yaml'
    path.write_text(broken(change))
    with pytest.raises(PlanError) as caught:
        read_plan(path, TWO)
    text = str(caught.value)
    assert text.startswith(f'{path}: {message}')
    assert '; ' in text and '\n' not in text


@pytest.mark.parametrize(
    ('text', 'message'),
    [('tasks: [', 'not a YAML file'), ('', 'is no plan'), ('- 1', 'is no plan')],
)
def test_no_plan_at_all(tmp_path, text, message):
    path = tmp_path / 'plan.yaml'
    path.write_text(text)
    with pytest.raises(PlanError, match=message):
        read_plan(path, TWO)


def test_resident_variants_that_take_too_much(tmp_path):
    path = tmp_path / 'plan.yaml'
    everything = ['small', 'medium', 'large']
    path.write_text(broken(put('tasks', 'a', 'resident', value=everything)))
    unbounded = replace(TWO, memory_bytes=None)
    assert read_plan(path, unbounded).tasks['a'].resident == tuple(everything)
    with pytest.raises(PlanError) as caught:
        read_plan(path, TWO)
    assert 'resident variants take 11 MB of memory (bound 9 MB); make it anew' in str(caught.value)


def test_files_that_cannot_be_read_or_written(tmp_path):
    with pytest.raises(PlanError, match=r'none.yaml: cannot be read .*; make it anew with'):
        read_plan(tmp_path / 'none.yaml', TWO)
    with pytest.raises(PlanError, match=r'cannot be written .*; give another file with --out'):
        write_plan(plan(), tmp_path)
    assert list(tmp_path.iterdir()) == []
