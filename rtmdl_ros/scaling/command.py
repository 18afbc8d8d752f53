# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl scale`: train networks and write them into the zoo. torch is imported only when run."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from rtmdl_ros.networks.zoo import Variant, default_zoo_dir

NETWORKS = ('traffic_light_detector', 'traffic_sign_detector', 'traffic_sign_recogniser')
DESCRIPTION = 'Train networks and write weights, thresholds and figures into the zoo.'
EXAMPLES = """examples:
  rtmdl scale all --data ../shared/data --out rtmdl_ros/zoo
      reproduce the shipped weights (about two hours on two cores; a stopped run goes on)
  rtmdl scale traffic_light_detector --data ../shared/data --out /tmp/zoo --steps 200
      a quick try of one network
  rtmdl scale all --data ../shared/data --out /tmp/zoo --publish
      write the best weights so far of runs that are under way or were stopped
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl scale`."""
    parser.description = DESCRIPTION
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument('network', choices=('all', *NETWORKS), help='which network to train')
    parser.add_argument('--data', type=Path, required=True, help='folder of the data sets')
    parser.add_argument(
        '--out', type=Path, default=default_zoo_dir(), help='zoo to write to (default: %(default)s)'
    )
    parser.add_argument(
        '--storage-mb', type=float, metavar='MB',
        help='what all variants of a network may take (default: 3 MB a detector, 2 the recogniser)',
    )  # fmt: skip
    parser.add_argument(
        '--work', type=Path, default=Path('out/scaling'),
        help='checkpoints, rendered pictures and logs (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument('--seed', type=int, default=1, help='seed of all chance (default: 1)')
    parser.add_argument('--steps', type=int, help="train so many steps, not the recipe's")
    parser.add_argument(
        '--threads', type=int, default=os.cpu_count() or 1, help='threads of torch (default: all)'
    )
    parser.add_argument(
        '--device', choices=('auto', 'cpu', 'cuda'), default='auto',
        help='where to train; auto: on a GPU if there is one (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--publish', action='store_true', help='do not train, write the best weights so far'
    )


def run(args: argparse.Namespace) -> int:
    """Train and publish; return 0, or 1 after one line on what is missing or too small."""
    # Spinning OpenMP threads starve each other where cores are shared.
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
    import cv2
    import torch

    from rtmdl_ros.scaling.errors import DataError
    from rtmdl_ros.scaling.storage import StorageError

    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    networks = NETWORKS if args.network == 'all' else (args.network,)
    try:
        for network in networks:
            _print(_scale(network, args))
    except (DataError, StorageError) as error:
        print(f'rtmdl scale: {error}', file=sys.stderr)
        return 1
    return 0


def _scale(network: str, args: argparse.Namespace) -> tuple[Variant, ...]:
    import torch

    from rtmdl_ros.scaling.publish import publish
    from rtmdl_ros.scaling.recipes import RECIPES, shortened
    from rtmdl_ros.scaling.train import best_so_far, train

    recipe = RECIPES[network]
    if args.steps is not None:
        recipe = shortened(recipe, args.steps)
    if args.storage_mb is not None:
        recipe = replace(recipe, storage_mb=args.storage_mb)
    recipe.scales()  # a bound that is too small is told before data are read
    work = args.work / network
    lesson = recipe.lesson(recipe, args.data, args.work, args.seed)
    if args.publish:
        weights = best_so_far(work)
    else:
        cuda = args.device == 'cuda' or (args.device == 'auto' and torch.cuda.is_available())
        device = torch.device('cuda' if cuda else 'cpu')
        weights = train(lesson, recipe.schedule, work, args.seed, device)
    return publish(
        recipe, lesson, weights, data=args.data, work=args.work, zoo=args.out, seed=args.seed
    )


def _print(variants: tuple[Variant, ...]) -> None:
    """Print the ladder, the figures that matter."""
    from rich.console import Console
    from rich.table import Table

    first = variants[0]
    names = [name for name in first.accuracy if name.endswith(('_map50', '_top1'))]
    table = Table(title=first.network)
    for column in ('variant', 'M parameters', 'M MACs', 'threshold', *names):
        table.add_column(column.replace('_', ' '), justify='right')
    for variant in variants:
        sizes = (f'{variant.parameters / 1e6:.2f}', f'{variant.macs / 1e6:.1f}')
        figures = (f'{variant.accuracy[name]:.4f}' for name in names)
        table.add_row(variant.id, *sizes, f'{variant.score_threshold:g}', *figures)
    Console().print(table)
