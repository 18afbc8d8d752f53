# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Segments of torch modules compute what the modules do, on any device: here on the CPU."""

import numpy as np
import pytest
import torch
from torch import nn

from rtmdl_ros.engine.accuracy import HALF_BOUND, relative_error, telling_input
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.torch_segments import (
    IMAGE,
    cut_module,
    folded,
    is_out_of_memory,
    output_names,
    to_half,
    whole_module,
)
from rtmdl_ros.networks.zoo import read_zoo


@pytest.fixture(scope='module')
def tiny(tiny_zoo):
    """Return a detector and a classifier, tiny and untrained."""
    variants = read_zoo(tiny_zoo)
    return [variants[0], variants[-1]]


class Branched(nn.Module):
    """Holds a value over two layers, changes one in place and has a constant."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(1)
        self.layers = nn.ModuleList(nn.Conv2d(4, 4, 3, padding=1) for _ in range(3))
        self.act = nn.ReLU(inplace=True)
        self.register_buffer('shift', torch.ones(1))

    def forward(self, images):
        held = self.layers[0](images.float())
        value = self.act(self.layers[1](held))
        return self.layers[2](value) + held + self.shift, value.sum(dim=(2, 3))


class Untraceable(nn.Module):
    def forward(self, images):
        return images * 2.0 if images.sum() > 0 else images


def chained(segments, images):
    tensors = {IMAGE: images}
    with torch.no_grad():
        for segment in segments:
            tensors = segment.run({name: tensors[name] for name in segment.inputs})
            assert tuple(tensors) == segment.outputs
    return list(tensors.values())


@pytest.mark.parametrize('count', [1, 2, 3])
def test_segments_compute_what_the_network_does(tiny, count):
    for variant in tiny:
        module = variant.module()
        images = torch.from_numpy(telling_input(variant, 2 if variant.kind == 'classifier' else 1))
        segments = cut_module(module, images, count, variant.id)
        assert len(segments) == count
        assert segments[0].inputs == (IMAGE,)
        with torch.no_grad():
            expected = module(images)
        expected = expected if isinstance(expected, tuple) else (expected,)
        assert segments[-1].outputs == output_names(len(expected))
        for found, each in zip(chained(segments, images), expected, strict=True):
            assert torch.equal(found, each)


def test_work_is_shared_and_few_tensors_cross(tiny):
    detector = tiny[0]
    images = torch.from_numpy(telling_input(detector))
    first, second = cut_module(detector.module(), images, 2, 'd')
    assert first.outputs == second.inputs and 1 <= len(second.inputs) <= 3


def test_batch_normalisation_is_folded_where_a_module_can_be_traced():
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
    with torch.no_grad():
        module(torch.rand(2, 3, 8, 8))  # its statistics are no longer 0 and 1
        module.eval()
        images = torch.rand(1, 3, 8, 8)
        found = folded(module)
        assert not any(isinstance(layer, nn.BatchNorm2d) for layer in found.modules())
        torch.testing.assert_close(found(images), module(images))
    untraceable = Untraceable()
    assert folded(untraceable) is untraceable


@pytest.mark.parametrize('count', range(1, 8))
def test_every_cut_of_branches_constants_and_changes_in_place(count):
    module, images = Branched().eval(), torch.rand(1, 4, 8, 8)
    with torch.no_grad():
        expected = module(images)
    found = chained(cut_module(module, images, count, 'branched'), images)
    assert all(torch.equal(*pair) for pair in zip(found, expected, strict=True))


def test_what_cannot_be_cut_is_named_and_runs_whole():
    images = torch.ones(1, 2)
    with pytest.raises(EngineError, match=r'^mine: cannot be cut: '):
        cut_module(Untraceable(), images, 1, 'mine')
    (segment,) = whole_module(Untraceable(), images)
    assert torch.equal(chained([segment], images)[0], 2 * images)
    with pytest.raises(EngineError, match='cut into 9 segments, it has 7 operations'):
        cut_module(Branched(), torch.rand(1, 4, 8, 8), 9, 'branched')
    with pytest.raises(EngineError, match='it has 2 inputs, not one'):
        cut_module(nn.Bilinear(1, 1, 1), images, 1, 'bilinear')


def test_half_precision_answers_nearly_the_same(tiny):
    for variant in tiny:
        images = torch.from_numpy(telling_input(variant))
        single, half = (
            [made.numpy() for made in chained(cut_module(module, images, 2, variant.id), images)]
            for module in (variant.module(), to_half(variant.module()))
        )
        assert all(made.dtype == np.float32 for made in half)
        assert 0.0 < relative_error(single, half) <= HALF_BOUND


def test_only_convolutions_and_linear_layers_are_halved():
    kinds = {name: tensor.dtype for name, tensor in to_half(Branched()).state_dict().items()}
    assert kinds.pop('shift') == torch.float32
    assert set(kinds.values()) == {torch.float16}


def test_memory_that_ends_is_told_from_other_errors():
    assert is_out_of_memory(torch.cuda.OutOfMemoryError('x'))
    try:
        try:
            raise RuntimeError('CUDA error: out of memory')
        finally:
            raise ValueError('the end of the capture failed')
    except ValueError as error:
        assert is_out_of_memory(error)
    assert not is_out_of_memory(RuntimeError('CUDA error: misaligned address'))
    assert not is_out_of_memory(None)
