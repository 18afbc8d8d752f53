# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Segments compute what the whole network does; a file that is no network is named."""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper
from small_networks import cast, save

from rtmdl_ros.engine.cache import cached_path
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.onnx_runner import OnnxRunner
from rtmdl_ros.profiling.resident import trimmed_bytes


@pytest.mark.parametrize('count', [1, 2, 3, 4])
def test_segments_compute_what_the_network_does(variant, cache_dir, count):
    path = cached_path(variant, cache_dir)
    shape = (1 if variant.kind == 'detector' else 3, variant.input_height, variant.input_width, 3)
    images = np.random.default_rng(7).integers(0, 256, shape, np.uint8)
    runner = OnnxRunner(path, count)
    assert runner.segments == count
    session = onnxruntime.InferenceSession(str(path), providers=['CPUExecutionProvider'])
    whole = session.run(None, {'image': images})
    assert len(whole) == (2 if variant.kind == 'detector' else 1)
    for expected, found in zip(whole, runner.run(images), strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_every_node_may_be_a_segment(small):
    images = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)
    for count in (1, 2, 3, 4):
        last, twice = OnnxRunner(small, count).run(images)
        assert np.array_equal(last, 4.0 * images + 1.0)
        assert np.array_equal(twice, 2.0 * images)


def test_only_tensors_still_needed_are_handed_on(small):
    runner = OnnxRunner(small, 4)
    tensors = runner.start(np.ones((1, 2, 2, 3), np.uint8))
    names = [set(tensors)]
    for index in range(runner.segments):
        given = dict(tensors)
        handed_on = runner.run_segment(index, tensors)
        assert tensors == given
        tensors = handed_on
        names.append(set(tensors))
    assert names == [{'image'}, {'same'}, {'twice'}, {'more', 'twice'}, {'last', 'twice'}]


def test_segments_run_only_in_their_order(small):
    runner = OnnxRunner(small, 2)
    tensors = runner.start(np.ones((1, 2, 2, 3), np.uint8))
    with pytest.raises(KeyError):
        runner.run_segment(1, tensors)
    with pytest.raises(KeyError):
        runner.outputs(tensors)
    for index in (-1, 2):
        with pytest.raises(IndexError, match=f'segment {index} of 2'):
            runner.run_segment(index, tensors)


@pytest.mark.parametrize('count', [1, 3])
def test_lanes_may_run_one_network_at_once(small, count):
    runner = OnnxRunner(small, count)
    images = [np.full((1, 2, 2, 3), value, np.uint8) for value in range(50)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(runner.run, images))
    assert [int(twice[0, 0, 0, 0]) for _, twice in results] == list(range(0, 100, 2))


def test_a_network_that_cannot_be_cut_runs_whole(tmp_path):
    fixed = helper.make_tensor('fixed', TensorProto.FLOAT, [1, 2, 2, 3], [0.5] * 12)
    path = save(tmp_path / 'network.onnx', [cast()], ['same', 'fixed'], weights=[fixed])
    images = np.ones((1, 2, 2, 3), np.uint8)
    same, held = OnnxRunner(path).run(images)
    assert np.array_equal(same, images)
    assert np.array_equal(held, 0.5 * images)
    with pytest.raises(EngineError, match=f'{path}: cannot be cut: output fixed is a constant'):
        OnnxRunner(path, 2)


def test_a_network_without_an_input_is_named(tmp_path):
    fixed = helper.make_tensor('fixed', TensorProto.FLOAT, [1], [0.5])
    graph = helper.make_graph(
        [helper.make_node('Identity', ['fixed'], ['out'])], 'g', [],
        [helper.make_tensor_value_info('out', TensorProto.FLOAT, [1])], [fixed],
    )  # fmt: skip
    path = tmp_path / 'network.onnx'
    opset = helper.make_opsetid('', 17)
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=8), path)
    with pytest.raises(EngineError, match=f'{path}: has no input, and a network gets one image'):
        OnnxRunner(path)


@pytest.mark.parametrize('content', [None, b'', b'no graph'])
def test_a_file_that_is_no_network_is_named(tmp_path, content):
    path = tmp_path / 'broken.onnx'
    if content is not None:
        path.write_bytes(content)
    for count in (1, 2):
        with pytest.raises(EngineError, match=re.escape(f'{path}: ')):
            OnnxRunner(path, count)


def test_networks_share_the_memory_that_a_run_takes(tmp_path):
    """In a process of its own: in this one there may be room from other tests."""
    code = """
import sys
import numpy as np
from rtmdl_ros.engine.onnx_runner import OnnxRunner
from rtmdl_ros.profiling.resident import trimmed_bytes
runners = [OnnxRunner(sys.argv[1]) for _ in range(5)]
images = np.zeros((250_000, 2, 2, 3), np.uint8)
sizes = [trimmed_bytes()]
for runner in runners:
    runner.run(images)
    sizes.append(trimmed_bytes())
print((sizes[1] - sizes[0]) // 1_000_000, (sizes[-1] - sizes[1]) // 1_000_000)
"""
    path = save(tmp_path / 'wide.onnx', wide_nodes(), ['sum'])
    command = [sys.executable, '-c', code, str(path)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    first, others = map(int, shown.split())
    assert first >= 12, 'a tensor of the network has so many MB'
    assert others < first, f'a run took {first} MB, and four of its like another {others} MB'


def wide_nodes():
    """Return the nodes of a network whose tensors live long."""
    nodes = [helper.make_node('Exp', ['same'], ['0'])]
    nodes += [helper.make_node('Add', [f'{n}', 'same'], [f'{n + 1}']) for n in range(5)]
    return [cast(), *nodes, helper.make_node('Sum', [f'{n}' for n in range(6)], ['sum'])]


def test_a_second_run_takes_no_more_memory_than_the_first(tmp_path):
    size = 1_000_000
    runner = OnnxRunner(save(tmp_path / 'wide.onnx', wide_nodes(), ['sum']))
    images = np.zeros((size // 12, 2, 2, 3), np.uint8)
    runner.run(images)
    before = trimmed_bytes()
    runner.run(images)
    # All that lives at once, were it kept as one piece beside what the first run took: 28 MB.
    assert trimmed_bytes() - before < 4 * size
