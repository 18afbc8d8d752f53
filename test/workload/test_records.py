# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Records refuse what cannot be."""

import re

import pytest

from rtmdl_ros.workload.records import Resource, Stage, Task
from rtmdl_ros.workload.slow_downs import SlowDowns


@pytest.mark.parametrize('worst_ns', [-1, 4])
def test_a_longest_time_below_the_shortest_is_refused(worst_ns):
    with pytest.raises(ValueError, match=f'stage net: worst_ns is {worst_ns}, below'):
        Stage('net', Resource.ACCELERATOR, 5, worst_ns)


NET = Stage('net', Resource.ACCELERATOR)
POST = Stage('post', Resource.CPU)


@pytest.mark.parametrize(
    ('arguments', 'words'),
    [
        (('accelerator', 0, 0), "stage s: resource is 'accelerator', not a Resource"),
        ((Resource.CPU, -1, 0), 'stage s: optimistic_ns is -1, below 0'),
        ((Resource.CPU, 0, -7), 'stage s: worst_ns is -7, below 0'),
        ((Resource.CPU, 1.5, 2), 'stage s: optimistic_ns is 1.5; it must be a whole number'),
        ((Resource.CPU, 0, True), 'stage s: worst_ns is True; it must be a whole number'),
        ((Resource.CPU, 0, float('nan')), 'stage s: worst_ns is nan; it must be a whole number'),
    ],
)
def test_a_stage_refuses_what_cannot_be(arguments, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Stage('s', *arguments)


@pytest.mark.parametrize(
    ('stages', 'period_ns', 'deadline_ns', 'words'),
    [
        ((), 10, 10, 'task t has no stage'),
        ((NET, POST, NET), 10, 10, 'task t: stages has net twice'),
        ((NET,), 0, 10, 'task t: period_ns must be above 0'),
        ((NET,), 10, -1, 'task t: deadline_ns must be above 0'),
        ((NET,), 33.3, 10, 'task t: period_ns is 33.3; it must be a whole number'),
        ((NET,), 10, None, 'task t: deadline_ns is None; it must be a whole number'),
    ],
)
def test_a_task_refuses_what_cannot_be(stages, period_ns, deadline_ns, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Task('t', stages, period_ns, deadline_ns)


@pytest.mark.parametrize('factor', [0.9, float('inf'), float('nan')])
def test_a_slow_down_is_a_number_from_1(factor):
    with pytest.raises(ValueError, match='slow-down of a beside b'):
        SlowDowns({('a', 'b'): factor})
