# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The Python around CUDA graphs, with CUDA's part played by the CPU: runs where there is no GPU."""

import gc
import threading

import numpy as np
import pytest
import torch
from graph_cases import ReadsBack, SeveralKinds, SharedHead, mirrored
from played_cuda import PlayedCuda

from rtmdl_ros.engine import cuda_engine
from rtmdl_ros.engine.accuracy import HALF_BOUND, relative_error, telling_input
from rtmdl_ros.engine.engine import OnnxEngine
from rtmdl_ros.engine.errors import EngineError, OutOfMemoryError
from rtmdl_ros.networks.zoo import read_zoo

MOST = 3
MB = 1_000_000


@pytest.fixture(scope='module')
def zoo(tiny_zoo):
    """Return a detector and a classifier."""
    variants = read_zoo(tiny_zoo)
    return [next(v for v in variants if v.kind == kind) for kind in ('detector', 'classifier')]


@pytest.fixture(scope='module')
def processor(cache_dir):
    return OnnxEngine(cache_dir)


@pytest.fixture
def cuda(monkeypatch):
    played = PlayedCuda(monkeypatch)
    yield played
    gc.collect()
    assert played.faults == []


@pytest.fixture
def told():
    return []


@pytest.fixture
def engine(cuda, processor, told):
    return cuda_engine.CudaEngine(0, 2, False, processor, told.append)


@pytest.mark.parametrize(('half', 'bound'), [(False, 1e-4), (True, HALF_BOUND)])
def test_answers_are_those_of_the_processor(cuda, zoo, processor, half, bound):
    engine = cuda_engine.CudaEngine(0, 2, half, processor)
    for variant, segments, most in ((zoo[0], 2, 1), (zoo[1], 1, MOST)):
        runner = engine.load(variant, segments, most)
        assert (runner.segments, runner.precision) == (segments, 'half' if half else 'single')
        for count in {1, most - 1, most} - {0}:
            images = mirrored(telling_input(variant, count))
            expected = processor.load(variant, 1).run(images)
            for each in (runner, runner.for_urgent()):
                assert relative_error(expected, each.run(images)) <= bound


def test_the_gpu_is_told(engine, told):
    assert told == ['device: played by the CPU (cuda:0), 8000 of 10000 MB free']
    assert engine.fields()['gpu'] == 'played by the CPU'
    assert engine.fields()['lanes'] == '2'


def test_jobs_between_their_segments_do_not_meet(engine, zoo):
    runner = engine.load(zoo[0], 2)
    rng = np.random.default_rng(1)
    one, other = (rng.integers(0, 256, zoo[0].example(1).shape, np.uint8) for _ in range(2))
    wanted = runner.run(one)
    assert (wanted[0] != runner.run(other)[0]).any()
    tensors = runner.run_segment(0, runner.start(one))
    runner.run_segment(0, runner.start(other))
    found = runner.outputs(runner.run_segment(1, tensors))
    for each, expected in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(each, expected)


def test_what_half_precision_changes_too_much_runs_in_single(
    cuda, zoo, processor, told, monkeypatch
):
    monkeypatch.setattr(cuda_engine, 'HALF_BOUND', 1e-5)
    engine = cuda_engine.CudaEngine(0, 1, True, processor, told.append)
    assert engine.load(zoo[1], 1).precision == 'single'
    assert 'half precision changes its answers by 0.00' in told[-1]


def test_a_layer_that_runs_twice_answers_as_in_the_module(engine, zoo, monkeypatch):
    monkeypatch.setattr(type(zoo[0]), 'module', lambda variant: SharedHead().eval())
    images = mirrored(telling_input(zoo[0]))
    with torch.no_grad():
        expected = [each.numpy() for each in SharedHead().eval()(torch.from_numpy(images))]
    assert relative_error(expected, engine.load(zoo[0], 2).run(images)) <= 1e-4


@pytest.mark.parametrize('segments', [1, 2])
def test_outputs_are_of_the_kinds_that_the_module_gives(engine, zoo, monkeypatch, segments):
    monkeypatch.setattr(type(zoo[0]), 'module', lambda variant: SeveralKinds().eval())
    images = mirrored(telling_input(zoo[0]))
    expected = [each.numpy() for each in SeveralKinds()(torch.from_numpy(images))]
    found = engine.load(zoo[0], segments).run(images)
    assert [each.dtype for each in found] == [bool, np.float32, np.int64]
    for each, wanted in zip(found, expected, strict=True):
        np.testing.assert_array_equal(each, wanted)


def test_a_full_gpu_takes_no_network(cuda, engine, zoo):
    cuda.free_bytes = 499 * MB
    with pytest.raises(OutOfMemoryError, match=r'no memory left for it .499 of 10000 MB free'):
        engine.load(zoo[0], 1)
    cuda.free_bytes = 501 * MB
    assert engine.load(zoo[0], 1).segments == 1


def test_a_network_that_reads_back_is_refused_and_the_next_one_loads(engine, zoo, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(type(zoo[0]), 'module', lambda variant: ReadsBack())
        with pytest.raises(EngineError, match=r'cannot be captured on the GPU: .*synchroniz'):
            engine.load(zoo[0], 1)
    assert engine.load(zoo[0], 1).segments == 1


def test_a_network_that_is_let_go_in_a_capture_ends_after_it(cuda, engine, zoo):
    runner = engine.load(zoo[1], 1)
    runner.itself = runner  # ends with the next collection of garbage alone
    kept = [runner]
    del runner
    cuda.in_capture = kept.clear
    engine.load(zoo[1], 1)
    assert not kept


def test_no_job_is_on_a_lane_while_a_network_is_captured_there(cuda, engine, zoo):
    taken = []

    def try_to_run():
        with engine.lanes.taken(urgent=True) as lane:
            taken.append(lane.number)

    cuda.in_capture = try_to_run
    engine.load(zoo[1], 1)
    # First one was captured on the lane that is for urgent jobs, then on the other.
    assert taken == [1, 0]


def test_a_capture_waits_for_the_job_on_its_lane(engine, zoo):
    loaded = threading.Event()

    def load():
        engine.load(zoo[1], 1)
        loaded.set()

    with engine.lanes.taken(urgent=True):
        thread = threading.Thread(target=load, daemon=True)
        thread.start()
        assert not loaded.wait(0.5)
    assert loaded.wait(30.0)
    thread.join()
