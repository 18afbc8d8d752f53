# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`make bench-gpu`: its figures beside its targets, and a machine without a GPU."""

from dataclasses import replace

import pytest
import torch
from played_cuda import PlayedCuda

from rtmdl_ros.bench import cuda
from rtmdl_ros.bench.cuda_figures import (
    NetworkFigures,
    PackingFigures,
    Times,
    same_finds,
    targets_of,
    times_of,
)
from rtmdl_ros.engine.cuda_engine import CudaEngine
from rtmdl_ros.engine.engine import OnnxEngine
from rtmdl_ros.networks.zoo import read_zoo
from rtmdl_ros.workload.detection import Box, Detection


def times(p50_us, p99_us=0.0):
    return Times(p50_us, p99_us)


FINE = NetworkFigures(
    'n', 'single', 3, times(9.0), times(100.0), times(80.0), times(50.0), times(180.0), times(30.0),
    times(110.0), times(440.0), 5e-5, 1.0,
)  # fmt: skip
PACKED = PackingFigures('a', 'b', 1000.0, 1600.0, times(90.0, 100.0), times(95.0, 109.0), 1.8, 1.7)


def test_quantiles_are_in_microseconds():
    assert times_of([3e-6, 1e-6, 2e-6]) == Times(2.0, 3.0)


def test_targets_are_met_by_the_worst_network_or_not():
    half = replace(FINE, precision='half', error=9e-3)
    met = targets_of([FINE, half], [PACKED, replace(PACKED, packed_per_s=1.0)], 0.995)
    assert [target.met for target in met] == [True] * 7
    assert [target.found for target in met] == pytest.approx(
        [5e-5, 9e-3, 0.995, 4.0, 80.0, 1.6, 1.09]
    )
    slow = replace(half, error=float('nan'), response=times(250.0), eager=times(300.0))
    missed = targets_of([FINE, slow], [replace(PACKED, packed_per_s=1.0)], 0.9)
    assert [target.met for target in missed] == [True, False, False, False, False, False, True]


def test_a_precision_in_which_nothing_runs_meets_no_target():
    single, half, *_ = targets_of([FINE], [PACKED], 1.0)
    assert (single.met, half.met) == (True, False)


def test_the_same_finds_in_any_order():
    one, far = Box(0, 0, 100, 50), Box(200, 0, 300, 50)
    finds = [Detection('a', 0.9, one), Detection('a', 0.5, far)]
    near = replace(one, x_max=104)
    assert same_finds(finds, [finds[1], Detection('a', 0.1, near)])
    assert not same_finds(finds, [finds[0], finds[0]]), 'each counts once'
    assert not same_finds(finds, finds[:1]) and not same_finds(finds[:1], finds)
    assert not same_finds(finds[:1], [Detection('b', 0.9, one)])
    assert not same_finds(finds[:1], [Detection('a', 0.9, replace(one, x_max=120))])
    assert same_finds([], [])


def test_packing_is_measured_by_two_threads_by_one_and_by_kernels(monkeypatch, tiny_zoo, cache_dir):
    PlayedCuda(monkeypatch)
    engine = CudaEngine(0, 2, False, OnnxEngine(cache_dir))
    networks = [v for v in read_zoo(tiny_zoo) if v.kind == 'detector'][:2]
    found = cuda.packing_figures(engine, networks, 0.05, 10)
    assert (found.urgent, found.other) == tuple(f'{each.network} {each.id}' for each in networks)
    figures = found.kernels_gain, found.one_thread_gain, found.throughput, found.slow_down
    assert all(0.01 < figure < 100 for figure in figures)


PROGRAM = 'python3 -m rtmdl_ros.bench.cuda'


@pytest.mark.skipif(torch.cuda.is_available(), reason='there is a GPU')
def test_without_a_gpu_it_says_so_in_one_line(tmp_path, capsys):
    assert cuda.main(['--out', str(tmp_path)]) == 1
    output = capsys.readouterr()
    (line,) = output.err.splitlines()
    assert line.startswith(f'{PROGRAM}: device is cuda, but that GPU cannot be used: ')
    assert not output.out and not list(tmp_path.iterdir())


@pytest.mark.parametrize('arguments', [['--device', 'cpu'], ['--device', 'gpu'], ['--runs', '1']])
def test_wrong_use(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cuda.main(arguments)
    assert end.value.code == 2
    assert arguments[0] in capsys.readouterr().err
