# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl bench`: its options."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rtmdl_ros.workload.arguments import device, number, path, whole

_DESCRIPTION = """Run policies on the same frames at the same times with the same networks, round
after round in rotating order: ours beside those that teams use, the paper's as this project
reconstructs it, and what hindsight could give in simulation."""
_EXAMPLES = """examples:
  rtmdl bench
      lights and signs on one camera, all policies; some minutes
  rtmdl bench burst contended mode_change --rounds 7 --json figures.json
      what happens when something changes
  rtmdl bench f110 --utilization 0.5 0.75 1 1.25 1.5 1.75 2
      over the load of one lane by the largest variants
  rtmdl bench two_cameras --policies ablation
      ours with one part after the other left out
  rtmdl bench mixed
      beside them three networks of torchvision, untrained: their times are real, their
      accuracies assumed; the first run exports them for some minutes
  rtmdl bench f110 --frames ../shared/data/traffic_light ../shared/data/traffic_sign_frames/gtsdb
      cameras show real pictures with labels: what was really found, and found in time
  rtmdl bench mixed large_gpu --device cuda --utilization 1 1.5 2
      on a GPU, with loads that make its lanes contend: large_gpu is for one of a server
  rtmdl bench large_gpu --device cuda --variants 3 --rounds 2 --seconds 5
      the same where there is little time: capturing a network takes seconds
  rtmdl bench --quick
      a few seconds, to see that it works: its figures mean nothing
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl bench`."""
    parser.description = _DESCRIPTION
    parser.epilog = _EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        'workloads', nargs='*', default=['f110'], metavar='WORKLOAD',
        help='names in config/workloads or YAML files (default: f110)',
    )  # fmt: skip
    parser.add_argument(
        '--policies', nargs='+', metavar='NAME', default=['usual'],
        help='ros2_callback, ros2_callback_single, ros2_callback_onnx, ros2_callback_single_onnx;\n'
        'fifo, rm, edf, greedy_lanes, rtmdl_static, rtmdl, oracle; rm_smallest;\n'
        'rtmdl-no_packing, -no_choice, -no_discard, -no_segments, -no_joint; usual: the first\n'
        'eleven; callbacks: the first four; ablation: rtmdl and all rtmdl-... (default: usual)',
    )  # fmt: skip
    parser.add_argument(
        '--utilization', nargs='+', type=number(0.05, 10.0), metavar='U', default=[None],
        help='loads of one lane by the largest variants (default: that of the workload)',
    )  # fmt: skip
    parser.add_argument(
        '--frames', nargs='+', type=path, metavar='FOLDER', default=[],
        help='pictures that cameras show, with labels in COCO form; of splits, the test split\n'
        '(default: the rendered track, without labels)',
    )  # fmt: skip
    words = '(default: %(default)s)'
    parser.add_argument(
        '--device', type=device, metavar='NAME', default='cpu',
        help=f'auto, cpu, cuda, cuda:1; on a GPU lanes are its streams {words}',
    )  # fmt: skip
    parser.add_argument(
        '--seconds', type=number(0.2, 3600.0), metavar='S', default=10.0,
        help=f'length of each run {words}',
    )  # fmt: skip
    parser.add_argument(
        '--rounds', type=whole(1, 100), metavar='N', default=6,
        help='runs of each policy; below 6 are too few for 95 %% intervals: tables have the least\n'
        f'and the most of them {words}',
    )  # fmt: skip
    parser.add_argument(
        '--planning', type=number(0.1, 3600.0), metavar='S', default=5.0,
        help=f'time for each plan {words}',
    )  # fmt: skip
    parser.add_argument(
        '--variants', type=whole(1, 1000), metavar='N',
        help='of each function so many at most, the most accurate among them, to measure and to\n'
        'load fewer networks (default: all)',
    )  # fmt: skip
    parser.add_argument(
        '--quick', action='store_true',
        help='one round, at most 2 s a run and 0.5 s a plan, hardly measured before',
    )  # fmt: skip
    parser.add_argument('--json', type=path, metavar='FILE', help='write all figures here too')
    parser.add_argument(
        '--out', type=path, metavar='FOLDER', default=Path('out/bench'),
        help=f'figures, tables, pictures {words}',
    )  # fmt: skip
    parser.add_argument('--zoo', type=path, metavar='FOLDER', help='networks (default: shipped)')
    parser.add_argument(
        '--cache-dir', type=path, metavar='FOLDER', help="exported networks (default: the user's)"
    )


def run(options: argparse.Namespace) -> int:
    """Run and tell; returns 0, 1 where a run fails, 2 for what cannot be used."""
    from rtmdl_ros.bench.command import ExperimentError
    from rtmdl_ros.bench.contest_series import PolicyError, run_series, series_of
    from rtmdl_ros.bench.workload_file import WorkloadError
    from rtmdl_ros.engine.errors import EngineError
    from rtmdl_ros.networks.zoo import ZooError
    from rtmdl_ros.scaling.errors import DataError
    from rtmdl_ros.workload.text_file import unwritten

    try:
        series = series_of(options)
    except (WorkloadError, PolicyError) as error:
        print(f'rtmdl bench: {error}', file=sys.stderr)
        return 2
    try:
        run_series(series)
    except OSError as error:
        print(f'rtmdl bench: {unwritten(error)}', file=sys.stderr)
        return 1
    except (DataError, EngineError, ExperimentError, ZooError) as error:
        print(f'rtmdl bench: {error}', file=sys.stderr)
        return 1
    return 0
