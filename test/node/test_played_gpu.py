# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The node with its networks as CUDA graphs, whose part the CPU plays: runs without a GPU."""

import gc

import pytest
import torch
from played_cuda import PlayedCuda
from rclpy.lifecycle import TransitionCallbackReturn

from rtmdl_ros.engine import engine
from rtmdl_ros.msg import DeadlineMiss

MB = 1_000_000


@pytest.fixture
def cuda(monkeypatch):
    monkeypatch.setattr(engine, 'refusal', lambda gpus, index: '')
    played = PlayedCuda(monkeypatch)
    yield played
    gc.collect()
    assert played.faults == []


@pytest.fixture
def gpu(tiny_zoo):
    """Return parameters for networks that the CPU runs soon in half precision, too."""
    return {
        'device': 'cuda', 'tasks': ['traffic_light'], 'traffic_light.segments': 2,
        'zoo_dir': str(tiny_zoo),
    }  # fmt: skip


def test_frames_are_answered_before_and_after_the_node_is_configured_anew(cuda, gpu, logged):
    bench, log = logged(gpu)
    bench.start()
    peer = bench.peer

    def engine_told():
        values = {value.key: value.value for value in peer.component('accelerator').values}
        return values.get('Engine')

    bench.feed(until=lambda: peer.detections)
    bench.wait(until=lambda: engine_told() == 'CUDA graphs, played by the CPU, half')
    for step in ('deactivate', 'cleanup', 'configure', 'activate'):
        transition = getattr(bench.node, f'trigger_{step}')
        assert bench.call(transition) == TransitionCallbackReturn.SUCCESS
    assert log.count('device: played by the CPU (cuda:0), 8000 of 10000 MB free') == 2
    peer.detections.clear()
    bench.feed(until=lambda: peer.detections)
    assert {miss.detail for miss in peer.misses if miss.reason == DeadlineMiss.FAILED} <= {
        'runtime stopped'
    }


def test_a_gpu_that_fails_fails_its_jobs_only_and_is_told_once(cuda, gpu, logged):
    bench, log = logged(gpu)
    bench.start()
    peer = bench.peer
    bench.feed(until=lambda: peer.detections)
    cuda.error = 'CUDA error: an illegal memory access was encountered'

    def failed():
        return [miss for miss in peer.misses if miss.reason == DeadlineMiss.FAILED]

    bench.feed(until=lambda: len(failed()) >= 3)
    assert all(cuda.error in miss.detail for miss in failed())
    told = [line.partition(' raised ')[0] for line in log.lines if cuda.error in line]
    # A job may have been between two segments then: the second is another stage.
    assert len(told) == len(set(told)) >= 1
    bench.feed(until=lambda: cuda.error in peer.component('task traffic_light').message)
    cuda.error = ''
    peer.detections.clear()
    bench.feed(until=lambda: peer.detections)


def test_variants_for_which_a_gpu_has_no_memory_are_named(cuda, gpu, logged):
    bench, log = logged(gpu)
    cuda.bytes_a_graph = 2600 * MB
    bench.start()
    assert log.count('the memory of the GPU is full: 1 of 2 variants are left out') == 1
    bench.feed(until=lambda: bench.peer.detections)


def test_a_configure_that_fails_keeps_nothing_of_the_gpu(cuda, gpu, logged, monkeypatch):
    bench, log = logged(gpu)
    given_back = []
    monkeypatch.setattr(torch.cuda, 'empty_cache', lambda: given_back.append(cuda.free_bytes))
    cuda.bytes_a_graph = 8000 * MB
    assert bench.call(bench.node.trigger_configure) == TransitionCallbackReturn.FAILURE
    assert log.count('no memory left for it') == 1
    assert given_back[-1] == 8000 * MB
