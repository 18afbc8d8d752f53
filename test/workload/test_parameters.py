# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The schema: every default fits its rules, every parameter says what it is."""

import math

from rtmdl_ros.workload.parameter_rules import record_of, rules_of
from rtmdl_ros.workload.parameters import (
    CameraParameters,
    CameraSimParameters,
    NodeParameters,
    TaskParameters,
    VideoSourceParameters,
)

RECORDS = (
    NodeParameters,
    CameraParameters,
    TaskParameters,
    CameraSimParameters,
    VideoSourceParameters,
)


def test_defaults_are_within_their_own_rules():
    for record in RECORDS:
        assert record_of(record, {}) == record()


def test_every_parameter_is_described_in_a_sentence():
    for record in RECORDS:
        for name, (_, rules) in rules_of(record).items():
            assert rules.description.endswith('.'), name


def test_every_number_has_a_range_and_its_unit_in_words():
    units = {'ms': ' ms', 's': ' s', 'hz': ' a second', 'mb': ' MB'}
    for record in RECORDS:
        for name, (default, rules) in rules_of(record).items():
            if isinstance(default, (int, float)) and not isinstance(default, bool):
                assert -math.inf < rules.minimum < rules.maximum < math.inf, name
                assert units.get(name.rpartition('_')[2], '') in rules.description, name


def test_nothing_that_names_a_file_or_a_class_can_be_changed_at_run_time():
    fixed = [name for name in rules_of(NodeParameters) if name.endswith(('_file', '_dir'))]
    assert len(fixed) == 5
    assert not any(rules_of(NodeParameters)[name][1].dynamic for name in fixed)
    assert not rules_of(TaskParameters)['function'][1].dynamic
