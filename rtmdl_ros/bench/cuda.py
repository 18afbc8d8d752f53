# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What does a GPU take, and what does packing give on it? `make bench-gpu` measures.

Times are of the clock. The CPU computes nothing beside but what launches and copies need.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

from rtmdl_ros.bench.command import experiment_parser, print_table, run_experiment, write_json
from rtmdl_ros.bench.cuda_figures import (
    NetworkFigures,
    PackingFigures,
    Target,
    Times,
    same_finds,
    targets_of,
    times_of,
)
from rtmdl_ros.engine.accuracy import relative_error, telling_input
from rtmdl_ros.engine.cache import load_runner
from rtmdl_ros.engine.engine import OnnxEngine, open_engine
from rtmdl_ros.networks.zoo import Variant, default_zoo_dir, read_zoo
from rtmdl_ros.perception.functions import FUNCTIONS, ladder
from rtmdl_ros.perception.pipeline import run_whole
from rtmdl_ros.profiling.everyday_frames import everyday_frames
from rtmdl_ros.profiling.resident import ResidentNetworks
from rtmdl_ros.runtime.interpreter import restore_switch_interval, shorten_switch_interval
from rtmdl_ros.workload.arguments import device, number, path, whole
from rtmdl_ros.workload.parameters import NodeParameters

_WARM_UP = 20
#: Into how many segments networks are cut to see what that costs; 1 beside it.
_SEGMENTS = 3
#: Fields of NetworkFigures, as the table calls them.
_ROWS = (
    ('launch', 'launch'),
    ('kernels', 'kernels'),
    ('upload', 'upload'),
    ('copies', 'copies'),
    ('graphs', 'graphs'),
    ('eager', 'eager torch'),
    ('response', 'stage'),
    ('longest_segment', f'longest of {_SEGMENTS}'),
)
_LEGEND = (
    'launch: of the CPU; kernels: of the GPU; upload: of the CPU, before a lane is taken; copies, '
    'graphs, eager: waited for; stage: from the upload, on its way, to outputs on the host; '
    'longest of the segments with copies between them.'
)
_PACKING = (
    'packed: two threads, as lanes have them; by one thread: the same launched and waited for by '
    'one; kernels alone: what the GPU gives.'
)
_DETECTORS = ('traffic_light_detector', 'traffic_sign_detector')
_RECOGNISER = 'traffic_sign_recogniser'
_EXAMPLES = """  make bench-gpu
  python3 -m rtmdl_ros.bench.cuda --runs 1000 --seconds 5 --json out/gpu.json
  python3 -m rtmdl_ros.bench.cuda --device cuda:1
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print tables, write cuda.json; returns 0, 1 with one line without a usable GPU."""
    parser = experiment_parser(
        'cuda',
        'Measure on a GPU, network by network: launches, kernels, segments, copies, what is added\n'
        'to them, graphs against eager torch, answers against the CPU; and what packing gives.',
        _EXAMPLES,
    )
    parser.add_argument(
        '--device', type=device, default='cuda', metavar='NAME',
        help='cuda, cuda:1 (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--runs', type=whole(10, 100_000), default=300, metavar='N',
        help='of each network (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--seconds', type=number(0.1, 60), default=2.0, metavar='S',
        help='of each run of two networks (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--frames', type=whole(1, 900), default=50, metavar='N',
        help='of the track, to compare detections (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument('--json', type=path, metavar='FILE', help='(default: cuda.json in --out)')
    options = parser.parse_args(arguments)
    if not options.device.startswith('cuda'):
        parser.error('--device: give cuda or cuda with the number of a GPU')
    return run_experiment(parser, options, lambda: _run(options))


def _run(options: argparse.Namespace) -> bool:
    """Measure and tell; returns True. Raises EngineError without a usable GPU."""
    networks: list[NetworkFigures] = []
    for precision in ('single', 'half'):
        engine = _engine(options, precision)
        for variant in _largest():
            print(f'{precision}: {variant.network}', file=sys.stderr)
            networks.append(network_figures(engine, variant, options.cache_dir, options.runs))
    packing = [
        packing_figures(engine, [read_zoo(default_zoo_dir() / name)[place] for name in _DETECTORS],
                        options.seconds, options.runs)
        for place in (0, -1)
    ]  # fmt: skip
    targets = targets_of(networks, packing, same_frames(engine, options.cache_dir, options.frames))
    _print(networks, packing, targets)
    path = options.json or options.out / 'cuda.json'
    write_json(path, {
        'device': engine.fields(),
        'networks': [{**asdict(each), 'overhead_us': each.overhead_us, 'gain': each.gain}
                     for each in networks],
        'packing': [{**asdict(each), 'throughput': each.throughput, 'slow_down': each.slow_down}
                    for each in packing],
        'targets': [{**asdict(each), 'met': each.met} for each in targets],
    })  # fmt: skip
    return True


def _engine(options: argparse.Namespace, precision: str) -> Any:
    """Return a CudaEngine; torch is imported only where there is a GPU for it."""
    node = NodeParameters(device=options.device, precision=precision, lanes=2)
    return open_engine(node, options.cache_dir, lambda text: print(text, file=sys.stderr))


def _largest() -> list[Variant]:
    return [read_zoo(default_zoo_dir() / name)[-1] for name in (*_DETECTORS, _RECOGNISER)]


def network_figures(engine: Any, variant: Variant, cache_dir: Path, runs: int) -> NetworkFigures:
    """Measure a network, `runs` times each figure."""
    from rtmdl_ros.engine.cuda_timing import gpu_times, timed_job

    runner, cut = engine.load(variant, 1), engine.load(variant, _SEGMENTS)
    images = telling_input(variant)
    times = gpu_times(engine, variant, runner, runs)
    upload, response = timed_job(runner, images, runs)
    expected = load_runner(variant, 1, cache_dir).run(images)
    return NetworkFigures(
        network=f'{variant.network} {variant.id}',
        precision=runner.precision,
        segments=_SEGMENTS,
        launch=times_of(times.launch),
        kernels=times_of(times.kernels),
        longest_segment=_longest_segment(cut, images, runs),
        upload=times_of(upload),
        response=times_of(response),
        copies=times_of(times.copies),
        graphs=times_of(times.graphs),
        eager=times_of(times.eager),
        error=relative_error(expected, runner.run(images)),
        device_mb=runner.device_bytes / 1e6,
    )


def _longest_segment(runner: Any, images: Any, runs: int) -> Times:
    columns: list[list[float]] = [[] for _ in range(runner.segments)]
    for _ in range(_WARM_UP + runs):
        tensors = runner.start(images)
        for index, column in enumerate(columns):
            start = perf_counter()
            tensors = runner.run_segment(index, tensors)
            column.append(perf_counter() - start)
    return max((times_of(column[_WARM_UP:]) for column in columns), key=lambda each: each.p50_us)


def packing_figures(
    engine: Any, variants: Sequence[Variant], seconds: float, runs: int
) -> PackingFigures:
    """Run two networks in turns, then at once, each again and again; the first is urgent.

    First by this thread alone, `runs` times, to see what the GPU gives.
    """
    from rtmdl_ros.engine.cuda_timing import gains_of_one_thread

    urgent, other = (engine.load(variant, 1) for variant in variants)
    images = [telling_input(variant) for variant in variants]
    kernels_gain, one_thread_gain = gains_of_one_thread(engine, (urgent, other), images, runs)
    urgent = urgent.for_urgent()
    one, two = (
        partial(runner.run_segment, 0, runner.start(own))
        for runner, own in zip((urgent, other), images, strict=True)
    )
    for _ in range(_WARM_UP):
        one()
        two()
    alone = _loop(one, seconds)
    serial = 2 * len(_loop(lambda: (one(), two()), seconds))
    shorten_switch_interval()
    try:
        with ThreadPoolExecutor(1) as pool:
            other_loop = pool.submit(_loop, two, seconds)
            packed = _loop(one, seconds)
        beside = other_loop.result()
    finally:
        restore_switch_interval()
    first, second = (f'{variant.network} {variant.id}' for variant in variants)
    return PackingFigures(
        first, second, serial / seconds, (len(packed) + len(beside)) / seconds, times_of(alone),
        times_of(packed), kernels_gain, one_thread_gain,
    )  # fmt: skip


def _loop(call: Callable[[], object], seconds: float) -> list[float]:
    times = []
    now = perf_counter()
    end = now + seconds
    while now < end:
        call()
        before, now = now, perf_counter()
        times.append(now - before)
    return times


def same_frames(engine: Any, cache_dir: Path, count: int) -> float:
    """Return the share of frames in which each function finds the same on GPU and CPU."""
    pipelines = []
    for function in FUNCTIONS:
        best = ladder(function, default_zoo_dir())[-1]
        engines = (engine, OnnxEngine(cache_dir))
        pipelines.append([
            ResidentNetworks(best.variants, cache_dir, weigh=False, engine=each)
            .pipeline(function, best, 1) for each in engines
        ])  # fmt: skip
    same = [
        same_finds(*(run_whole(pipeline, frame) for pipeline in pair))
        for frame in everyday_frames(count)
        for pair in pipelines
    ]
    return sum(same) / len(same)


def _heading(network: str) -> str:
    task, _, kind = network.partition(' ')[0].rpartition('_')
    return f'{task}\n{kind}\n{network.partition(" ")[2]}'


def _cell(times: Times) -> str:
    return f'{times.p50_us:.0f} {times.p99_us:7.0f}'


def _print(
    networks: Sequence[NetworkFigures],
    packing: Sequence[PackingFigures],
    targets: Sequence[Target],
) -> None:
    for precision in dict.fromkeys(each.precision for each in networks):
        own = [each for each in networks if each.precision == precision]
        rows = [[name, *(_cell(getattr(each, field)) for each in own)] for field, name in _ROWS]
        rows += [
            ['beyond kernels', *(f'{each.overhead_us:.0f}' for each in own)],
            ['eager / graphs', *(f'{each.gain:.1f}' for each in own)],
            ['error', *(f'{each.error:.1g}' for each in own)],
            ['MB on the GPU', *(f'{each.device_mb:.0f}' for each in own)],
        ]
        columns = ('us: p50 p99', *(_heading(each.network) for each in own))
        print_table(f'One image, {precision} precision', columns, rows, _LEGEND)
    rows = [
        [each.urgent, f'{each.serial_per_s:.0f}', f'{each.packed_per_s:.0f}',
         f'{each.throughput:.2f}', f'{each.one_thread_gain:.2f}', f'{each.kernels_gain:.2f}',
         f'{each.slow_down:.2f}']
        for each in packing
    ]  # fmt: skip
    columns = (
        'urgent', 'serial\n/s', 'packed\n/s', 'packed\n/ serial', 'by one\nthread',
        'kernels\nalone', "urgent's p99,\npacked / alone",
    )  # fmt: skip
    print_table(
        'Two detectors, of the smallest and of the largest variants', columns, rows, _PACKING
    )
    rows = [
        [each.what, f'{each.found:.3g}', f'{"≥" if each.at_least else "≤"} {each.wanted:g}',
         'yes' if each.met else 'NO']
        for each in targets
    ]  # fmt: skip
    print_table('Targets', ('', 'found', 'wanted', 'met'), rows, 'Worst of all networks.')


if __name__ == '__main__':
    sys.exit(main())
