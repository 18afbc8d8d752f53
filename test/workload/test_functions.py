# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a task's function may be called, and that nobody changes it from outside."""

import pytest

from rtmdl_ros.workload.functions import may_be_function
from rtmdl_ros.workload.parameter_rules import rules_of
from rtmdl_ros.workload.parameters import NodeParameters, TaskParameters


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        ('traffic_light', True), ('traffic_sign', True), ('a.B', True), ('a.b_1.C', True),
        ('lane', False), ('', False), ('.A', False), ('a.', False), ('a..B', False),
        ('a/b.py', False), ('a.b:C', False), ('../a.B', False), ('a.1', False),
    ],
)  # fmt: skip
def test_names(name, expected):
    assert may_be_function(name) is expected


def test_classes_and_paths_are_read_at_start_only():
    rules = rules_of(NodeParameters) | rules_of(TaskParameters)
    fixed = [name for name in rules if name.endswith(('_file', '_dir')) or name == 'function']
    assert fixed == [
        'zoo_dir', 'cache_dir', 'profile_file', 'plan_file', 'trace_file', 'function'
    ]  # fmt: skip
    assert not any(rules[name][1].dynamic for name in fixed)
