# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Stage times of a pipeline with known work."""

import pytest
from known_pipeline import FRAME, MS, SCORES, KnownPipeline

from rtmdl_ros.profiling.stage_times import full_scene, longest_ns, measured_stages, stage_times


def test_the_longest_time_is_that_of_a_full_scene():
    pipeline = KnownPipeline(SCORES)
    net, find, name = measured_stages(pipeline, FRAME, repeats=3)
    assert [stage.name for stage in (net, find, name)] == ['net', 'find', 'name']
    assert (net.segment, find.segment, name.segment) == ('n/small', '', 'm/small')
    assert 2 * MS <= net.optimistic_ns <= net.worst_ns
    assert name.optimistic_ns == 0, 'no object is certain enough: the stage is not reached'
    # Eight objects at the least, but none of the two hundred.
    assert 8 <= pipeline.named[-1] <= 12
    assert name.worst_ns >= 4 * MS
    assert pipeline.score_threshold == 0.5


def test_a_stage_that_no_scene_reaches_has_no_known_time():
    stages = measured_stages(KnownPipeline([]), FRAME, repeats=2)
    assert [stage.worst_ns > 0 for stage in stages] == [True, True, False]


def test_the_longest_of_twenty_is_left_out_and_the_next_has_a_margin():
    assert longest_ns([1_000_000, 500, *range(100, 118)]) == 700
    assert longest_ns([10]) == 14


def test_the_threshold_is_restored_after_a_failure():
    pipeline = KnownPipeline(None)
    with pytest.raises(TypeError):
        measured_stages(pipeline, FRAME, repeats=1)
    assert pipeline.score_threshold == 0.5


def test_only_stages_that_are_reached_have_a_time():
    pipeline = KnownPipeline([0.1])
    assert list(stage_times(pipeline, FRAME)) == ['net', 'find']
    with full_scene(pipeline, FRAME).shown():
        times = stage_times(pipeline, FRAME)
    assert list(times) == ['net', 'find', 'name']
    assert times['net'] >= 2 * MS and times['name'] >= 0.5 * MS


def test_works_at_networks_can_be_run_again_and_again():
    works = full_scene(KnownPipeline(SCORES), FRAME).works_at_networks()
    assert list(works) == ['n/small', 'm/small']
    stages, work = works['n/small']
    assert [stage.name for stage in stages] == ['net']
    assert work.tensors == {}
    assert 8 <= len(works['m/small'][1].detections) <= 12


def test_the_segments_of_a_network_stay_together():
    pipeline = KnownPipeline(SCORES)
    net, find, name = pipeline.stages
    pipeline.stages = (net, net, find, name)
    stages, work = full_scene(pipeline, FRAME).works_at_networks()['n/small']
    assert stages == (net, net)
    assert work.tensors == {}, 'what comes to the first of them'
