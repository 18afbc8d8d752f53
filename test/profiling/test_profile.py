# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a profile says of stages, variants and other devices."""

from dataclasses import replace

import pytest
from known_profile import known_profile, stage

from rtmdl_ros.profiling.profile import NetworkProfile
from rtmdl_ros.workload.records import Resource, Stage


def test_a_stage_of_the_scheduler_has_three_times_of_the_profile():
    # Quantiles 0, 1, ... 20 us and a worst time of 30 us; the median of those that are not 0.
    assert stage('detect', 'light/small').stage() == Stage(
        'detect', Resource.ACCELERATOR, 0, 30_000, 'light/small', 10_000
    )


def test_a_full_scene_takes_no_less_than_nearly_all_everyday_frames():
    usual = replace(stage('detect'), quantiles_ns=(1,) * 19 + (9, 12), worst_ns=5)
    assert usual.stage().worst_ns == 9


def test_a_stage_that_few_jobs_reach_is_typical_for_those():
    rare = replace(stage('name'), quantiles_ns=(0,) * 18 + (5, 6, 7))
    assert rare.stage().typical_ns == 6
    never = replace(stage('name'), quantiles_ns=(0,) * 21)
    assert (never.stage().typical_ns, never.stage().worst_ns) == (0, 30_000)


def test_the_profile_of_a_slower_device():
    slow = known_profile().slowed({Resource.CPU: 1.0, Resource.ACCELERATOR: 1.5})
    (light,) = slow.functions['traffic_light']
    assert [s.quantiles_ns[-1] for s in light.stages] == [20_000, 1_500_000, 1_500_000, 20_000]
    assert [s.worst_ns for s in light.stages] == [30_000, 2_250_000, 2_250_000, 30_000]
    assert slow.networks == known_profile().networks


def test_slices_that_are_wide_or_deep_need_weights_that_are_both():
    networks = {
        'a/wide': NetworkProfile(0, 200, 1, width=1.0, depth=1),
        'a/deep': NetworkProfile(0, 150, 2, width=0.5, depth=2),
        'b/wide': NetworkProfile(0, 70, 4, width=1.0, depth=1),
    }
    profile = replace(known_profile(), networks=networks)
    assert profile.storage_of(['a/wide', 'a/wide', 'b/wide']) == 200 + 1 + 70 + 4
    # How large those are that hold both is not known; no more than both of them, kept apart.
    assert profile.storage_of(networks) == 200 + 150 + 70 + 1 + 2 + 4
    both = NetworkProfile(0, 330, 8, width=1.0, depth=2)
    larger = NetworkProfile(0, 500, 8, width=2.0, depth=2)
    profile = replace(profile, networks={**networks, 'a/both': both, 'a/larger': larger})
    assert profile.storage_of(['a/wide', 'a/deep']) == 330 + 1 + 2
    assert profile.storage_of(['a/wide', 'a/deep', 'a/larger']) == 500 + 1 + 2 + 8


def test_a_part_of_a_profile():
    part = known_profile().of({'traffic_light': {'small', 'other'}})
    assert [v.name for v in part.functions['traffic_light']] == ['small']
    assert list(part.functions) == ['traffic_light']


def test_segments_are_those_of_the_first_network():
    profile = known_profile()
    assert profile.segments('traffic_light', 'small') == 2
    assert profile.segments('traffic_sign', 'large+tiny') == 1
    with pytest.raises(KeyError):
        profile.segments('lanes', 'small')
