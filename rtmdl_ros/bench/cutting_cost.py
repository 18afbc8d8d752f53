# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What cutting costs: `python3 -m rtmdl_ros.bench.cutting_cost`.

Times the largest variant of each network whole and in 2, 3 and 4 segments, taking turns, so that
whatever else the machine does meanwhile meets all of them alike.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.engine.cache import default_cache_dir, load_runner
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.onnx_runner import OnnxRunner
from rtmdl_ros.networks.zoo import Variant, ZooError, by_network, default_zoo_dir, read_zoo
from rtmdl_ros.workload.arguments import path, whole

COUNTS = (2, 3, 4)
WARM_UP = 5


def main(arguments: Sequence[str]) -> int:
    """Print the table. Returns 1, with one line, where a network cannot be loaded or cut."""
    parser = argparse.ArgumentParser(
        prog='python3 -m rtmdl_ros.bench.cutting_cost',
        description='Time the largest networks of a zoo whole and in segments, on one core.',
    )
    parser.add_argument(
        '--rounds', type=whole(1, 10**6), default=100, help='timings of each (default: 100)'
    )
    parser.add_argument('--cache-dir', type=path, default=default_cache_dir())
    parser.add_argument('--zoo', type=path, default=default_zoo_dir(), help='(default: shipped)')
    options = parser.parse_args(arguments)
    print(f'{"network":44} {"segments":>8} {"ms":>8} {"ratio":>7} {"longest ms":>11}')
    try:
        for own in by_network(read_zoo(options.zoo)).values():
            _print_variant(own[-1], options.cache_dir, options.rounds)
    except (EngineError, ZooError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _print_variant(variant: Variant, cache_dir: Path, rounds: int) -> None:
    name = f'{variant.network} {variant.id}'
    for count, segment_ms in _measure(variant, cache_dir, rounds).items():
        total = float(np.median(segment_ms.sum(axis=1)))
        if count == 1:
            whole = total
        longest = max(median(column) for column in segment_ms.T)
        print(f'{name:44} {count:8} {total:8.3f} {total / whole:7.3f} {longest:11.3f}')


def _measure(variant: Variant, cache_dir: Path, rounds: int) -> dict[int, NDArray[np.float64]]:
    """Return the ms of each segment, (rounds, segments), by the number of segments, 1 first."""
    runners = {count: load_runner(variant, count, cache_dir) for count in (1, *COUNTS)}
    shape = (1, variant.input_height, variant.input_width, 3)
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    rows: dict[int, list[list[float]]] = {count: [] for count in runners}
    for _ in range(WARM_UP + rounds):
        for count, runner in runners.items():
            rows[count].append(_time_segments(runner, images))
    return {count: np.array(row[WARM_UP:]) for count, row in rows.items()}


def _time_segments(runner: OnnxRunner, images: NDArray[np.uint8]) -> list[float]:
    tensors = runner.start(images)
    times = [perf_counter()]
    for index in range(runner.segments):
        tensors = runner.run_segment(index, tensors)
        times.append(perf_counter())
    return [1e3 * float(step) for step in np.diff(times)]


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
