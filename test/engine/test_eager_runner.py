# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Torch's own way to run a network computes what ONNX Runtime does."""

import numpy as np
import pytest
import torch

from rtmdl_ros.engine.cache import cached_path
from rtmdl_ros.engine.eager_runner import EagerRunner
from rtmdl_ros.engine.onnx_runner import OnnxRunner


def test_it_computes_what_the_exported_network_does(variant, cache_dir):
    shape = (1 if variant.kind == 'detector' else 3, variant.input_height, variant.input_width, 3)
    images = np.random.default_rng(7).integers(0, 256, shape, np.uint8)
    runner = EagerRunner(variant.module())
    tensors = runner.run_segment(0, runner.start(images))
    outputs = runner.outputs(tensors)
    whole = OnnxRunner(cached_path(variant, cache_dir), threads=2).run(images)
    for expected, once, again in zip(whole, outputs, runner.run(images), strict=True):
        np.testing.assert_allclose(once, expected, rtol=1e-3, atol=1e-3)
        assert np.array_equal(once, again)


def test_one_tensor_is_one_output_and_there_is_one_segment():
    runner = EagerRunner(torch.nn.Flatten())
    (output,) = runner.run(np.ones((1, 2, 2, 3), np.uint8))
    assert output.tolist() == [[1] * 12]
    assert runner.segments == 1
    with pytest.raises(IndexError, match='segment 1 of 1'):
        runner.run_segment(1, {})
