# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The shipped networks as the experiments run them."""

from types import SimpleNamespace

import pytest
from known_pipeline import FRAME, MS, SCORES, KnownPipeline

from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.bench.networks import image_for, load_networks, measured_stages, payload_of
from rtmdl_ros.workload.records import Resource


def stages(*completes):
    return [SimpleNamespace(run=lambda work, complete=c: complete) for c in completes]


def test_the_image_brings_work_through_all_stages(cache_dir):
    networks = load_networks(cache_dir, tasks=2)
    assert set(networks.functions) == {'traffic_light', 'traffic_sign'}
    for loaded in networks.functions.values():
        work = payload_of(networks.image, 0)
        done = [stage.run(work) for stage in loaded.pipeline.stages]
        assert done == [False] * (len(done) - 1) + [True]
        assert all(0 < stage.optimistic_ns <= stage.worst_ns for stage in loaded.stages)
        lanes = [s.optimistic_ns for s in loaded.stages if s.resource is Resource.ACCELERATOR]
        assert loaded.lane_ns == sum(lanes)


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


def test_each_job_has_a_copy_of_the_image():
    image = image_for([SimpleNamespace(stages=stages(False, True))])
    assert image.shape == (480, 640, 3)
    assert payload_of(image, 0).frame.image() is not image


def test_no_image_for_a_pipeline_that_always_ends_early(monkeypatch):
    monkeypatch.setattr('rtmdl_ros.bench.networks._FRAMES', range(2))
    with pytest.raises(ExperimentError, match=r'none of 2 images .*"rtmdl evaluate"'):
        image_for([SimpleNamespace(stages=stages(False, True, True))])
