# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Segments compute what the whole network does, in nearly equal shares of its work."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from rtmdl_ros.engine import cutting_cost
from rtmdl_ros.engine.cache import cached_path, ensure_exported
from rtmdl_ros.engine.onnx_runner import EngineError, OnnxRunner
from rtmdl_ros.engine.segments import SegmentedRunner, cut_onnx, work_of
from rtmdl_ros.networks.zoo import Variant, default_zoo_dir, read_zoo

SHIPPED = [
    variant for folder in sorted(default_zoo_dir().iterdir()) for variant in read_zoo(folder)
]


@pytest.fixture(scope='module')
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that holds all shipped networks."""
    folder = tmp_path_factory.mktemp('cache')
    ensure_exported(SHIPPED, folder)
    return folder


@pytest.fixture(params=SHIPPED, ids=lambda variant: variant.network)
def variant(request: pytest.FixtureRequest) -> Variant:
    return request.param


def images_for(variant: Variant, number: int = 1) -> np.ndarray:
    shape = (number, variant.input_height, variant.input_width, 3)
    return np.random.default_rng(7).integers(0, 256, shape, np.uint8)


def save(path: Path, nodes, outputs, inputs=('image',), weights=()) -> Path:
    """Write a network of tensors (n, 2, 2, 3): uint8 in, float out."""
    shape = ['n', 2, 2, 3]
    graph = helper.make_graph(
        nodes,
        'small',
        [helper.make_tensor_value_info(name, TensorProto.UINT8, shape) for name in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in outputs],
        initializer=weights,
    )
    opsets = [helper.make_opsetid('', 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def cast(source: str = 'image', made: str = 'same') -> onnx.NodeProto:
    return helper.make_node('Cast', [source], [made], to=TensorProto.FLOAT)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a network with the outputs 4 x + 1 and, made before it, 2 x, and one dead node."""
    one = helper.make_tensor('one', TensorProto.FLOAT, [1], [1.0])
    nodes = [
        helper.make_node('Constant', [], ['one'], value=one),
        cast(),
        helper.make_node('Add', ['same', 'same'], ['twice']),
        helper.make_node('Exp', ['same'], ['dead']),
        helper.make_node('Add', ['twice', 'one'], ['more']),
        helper.make_node('Add', ['more', 'twice'], ['last']),
    ]
    return save(tmp_path / 'small.onnx', nodes, ['last', 'twice'])


@pytest.mark.parametrize('count', [1, 2, 3, 4])
def test_segments_compute_what_the_network_does(variant, cache_dir, count):
    path = cached_path(variant, cache_dir)
    images = images_for(variant, 1 if variant.kind == 'detector' else 3)
    runner = SegmentedRunner(path, count)
    assert runner.count == count
    whole = OnnxRunner(path).run(images)
    assert len(whole) == (2 if variant.kind == 'detector' else 1)
    for expected, found in zip(whole, runner.run(images), strict=True):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize('count', [2, 3, 4])
def test_segments_share_the_work(variant, cache_dir, count):
    path = cached_path(variant, cache_dir)
    files = cut_onnx(path, count)
    assert [file.name for file in files] == [
        f'{path.stem}.seg{number}of{count}.onnx' for number in range(1, count + 1)
    ]
    work = [share_of(path, file) for file in files]
    assert sum(work) == work_of(path) == pytest.approx(variant.macs, rel=0.01)
    assert max(work) <= 1.6 / count * sum(work)
    assert min(work) > 0


def share_of(path: Path, segment: Path) -> int:
    """Return the multiply-adds of a segment's convolutions and products, by another way."""
    model = onnx.shape_inference.infer_shapes(onnx.load(path))
    sizes = {
        value.name: [dim.dim_value or 1 for dim in value.type.tensor_type.shape.dim]
        for value in (*model.graph.value_info, *model.graph.output)
    }
    weights = {tensor.name: tensor.dims for tensor in model.graph.initializer}
    total = 0
    for node in onnx.load(segment).graph.node:
        if node.op_type == 'Conv':
            _, channels, height, width = sizes[node.output[0]]
            total += channels * height * width * int(np.prod(weights[node.input[1]][1:]))
        elif node.op_type == 'Gemm':
            total += int(np.prod(weights[node.input[1]]))
    return total


def test_weights_go_only_where_they_are_used(cache_dir):
    path = cached_path(SHIPPED[0], cache_dir)
    held = [
        tensor.name for file in cut_onnx(path, 3) for tensor in onnx.load(file).graph.initializer
    ]
    whole = [tensor.name for tensor in onnx.load(path).graph.initializer]
    assert {name for name in whole if 'conv' in name} <= set(held) <= set(whole)
    assert len([name for name in held if 'conv' in name]) == len(
        [name for name in whole if 'conv' in name]
    )


def test_every_node_may_be_a_segment(small):
    images = np.arange(24, dtype=np.uint8).reshape(2, 2, 2, 3)
    for count in (1, 2, 3, 4):
        last, twice = SegmentedRunner(small, count).run(images)
        assert np.array_equal(last, 4.0 * images + 1.0)
        assert np.array_equal(twice, 2.0 * images)


def test_only_tensors_still_needed_are_handed_on(small):
    runner = SegmentedRunner(small, 4)
    tensors = runner.start(np.ones((1, 2, 2, 3), np.uint8))
    names = [set(tensors)]
    for index in range(runner.count):
        given = dict(tensors)
        handed_on = runner.run_segment(index, tensors)
        assert tensors == given
        tensors = handed_on
        names.append(set(tensors))
    assert names == [{'image'}, {'same'}, {'twice'}, {'more', 'twice'}, {'last', 'twice'}]


def test_a_cut_lies_where_few_bytes_cross(tmp_path):
    nodes = [
        cast('image', 'wide'),
        helper.make_node('Cast', ['wide'], ['narrow'], to=TensorProto.UINT8),
        cast('narrow', 'wide_again'),
        helper.make_node('Exp', ['wide_again'], ['last']),
    ]
    _, second = cut_onnx(save(tmp_path / 'waist.onnx', nodes, ['last']), 2)
    assert [value.name for value in onnx.load(second).graph.input] == ['narrow']


def test_segments_run_only_in_their_order(small):
    runner = SegmentedRunner(small, 2)
    tensors = runner.start(np.ones((1, 2, 2, 3), np.uint8))
    with pytest.raises(KeyError):
        runner.run_segment(1, tensors)
    with pytest.raises(KeyError):
        runner.outputs(tensors)
    for index in (-1, 2):
        with pytest.raises(IndexError, match=f'segment {index} of 2'):
            runner.run_segment(index, tensors)


def test_lanes_may_run_one_network_at_once(small):
    runner = SegmentedRunner(small, 3)
    images = [np.full((1, 2, 2, 3), value, np.uint8) for value in range(50)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(runner.run, images))
    assert [int(twice[0, 0, 0, 0]) for _, twice in results] == list(range(0, 100, 2))


def test_segments_are_kept_until_they_are_unusable_or_the_network_changes(small):
    files = cut_onnx(small, 2)
    kept = [file.stat().st_ino for file in files]
    assert cut_onnx(small, 2) == files
    assert [file.stat().st_ino for file in files] == kept
    assert {file.name for file in small.parent.iterdir()} == {
        'small.onnx',
        'small.seg1of2.onnx',
        'small.seg2of2.onnx',
    }
    good = files[1].read_bytes()
    files[1].write_bytes(good[:100])
    cut_onnx(small, 2)
    assert files[1].read_bytes() == good
    save(small, [cast(), helper.make_node('Exp', ['same'], ['e'])], ['e'])
    (ones,) = SegmentedRunner(small, 2).run(np.zeros((1, 2, 2, 3), np.uint8))
    assert np.array_equal(ones, np.ones((1, 2, 2, 3)))


@pytest.mark.parametrize(
    ('count', 'reason'),
    [
        (0, 'cannot be cut into 0 segments, 1 is the fewest'),
        (-1, 'cannot be cut into -1 segments, 1 is the fewest'),
        (5, 'cannot be cut into 5 segments, it has 4 nodes'),
    ],
)
def test_a_wrong_number_of_segments_is_refused(small, count, reason):
    with pytest.raises(EngineError, match=re.escape(f'{small}: {reason}')):
        cut_onnx(small, count)


@pytest.mark.parametrize('content', [None, b'', b'no graph'])
def test_a_file_that_is_no_network_is_named(tmp_path, content):
    path = tmp_path / 'broken.onnx'
    if content is not None:
        path.write_bytes(content)
    for count in (1, 2):
        with pytest.raises(EngineError, match=re.escape(f'{path}: ')):
            SegmentedRunner(path, count)


def test_networks_that_cannot_be_cut_are_refused(tmp_path):
    def refused(reason: str) -> None:
        with pytest.raises(EngineError, match=re.escape(f'{path}: cannot be cut: ') + reason):
            cut_onnx(path, 2)

    path = tmp_path / 'network.onnx'
    both = [cast('a', 'c'), cast('b', 'd'), helper.make_node('Add', ['c', 'd'], ['e'])]
    save(path, both, ['e'], inputs=('a', 'b'))
    refused('it has 2 inputs, not one')
    weight = helper.make_tensor('fixed', TensorProto.FLOAT, [1, 2, 2, 3], [0.0] * 12)
    save(path, [cast(), helper.make_node('Exp', ['same'], ['e'])], ['e', 'fixed'], weights=[weight])
    refused('output fixed is a constant')
    branch = helper.make_graph(
        [helper.make_node('Exp', ['same'], ['b'])],
        'branch',
        [],
        [helper.make_tensor_value_info('b', TensorProto.FLOAT, None)],
    )
    yes = helper.make_tensor('yes', TensorProto.BOOL, [], [True])
    choice = helper.make_node('If', ['yes'], ['e'], then_branch=branch, else_branch=branch)
    whole = [cast(), helper.make_node('Add', ['same', 'same'], ['f']), choice]
    save(path, whole, ['e', 'f'], weights=[yes])
    refused(r'it has control flow \(If\)')


def test_a_folder_that_cannot_be_written_is_named(small, monkeypatch):
    def full(*_args, **_kwargs):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('os.replace', full)
    name = small.with_name('small.seg1of2.onnx')
    with pytest.raises(EngineError, match=f'{name}: cannot be written: No space left on device'):
        cut_onnx(small, 2)
    assert list(small.parent.iterdir()) == [small]


def test_the_cost_of_cutting_is_shown(cache_dir, capsys):
    assert cutting_cost.main(['--rounds', '2', '--cache-dir', str(cache_dir)]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ['network', 'segments', 'ms', 'ratio', 'longest', 'ms']
    assert [line.split()[2] for line in lines] == ['1', '2', '3', '4'] * len(SHIPPED)
