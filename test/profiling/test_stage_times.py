# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Stage times of a pipeline with known work."""

import pytest
from known_pipeline import FRAME, MS, SCORES, KnownPipeline

from rtmdl_ros.profiling.stage_times import measured_stages, works_at_segments


def test_the_longest_time_is_that_of_a_full_scene():
    pipeline = KnownPipeline(SCORES)
    net, find, name = measured_stages(pipeline, FRAME, repeats=3)
    assert [stage.name for stage in (net, find, name)] == ['net', 'find', 'name']
    assert (net.segment, find.segment, name.segment) == ('n/1of1', '', 'm/1of1')
    assert 2 * MS <= net.optimistic_ns <= net.worst_ns
    assert name.optimistic_ns == 0, 'no object is certain enough: the stage is not reached'
    # Eight objects at the least, but none of the two hundred.
    assert 8 <= pipeline.named[-1] <= 12
    assert name.worst_ns >= 4 * MS
    assert pipeline.score_threshold == 0.5


def test_a_stage_that_no_scene_reaches_has_no_known_time():
    stages = measured_stages(KnownPipeline([]), FRAME, repeats=2)
    assert [stage.worst_ns > 0 for stage in stages] == [True, True, False]


def test_the_threshold_is_restored_after_a_failure():
    pipeline = KnownPipeline(None)
    with pytest.raises(TypeError):
        measured_stages(pipeline, FRAME, repeats=1)
    assert pipeline.score_threshold == 0.5


def test_works_at_segments_can_be_run_again_and_again():
    pipeline = KnownPipeline(SCORES)
    works = works_at_segments(pipeline, FRAME)
    assert {segment: index for segment, (index, _) in works.items()} == {'n/1of1': 0, 'm/1of1': 2}
    assert works['n/1of1'][1].tensors == {}
    assert 8 <= len(works['m/1of1'][1].detections) <= 12
