# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The shipped networks as the experiments run them."""

from types import SimpleNamespace

import pytest

from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.bench.networks import image_for, load_networks, payload_of
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


def test_each_job_has_a_copy_of_the_image():
    image = image_for([SimpleNamespace(stages=stages(False, True))])
    assert image.shape == (480, 640, 3)
    assert payload_of(image, 0).frame.image() is not image


def test_no_image_for_a_pipeline_that_always_ends_early(monkeypatch):
    monkeypatch.setattr('rtmdl_ros.bench.networks._FRAMES', range(2))
    with pytest.raises(ExperimentError, match=r'none of 2 images .*"rtmdl evaluate"'):
        image_for([SimpleNamespace(stages=stages(False, True, True))])
