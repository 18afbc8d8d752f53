# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is exported computes what torch computes."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn
from torch.func import functional_call

from rtmdl_ros.networks.build import build, count_parameters, save_weights, untrained
from rtmdl_ros.networks.export import deployed, export_onnx, fold
from rtmdl_ros.networks.scale import Scale
from rtmdl_ros.networks.slicing import packed_statistics, slice_for
from rtmdl_ros.networks.zoo import Variant, ZooError, sha256_of

HEIGHT, WIDTH = 64, 96


def random_network(kind: str) -> nn.Module:
    """Return a network whose normalisations do something."""
    torch.manual_seed(3)
    network = untrained(kind, 3, 0.5, 1)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for values in (module.weight, module.bias, module.running_mean):
                assert values is not None
                nn.init.normal_(values, 0.3, 0.2)
            assert module.running_var is not None
            nn.init.uniform_(module.running_var, 0.5, 2.0)
    return network.eval()


def saved(network: nn.Module, kind: str, path: Path, width: float = 0.5) -> Variant:
    """Save the network and return its variant."""
    save_weights(dict(network.named_parameters()), {'v': packed_statistics(network)}, path)
    return variant(
        kind, path, width=width, weights_sha256=sha256_of(path),
        parameters=count_parameters(network),
    )  # fmt: skip


def variant(kind: str, path: Path, **fields: Any) -> Variant:
    usual: dict[str, Any] = {'width': 0.5, 'depth': 1, 'weights_sha256': '', 'parameters': 1}
    return Variant(
        network='tiny', id='v', kind=kind, input_height=HEIGHT, input_width=WIDTH,
        classes=('a', 'b', 'c'), score_threshold=0.5, weights_path=path, macs=1, shared_bytes=1,
        private_bytes=1, accuracy={}, **(usual | fields),
    )  # fmt: skip


def half(network: nn.Module) -> nn.Module:
    """Round the weights as saving does."""
    learned = {name: value.half().float() for name, value in network.named_parameters()}
    network.load_state_dict(learned, strict=False)
    return network


@pytest.mark.parametrize(('kind', 'batch'), [('detector', 1), ('classifier', 1), ('classifier', 5)])
def test_export_equals_torch(kind: str, batch: int, tmp_path: Path) -> None:
    """To 1e-4 of every output, for every number of crops."""
    network = random_network(kind)
    variant = saved(network, kind, tmp_path / 'w.safetensors')
    export_onnx(variant, tmp_path / 'deep' / 'tiny.onnx')
    session = onnxruntime.InferenceSession(tmp_path / 'deep' / 'tiny.onnx')
    image = np.random.default_rng(1).integers(0, 256, (batch, HEIGHT, WIDTH, 3), dtype=np.uint8)
    with torch.no_grad():
        expected = deployed(half(network), HEIGHT, WIDTH)(torch.from_numpy(image))
    names = ['probabilities'] if kind == 'classifier' else ['scores', 'boxes']
    outputs = session.run(names, {'image': image})
    expected = [expected] if kind == 'classifier' else expected
    for name, found, wanted in zip(names, outputs, expected, strict=True):
        assert found.dtype == np.float32 and found.shape == wanted.shape
        # Boxes are in pixels, up to some hundreds.
        tolerance = 1e-2 if name == 'boxes' else 1e-4
        np.testing.assert_allclose(found, wanted.numpy(), atol=tolerance, rtol=1e-4)
    assert list((tmp_path / 'deep').iterdir()) == [tmp_path / 'deep' / 'tiny.onnx']


def test_build_gives_the_saved_network(tmp_path: Path) -> None:
    """Saving halves the precision and nothing else."""
    network = random_network('classifier')
    built = build(saved(network, 'classifier', tmp_path / 'w.safetensors'))
    image = torch.rand(2, 3, 32, 32) * 255
    assert not built.training
    with torch.no_grad():
        torch.testing.assert_close(built(image), half(network)(image))


@pytest.mark.parametrize('kind', ['detector', 'classifier'])
@pytest.mark.parametrize('scale', [Scale(0.25, 0), Scale(0.375, 1), Scale(1.0, 0), Scale(1.0, 2)])
def test_a_slice_equals_the_whole_run_at_its_scale(
    kind: str, scale: Scale, tmp_path: Path
) -> None:
    """What is loaded alone computes what training computed with the large network's weights."""
    torch.manual_seed(5)
    whole = untrained(kind, 3, 1.0, 2)
    for parameter in whole.parameters():
        nn.init.normal_(parameter, 0.02, 0.05)
    half(whole)
    form = untrained(kind, 3, *scale)
    image = torch.rand(2, 3, HEIGHT, WIDTH) * 255
    learned = slice_for(form, dict(whole.named_parameters()))
    with torch.no_grad():
        functional_call(form.train(), learned, (image,))  # moves the statistics
        expected = functional_call(form.eval(), learned, (image,))
    path = tmp_path / 'w.safetensors'
    save_weights(dict(whole.named_parameters()), {'v': packed_statistics(form)}, path)
    built = build(variant(kind, path, width=scale.width, depth=scale.depth))
    with torch.no_grad():
        for network in (built, fold(built)):
            torch.testing.assert_close(network(image), expected, atol=1e-5, rtol=1e-5)


def test_weights_of_another_width_are_named(tmp_path: Path) -> None:
    """The path and the first misfit."""
    path = tmp_path / 'w.safetensors'
    variant = saved(random_network('detector'), 'detector', path, width=1.0)
    with pytest.raises(ZooError, match=r'does not fit variant v \(tensor stem') as caught:
        build(variant)
    assert str(caught.value).startswith(f'{path}: ')


def test_weights_of_another_kind_are_named(tmp_path: Path) -> None:
    """A detector's weights make no classifier."""
    path = tmp_path / 'w.safetensors'
    variant = saved(random_network('detector'), 'classifier', path)
    with pytest.raises(ZooError, match='does not fit variant v'):
        build(variant)


def test_unknown_kind_is_refused() -> None:
    """There are two kinds."""
    with pytest.raises(ValueError, match="'oracle' is neither"):
        untrained('oracle', 3, 1.0, 1)
