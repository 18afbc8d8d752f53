# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which engine the parameters open, and what is told where it cannot be."""

from types import SimpleNamespace

import onnxruntime
import pytest
import torch

from rtmdl_ros.engine.engine import ON_CPU, OnnxEngine, open_engine
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.providers import Providers
from rtmdl_ros.workload.parameters import NodeParameters

WITHOUT_GPU = pytest.mark.skipif(torch.cuda.is_available(), reason='there is a GPU')
PLAIN = pytest.mark.skipif(
    'CUDAExecutionProvider' in onnxruntime.get_available_providers(),
    reason='onnxruntime has CUDA',
)


@WITHOUT_GPU
def test_auto_takes_the_processor_and_says_why(tmp_path):
    told = []
    engine = open_engine(NodeParameters(), tmp_path, told.append)
    assert engine.fields() == ON_CPU and not engine.waits
    (line,) = told
    assert line.startswith('device: cpu, as no GPU can be used: ')


def test_the_processor_is_taken_without_a_word(tmp_path):
    told = []
    assert open_engine(NodeParameters(device='cpu'), tmp_path, told.append).fields() == ON_CPU
    assert not told


@WITHOUT_GPU
def test_a_gpu_that_is_asked_for_and_not_there_is_refused_with_remedies(tmp_path):
    with pytest.raises(EngineError) as error:
        open_engine(NodeParameters(device='cuda:1'), tmp_path, print)
    text = str(error.value)
    assert text.startswith('device is cuda:1, but that GPU cannot be used: ')
    assert text.endswith('; or set device to auto or cpu')


@PLAIN
def test_a_provider_that_is_not_there_is_named(tmp_path):
    node = NodeParameters(onnx_providers=('tensorrt', 'cuda', 'cpu'))
    with pytest.raises(EngineError, match=r'onnx_providers: .* has no tensorrt, it has: cpu; inst'):
        open_engine(node, tmp_path, lambda text: None)


def test_weights_beside_an_onnx_file_are_stored_and_taken_too(tmp_path):
    path = tmp_path / 'own.onnx'
    path.write_bytes(bytes(100))
    (tmp_path / 'own.onnx.data').write_bytes(bytes(1000))
    (tmp_path / 'other.onnx').write_bytes(bytes(10))
    network = SimpleNamespace(weights_path=path, is_onnx=True, shared_bytes=0, private_bytes=0)
    assert OnnxEngine(tmp_path).stored_bytes(network) == (0, 1100)


def test_what_times_depend_on_is_in_the_fields(tmp_path, monkeypatch):
    monkeypatch.setattr(
        'onnxruntime.get_available_providers',
        lambda: ['TensorrtExecutionProvider', 'CUDAExecutionProvider', 'CPUExecutionProvider'],
    )
    found = [
        OnnxEngine(tmp_path, Providers(names, index, half)).fields()
        for names in (('cuda',), ('tensorrt', 'cuda'))
        for index in (0, 1)
        for half in (False, True)
    ]
    assert len({tuple(each.items()) for each in found}) == 6, 'CUDA alone is never half'
    assert all(list(each) == ['engine', 'gpu', 'precision'] for each in found)
    assert found[-1]['engine'] == 'ONNX Runtime, tensorrt, cuda'
    assert found[-1]['precision'] == 'half'
