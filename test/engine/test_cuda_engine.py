# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""CUDA graphs on a real GPU; without one what needs none."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from graph_cases import ReadsBack, mirrored
from torch import nn

from rtmdl_ros.engine.accuracy import HALF_BOUND, relative_error, telling_input
from rtmdl_ros.engine.cuda_engine import CudaEngine, batch_sizes, weight_bytes
from rtmdl_ros.engine.engine import OnnxEngine
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.usual_wait import UsualWait
from rtmdl_ros.networks.zoo import read_zoo

MOST = 8
#: In the first of them CUDA starts, and cuDNN tries its algorithms.
pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize(
    ('most', 'sizes'), [(1, (1,)), (2, (1, 2)), (5, (1, 2, 4, 5)), (8, (1, 2, 4, 8))]
)
def test_batches_are_filled_up_to_powers_of_two(most, sizes):
    assert batch_sizes(most) == sizes


def test_weights_are_weighed():
    layer = nn.Linear(3, 2)
    assert weight_bytes(layer) == 4 * (3 * 2 + 2)
    assert weight_bytes(layer.half()) == 2 * (3 * 2 + 2)


@pytest.fixture(scope='module')
def zoo(tiny_zoo):
    return read_zoo(tiny_zoo)


@pytest.fixture(scope='module')
def processor(cache_dir):
    return OnnxEngine(cache_dir)


def engine_of(processor, half, told=None):
    return CudaEngine(0, 2, half, processor, (told if told is not None else []).append)


def batch_of(variant):
    return MOST if variant.kind == 'classifier' else 1


@pytest.mark.gpu
@pytest.mark.parametrize(('half', 'bound'), [(False, 1e-4), (True, HALF_BOUND)])
@pytest.mark.parametrize('segments', [1, 3])
def test_answers_are_those_of_the_processor(zoo, processor, half, bound, segments):
    engine = engine_of(processor, half)
    for variant in zoo:
        runner = engine.load(variant, segments, batch_of(variant))
        assert runner.segments == segments
        for count in {1, batch_of(variant), max(1, batch_of(variant) - 1)}:
            images = mirrored(telling_input(variant, count))
            expected = processor.load(variant, 1).run(images)
            for each in (runner, runner.for_urgent()):
                assert relative_error(expected, each.run(images)) <= bound


@pytest.mark.gpu
def test_jobs_of_several_threads_do_not_meet(zoo, processor):
    variant = zoo[0]
    runner = engine_of(processor, half=False).load(variant, 3)
    rng = np.random.default_rng(1)
    images = [rng.integers(0, 256, variant.example(1).shape, np.uint8) for _ in range(20)]
    expected = [runner.run(each) for each in images]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(runner.run, images * 5))
    for number, outputs in enumerate(found):
        for one, other in zip(outputs, expected[number % 20], strict=True):
            np.testing.assert_array_equal(one, other)
    assert (expected[0][0] != expected[1][0]).any()


@pytest.mark.gpu
def test_jobs_go_on_while_another_network_is_loaded(zoo, processor):
    engine = engine_of(processor, half=True)
    runner = engine.load(zoo[0], 2)
    images = telling_input(zoo[0])
    expected, loaded, found = runner.run(images), threading.Event(), []

    def run():
        while not loaded.is_set():
            found.append(runner.run(images))

    thread = threading.Thread(target=run)
    thread.start()
    try:
        engine.load(zoo[-1], 1, MOST)
    finally:
        loaded.set()
        thread.join()
    assert len(found) > 1
    for outputs in found:
        for one, other in zip(outputs, expected, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.gpu
def test_a_waiting_lane_lets_other_threads_compute(zoo, processor):
    variant = zoo[0]
    runner = engine_of(processor, half=False).load(variant, 1)
    counted, done = [0], threading.Event()

    def count():
        while not done.is_set():
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    (lane, _) = runner._lanes.all
    with torch.cuda.stream(lane.stream):
        torch.cuda._sleep(1_000_000_000)  # cycles: about half a second
        before = counted[0]
        lane.wait(UsualWait())
    waited = counted[0] - before
    done.set()
    thread.join()
    assert waited > 1000


@pytest.mark.gpu
def test_other_images_and_segments_are_refused(zoo, processor):
    runner = engine_of(processor, half=False).load(zoo[-1], 1, MOST)
    images = telling_input(zoo[-1], MOST + 1)
    with pytest.raises(ValueError, match='is not what was captured'):
        runner.start(images)
    with pytest.raises(ValueError, match='is not what was captured'):
        runner.start(images[:1].astype(np.float32))
    with pytest.raises(IndexError, match='segment 1 of 1'):
        runner.run_segment(1, {})


@pytest.mark.gpu
def test_memory_is_shared_by_the_graphs_of_a_lane(zoo, processor):
    engine = engine_of(processor, half=True)
    taken, kept = [], []
    for segments in (1, 2, 3):
        kept.append(engine.load(zoo[0], segments))
        taken.append(torch.cuda.memory_reserved())
    assert taken[-1] - taken[0] < 64e6
    assert engine.memory().free_bytes > 0


@pytest.mark.gpu
def test_a_network_that_reads_back_is_refused_and_the_next_one_loads(zoo, processor, monkeypatch):
    engine = engine_of(processor, half=False)
    with monkeypatch.context() as patch:
        patch.setattr(type(zoo[0]), 'module', lambda variant: ReadsBack())
        with pytest.raises(EngineError, match=r'cannot be captured on the GPU: .*synchroniz'):
            engine.load(zoo[0], 1)
    images = telling_input(zoo[0])
    expected = processor.load(zoo[0], 1).run(images)
    assert relative_error(expected, engine.load(zoo[0], 1).run(images)) <= 1e-4


@pytest.mark.gpu
def test_networks_that_are_let_go_do_not_disturb_captures(zoo, processor):
    engine = engine_of(processor, half=False)
    for _ in range(5):
        runner = engine.load(zoo[0], 3)
        runner.itself = runner  # ends with the next collection of garbage alone
        assert runner.run(telling_input(zoo[0]))
        del runner


@pytest.mark.gpu
def test_two_threads_load_one_after_the_other(zoo, processor):
    engines = [engine_of(processor, half=False) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        runners = list(pool.map(lambda engine: engine.load(zoo[0], 2), engines))
    images = telling_input(zoo[0])
    expected = processor.load(zoo[0], 1).run(images)
    for runner in runners:
        assert relative_error(expected, runner.run(images)) <= 1e-4
