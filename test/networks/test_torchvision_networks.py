# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Untrained networks of torchvision: the same every time, of a usual scale, and exported alike."""

from functools import partial

import numpy as np
import pytest
import torch

from rtmdl_ros.engine.onnx_runner import OnnxRunner
from rtmdl_ros.networks.export import export_module
from rtmdl_ros.networks.torchvision_networks import classifier, person_detector, segmentation

SIDE = 64
ALL = {
    'lanes': (segmentation, [(1, SIDE, SIDE)]),
    # Maps of 4x4, 2x2 and four of one pixel, six boxes at each.
    'people': (partial(person_detector, SIDE, SIDE), [(1, 144), (1, 144, 4)]),
    'scenes': (partial(classifier, 'shufflenet_v2_x0_5', 4), [(1, 4)]),
}


@pytest.fixture(autouse=True)
def one_thread():
    """Keep torch's threads from waiting for each other on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize('name', ALL)
def test_what_is_exported_computes_the_same(name, tmp_path):
    make, shapes = ALL[name]
    torch.manual_seed(1)
    image = np.random.default_rng(0).integers(0, 256, (1, SIDE, SIDE, 3), np.uint8)
    made = make()
    with torch.inference_mode():
        outputs = made(torch.from_numpy(image))
    outputs = [o.numpy() for o in (outputs if isinstance(outputs, tuple) else [outputs])]
    assert [output.shape for output in outputs] == shapes
    assert all(np.isfinite(output).all() and output.std() > 1e-4 for output in outputs)
    export_module(make(), image, tmp_path / 'made.onnx')
    # A second one from the same seed, through ONNX Runtime.
    for a, b in zip(outputs, OnnxRunner(tmp_path / 'made.onnx').run(image), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-3)
    # What others draw by chance is not disturbed.
    drawn = torch.rand(1)
    torch.manual_seed(1)
    assert drawn == torch.rand(1)
