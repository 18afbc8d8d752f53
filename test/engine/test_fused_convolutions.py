# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is fused, and that it computes the same; whether in one kernel needs a GPU."""

from math import inf

import pytest
import torch
from torch import fx, nn

from rtmdl_ros.engine import fused_convolutions
from rtmdl_ros.engine.fused_convolutions import FusedConvolution, fuse


def layer(channels=4, **kwargs):
    return nn.Conv2d(channels, channels, 3, padding=kwargs.pop('padding', 1), **kwargs)


class Chain(nn.Module):
    """Layers and what is done between them, as a function of both."""

    def __init__(self, body, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.act, self.nothing = nn.ReLU(inplace=True), nn.Identity()
        self.body = body

    def forward(self, images):
        return self.body(self, images)


def relu_of(chain, x):
    return torch.relu(chain.nothing(chain.layers[0](x)))


def in_place(chain, x):
    return chain.act(chain.layers[0](x))


def method(chain, x):
    return chain.layers[0](x).relu()


def residual(chain, x):
    return torch.relu(x + chain.layers[0](x))


def sum_of_two(chain, x):
    return torch.relu(chain.layers[0](x) + chain.layers[1](x))


def added_in_place(chain, x):
    held = chain.layers[0](x)
    held += x
    return torch.relu(held)


def used_twice(chain, x):
    held = chain.layers[0](x)
    return torch.relu(held) + held


def sum_used_twice(chain, x):
    held = x + chain.layers[0](x)
    return torch.relu(held) + held


def changes_another(chain, x):
    held = x * 2.0
    other = held + 1.0
    held += chain.layers[0](x)
    return torch.relu(held) + other + held


def added_constant(chain, x):
    return torch.relu(chain.layers[0](x) + 1.0)


def same_twice(chain, x):
    one = torch.relu(chain.layers[0](x))
    return torch.relu(chain.layers[0](one))


def fused(body, *layers):
    torch.manual_seed(1)
    chain = Chain(body, *(layers or (layer(), layer()))).eval()
    traced = fx.symbolic_trace(chain)
    fuse(traced)
    with torch.no_grad():
        images = torch.rand(1, 4, 8, 8)
        torch.testing.assert_close(traced(images), chain(images), rtol=0, atol=0)
    targets = [node.target for node in traced.graph.nodes if node.op == 'call_module']
    return [t for t in targets if isinstance(traced.get_submodule(t), FusedConvolution)], traced


@pytest.mark.parametrize('body', [relu_of, in_place, method, residual, sum_of_two, added_in_place])
def test_a_convolution_takes_in_what_follows(body):
    (name,), traced = fused(body)
    last = [node for node in traced.graph.nodes if node.op != 'output'][-1]
    assert last.target == name


@pytest.mark.parametrize('body', [used_twice, sum_used_twice, changes_another, added_constant])
def test_what_others_use_stays(body):
    assert fused(body)[0] == []


@pytest.mark.parametrize(
    'kind', [{'groups': 2}, {'bias': False}, {'padding': 'same'}, {'padding_mode': 'circular'}]
)
def test_other_convolutions_stay(kind):
    assert fused(relu_of, layer(**kind))[0] == []


def test_a_layer_that_is_used_twice_chooses_for_each_use():
    names, traced = fused(same_twice)
    one, other = (traced.get_submodule(name) for name in names)
    assert one is not other and one.weight is other.weight


def test_on_a_processor_nothing_is_measured(monkeypatch):
    monkeypatch.setattr(fused_convolutions, '_gpu_ms', None)
    FusedConvolution(layer())(torch.rand(1, 4, 8, 8))


def test_each_shape_has_a_choice_of_its_own(monkeypatch):
    """A batch of another size has other kernels, and there may be none of one for it."""
    found = {1: (1.0, 2.0), 8: (inf, 2.0)}
    monkeypatch.setattr(fused_convolutions, '_QUICKER', {})
    monkeypatch.setattr(
        fused_convolutions, '_gpu_ms',
        lambda way, features, other: found[len(features)]['_one_by_one' in way.__name__],
    )  # fmt: skip
    convolution = FusedConvolution(layer())
    chosen = [convolution._chosen(torch.rand(size, 4, 8, 8), None) for size in (1, 8, 1)]
    assert chosen == [True, False, True]


@pytest.mark.gpu
def test_a_sum_of_two_shapes_is_none_for_one_kernel():
    convolution = FusedConvolution(layer(16).cuda())
    features = torch.rand(1, 16, 20, 28, device='cuda')
    for shape in ((1, 16, 1, 1), (2, 16, 20, 28)):
        assert not convolution._chosen(features, torch.rand(shape, device='cuda'))


def on_gpu(kind):
    """Return a fused convolution and features for it."""
    torch.manual_seed(1)
    convolution = FusedConvolution(layer(16).to('cuda', kind))
    return convolution, torch.rand(1, 16, 20, 28, device='cuda', dtype=kind)


@pytest.mark.gpu
@pytest.mark.parametrize('kind', [torch.float32, torch.float16])
def test_one_kernel_answers_as_three_do(kind):
    convolution, features = on_gpu(kind)
    with torch.no_grad():
        for other in ((), (torch.rand_like(features),)):
            expected = convolution(features, *other)
            arguments = (features, other[0] if other else None)
            for way in (convolution._as_one, convolution._one_by_one):
                found = way(*arguments)
                torch.testing.assert_close(found, expected, rtol=1e-2, atol=1e-2)


@pytest.mark.gpu
@pytest.mark.parametrize('kind', [torch.float32, torch.float16])
def test_one_kernel_takes_nothing_from_the_memory_that_it_writes(kind):
    """Where nothing is added torch hands cuDNN the output for that, times 0: NaN would stay NaN."""
    convolution, features = on_gpu(kind)
    with torch.no_grad():
        expected = convolution._one_by_one(features, None)
        convolution._as_one(features, None)  # workspaces have their memory by then
        spoiled = torch.full_like(expected, float('nan'))
        place = spoiled.data_ptr()
        del spoiled
        found = convolution._as_one(features, None)
    assert found.data_ptr() == place
    torch.testing.assert_close(found, expected, rtol=1e-2, atol=1e-2)
