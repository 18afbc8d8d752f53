# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Execution providers of ONNX Runtime: their options, and those that are not there."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.onnx_runner import OnnxRunner
from rtmdl_ros.engine.providers import NAMES, Providers, check_available, check_used

CPU = 'CPUExecutionProvider'


def test_the_processor_takes_what_others_cannot():
    assert Providers().arguments() == [(CPU, {})]
    assert Providers(('cuda',), 1).arguments() == [
        ('CUDAExecutionProvider', {'device_id': '1'}), (CPU, {})
    ]  # fmt: skip


def test_tensorrt_keeps_what_it_builds_by_network_weights_and_precision(tmp_path):
    lights = tmp_path / 'lights.onnx'
    lights.write_bytes(b'weights')
    providers = Providers(('tensorrt', 'cuda', 'cpu'), 0, True, Path('/cache/tensorrt'))
    (name, options), (second, _), (third, _) = providers.for_network(lights).arguments()
    assert (name, second, third) == tuple(NAMES.values())
    assert options == {
        'device_id': '0', 'trt_fp16_enable': 'True', 'trt_engine_cache_enable': 'True',
        'trt_engine_cache_path': '/cache/tensorrt/lights-9a129038d9a0-whole-half',
        'trt_timing_cache_enable': 'True', 'trt_timing_cache_path': '/cache/tensorrt',
    }  # fmt: skip
    single = Providers(('tensorrt',), 0, False, Path('/cache')).for_network(lights, '1of2')
    assert single.arguments()[0][1]['trt_fp16_enable'] == 'False'
    assert single.engine_dir == Path('/cache/lights-9a129038d9a0-1of2-single')
    lights.write_bytes(b'trained again')
    trained_again = providers.for_network(lights).engine_dir
    assert trained_again != Path(options['trt_engine_cache_path'])
    (tmp_path / 'lights.onnx.data').write_bytes(b'weights outside of the file')
    assert providers.for_network(lights).engine_dir != trained_again


@pytest.mark.parametrize(
    ('names', 'on_gpu', 'may_be_half'),
    [(('cpu',), False, False), (('cuda', 'cpu'), True, False), (('tensorrt',), True, True)],
)
def test_where_they_compute(names, on_gpu, may_be_half):
    providers = Providers(names, half=True)
    assert (providers.on_gpu, providers.may_be_half) == (on_gpu, may_be_half)


def test_one_that_this_onnxruntime_lacks_is_named_with_those_it_has():
    check_available(('cpu',))
    with pytest.raises(EngineError) as error:
        check_available(('tensorrt', 'cpu'), [CPU, 'CUDAExecutionProvider', 'Other'])
    assert str(error.value) == (
        f'onnx_providers: this onnxruntime ({onnxruntime.__version__}) has no tensorrt, it has: '
        "cuda, cpu; install onnxruntime-gpu (on a Jetson NVIDIA's build of it) in place of "
        'onnxruntime, or take it off the list'
    )


def test_one_that_does_not_start_is_refused():
    check_used(('cuda',), ['CUDAExecutionProvider', CPU], 'a.onnx')
    with pytest.raises(EngineError, match=r'^a\.onnx: onnx_providers: cuda does not start, ONNX'):
        check_used(('cuda',), [CPU], 'a.onnx')


@pytest.mark.filterwarnings('ignore:Specified provider')
def test_a_network_runs_by_what_is_asked_for(small):
    runner = OnnxRunner(small, providers=Providers(('cpu',)))
    last, _ = runner.run(np.ones((1, 2, 2, 3), np.uint8))
    assert np.all(last == 5.0) and not runner.waits
    if 'CUDAExecutionProvider' not in onnxruntime.get_available_providers():
        with pytest.raises(EngineError, match=f'^{small}: onnx_providers: cuda does not start'):
            OnnxRunner(small, providers=Providers(('cuda', 'cpu')))
