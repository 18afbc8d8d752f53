# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Lists of cores."""

import pytest

from rtmdl_ros.workload.configuration import configuration_of
from rtmdl_ros.workload.core_list import core_list, cores_in
from rtmdl_ros.workload.parameter_rules import ParameterError

LISTS = {'': (), '  ': (), '3': (3,), '0-2': (0, 1, 2), '5, 0-1 ,1': (0, 1, 5), '4-4': (4,)}


@pytest.mark.parametrize('text', LISTS)
def test_cores_in_a_list(text):
    assert cores_in(text) == LISTS[text]
    assert cores_in(core_list(LISTS[text])) == LISTS[text]


@pytest.mark.parametrize('text', ['a', '1-', '-1', '1,,2', '1;2', '1-2-3', '0x1', '12345'])
def test_what_is_no_list_is_refused(text):
    with pytest.raises(ValueError, match='is neither a core nor a range of cores'):
        cores_in(text)


def test_a_range_rises():
    with pytest.raises(ValueError, match="'3-1' ends before it begins"):
        cores_in('3-1')


@pytest.mark.parametrize('name', ['cpu_cores', 'lane_cores'])
def test_a_wrong_list_is_refused_by_its_parameter(name):
    with pytest.raises(ParameterError, match=f"^{name}: 'x' is neither .* give a list as"):
        configuration_of({name: '0,x'})
