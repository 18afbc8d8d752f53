# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Values and names are checked against a schema and refused by name."""

import pytest

from rtmdl_ros.workload.parameter_rules import ParameterError, record_of, refuse_unknown
from rtmdl_ros.workload.parameters import NodeParameters, TaskParameters, all_names


def test_prefix_and_types():
    values = {'light.deadline_ms': 20, 'light.priority': 3, 'other.deadline_ms': 'ignored'}
    task = record_of(TaskParameters, values, 'light.')
    assert task.deadline_ms == 20.0
    assert isinstance(task.deadline_ms, float)
    assert task.priority == 3


@pytest.mark.parametrize(
    ('name', 'value', 'text'),
    [
        ('deadline_ms', 0.5, 't.deadline_ms is 0.5; it must be from 1 to 60000'),
        ('deadline_ms', float('nan'), 't.deadline_ms is nan; it must be from 1 to 60000'),
        ('deadline_ms', '20', "t.deadline_ms is '20'; it must be a number, without quotes"),
        ('deadline_ms', True, 't.deadline_ms is True; it must be a number, without quotes'),
        ('priority', 1.5, 't.priority is 1.5; it must be a whole number, without a point or '
         'quotes'),
        ('late', 'skip', "t.late is 'skip'; it must be one of 'discard', 'run'"),
    ],
)
def test_wrong_task_values_are_named(name, value, text):
    with pytest.raises(ParameterError) as error:
        record_of(TaskParameters, {f't.{name}': value}, 't.')
    assert str(error.value) == text


@pytest.mark.parametrize(
    ('value', 'text'),
    [
        ([], 'cameras is empty; name at least one'),
        ('front', "cameras is 'front'; it must be a list of names"),
        ([1], 'cameras is [1]; it must be a list of names'),
        (['a', 'a'], "cameras is ['a', 'a']; a name stands there twice"),
        *(
            (
                [name],
                f"cameras holds '{name}'; names are letters (a to z), digits and _, not first a "
                'digit',
            )
            for name in ('fr/ont', 'größe')
        ),
    ],
)
def test_wrong_names_are_named(value, text):
    with pytest.raises(ParameterError) as error:
        record_of(NodeParameters, {'cameras': value})
    assert str(error.value) == text


def test_unknown_names_come_with_the_nearest_known():
    known = all_names(['front'], ['light'])
    with pytest.raises(ParameterError) as error:
        refuse_unknown(['light.dedline_ms'], known)
    assert str(error.value) == (
        'there is no parameter light.dedline_ms; did you mean light.deadline_ms?'
    )
    refuse_unknown(['light.priority', 'front.transport', 'lanes'], known)
