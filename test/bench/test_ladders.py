# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Some of a ladder's rungs in the place of all."""

import pytest

from rtmdl_ros.bench.ladders import load_ladders, spread
from rtmdl_ros.profiling.measure import Effort


@pytest.mark.parametrize(
    ('most', 'left'), [(None, 'abcdefg'), (9, 'abcdefg'), (3, 'adg'), (2, 'ag'), (1, 'g')]
)
def test_rungs_at_equal_distances_up_to_the_last(most, left):
    assert ''.join(spread('abcdefg', most)) == left


@pytest.mark.parametrize(('tasks', 'cut'), [(1, False), (2, True)])
def test_detectors_are_cut_where_several_tasks_share_them(
    small_zoo, cache_dir, monkeypatch, tasks, cut
):
    monkeypatch.setattr('rtmdl_ros.perception.cutting.TARGET_NS', 1)
    effort = Effort(rounds=1, pair_budget_s=0.0)
    ladders = load_ladders(cache_dir, small_zoo, effort, ('traffic_light',), tasks, most=1)
    (variant,) = ladders.profile.functions['traffic_light']
    stages = [stage.name for stage in variant.stages if stage.name.startswith('detect')]
    assert (len(stages) > 1) is cut, stages
