# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Stage times of a pipeline with known work."""

import pytest
from known_pipeline import FRAME, MS, SCORES, KnownPipeline

from rtmdl_ros.perception.task import TaskError
from rtmdl_ros.profiling.stage_times import full_scene, longest_ns, stage_times


def test_the_longest_of_twenty_is_left_out_and_the_next_has_a_margin():
    assert longest_ns([1_000_000, 500, *range(100, 118)]) == 700
    assert longest_ns([10]) == 14


def test_the_threshold_is_restored_after_a_failure():
    pipeline = KnownPipeline(SCORES)
    with pytest.raises(OSError, match='gone'), full_scene(pipeline, FRAME).shown():
        assert pipeline.score_threshold < 0.5
        raise OSError('gone')
    assert pipeline.score_threshold == 0.5


@pytest.mark.parametrize('refused_below', [0.0, 2e-4, 0.03, 0.45])
def test_a_scene_is_no_fuller_than_a_task_accepts(refused_below):
    class Refusing(KnownPipeline):
        def _find(self, work):
            if self.score_threshold < refused_below:
                raise TaskError('no box')
            return super()._find(work)

    scene = full_scene(Refusing([0.02]), FRAME)
    assert refused_below <= scene.threshold <= max(1.1 * refused_below, 1e-4)
    with scene.shown():
        stage_times(scene.pipeline, FRAME)


def test_a_task_that_always_refuses_is_not_shown_with_another_threshold():
    class Refusing(KnownPipeline):
        def _find(self, work):
            raise TaskError('no box')

    assert full_scene(Refusing(SCORES), FRAME).threshold == 0.5


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
