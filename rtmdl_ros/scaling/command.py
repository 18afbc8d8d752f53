# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl scale`: train networks and write them into the zoo. torch is imported only when run."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rtmdl_ros.networks.zoo import Variant, ZooError, default_zoo_dir, read_zoo
from rtmdl_ros.workload.arguments import number, whole
from rtmdl_ros.workload.places import try_folder

if TYPE_CHECKING:
    from rtmdl_ros.scaling.recipes import Recipe

#: Options that make no sense where nothing is trained.
_OF_TRAINING = ('publish', 'start', 'steps', 'only')
NETWORKS = ('traffic_light_detector', 'traffic_sign_detector', 'traffic_sign_recogniser')
DESCRIPTION = (
    'Train networks, all variants of each as slices of one, and write those that are worth their '
    'storage into the zoo, with thresholds and figures.'
)
EXAMPLES = """examples:
  rtmdl scale all --data ../shared/data --out rtmdl_ros/zoo
      networks anew, as the shipped ones began (many hours on two cores; a stopped run goes on;
      what came after that is told in index.json: --start, --average)
  rtmdl scale traffic_light_detector --data track --start rtmdl_ros/zoo --out zoo --steps 1500
      learn your own pictures: track/train and track/valid in COCO's form, or track/data.yaml
      in YOLO's; red, yellow, green, off are the classes
  rtmdl scale traffic_sign_recogniser --data gtsrb --download --storage-mb 0.5 --out zoo
      GTSRB from the internet, all variants in half a megabyte
  rtmdl scale traffic_light_detector --data ../shared/data --out /tmp/zoo --steps 200
      a quick try of one network
  rtmdl scale all --data ../shared/data --out /tmp/zoo --publish
      write the best weights so far of runs that are under way or were stopped
  rtmdl scale traffic_light_detector --data track --average zoo1 zoo2 --out zoo
      one network from two that were trained with other --seed from the same --start
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
        '--storage-mb', type=number(0, 10_000), metavar='MB',
        help='what all variants of a network may take (default: 3 MB a detector, 2 the recogniser)',
    )  # fmt: skip
    parser.add_argument(
        '--only', metavar='ID', help='train this variant alone, such as w50_d1_320x416'
    )
    parser.add_argument(
        '--start', type=Path, metavar='ZOO',
        help='begin with the weights of this zoo and not by chance: few own pictures do then',
    )  # fmt: skip
    parser.add_argument(
        '--download', action='store_true', help='first download GTSRB into --data (600 MB)'
    )
    parser.add_argument(
        '--work', type=Path, default=Path('out/scaling'),
        help='checkpoints, rendered pictures and logs (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--seed', type=whole(0, 2**32 - 1), default=1, help='seed of all chance (default: 1)'
    )
    parser.add_argument(
        '--steps', type=whole(1, 10**9), help="train so many steps, not the recipe's"
    )
    parser.add_argument(
        '--threads', type=whole(1, 1024), default=os.cpu_count() or 1,
        help='threads of torch (default: all)',
    )  # fmt: skip
    parser.add_argument(
        '--device', choices=('auto', 'cpu', 'cuda'), default='auto',
        help='where to train; auto: on a GPU if there is one (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--publish', action='store_true', help='do not train, write the best weights so far'
    )
    parser.add_argument(
        '--average', type=Path, nargs='+', metavar='ZOO',
        help='do not train, write the mean of the weights of these zoos',
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Train and publish; return 0, or 1 or 2 after one line on what is missing or wrong."""
    # Spinning OpenMP threads starve each other where cores are shared.
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
    import cv2
    import torch

    from rtmdl_ros.scaling.errors import DataError
    from rtmdl_ros.scaling.folders import check_name
    from rtmdl_ros.scaling.recipes import UnknownVariantError
    from rtmdl_ros.scaling.storage import StorageError

    if args.device == 'cuda' and not torch.cuda.is_available():
        print('rtmdl scale: --device cuda: torch finds no GPU; give auto or cpu', file=sys.stderr)
        return 2
    training = [name for name in _OF_TRAINING if getattr(args, name)]
    if args.average and training:
        print(f'rtmdl scale: --average trains nothing; leave out --{training[0]}', file=sys.stderr)
        return 2
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    networks = NETWORKS if args.network == 'all' else (args.network,)
    try:
        for network in networks:
            _recipe(network, args)  # a bound that is too small is told before anything is done
        check_name('--data', args.data)
        try_folder('--out', args.out)
        try_folder('--work', args.work)
        for network in networks:
            _print(_scale(network, args))
    except (DataError, StorageError, UnknownVariantError, ZooError, OSError) as error:
        print(f'rtmdl scale: {error}', file=sys.stderr)
        return 2 if isinstance(error, UnknownVariantError) else 1
    return 0


def _recipe(network: str, args: argparse.Namespace) -> Recipe:
    """Return the network's recipe as the arguments change it."""
    from rtmdl_ros.scaling.recipes import RECIPES, only, shortened

    recipe = RECIPES[network]
    if args.steps is not None:
        recipe = shortened(recipe, args.steps)
    if args.storage_mb is not None:
        recipe = replace(recipe, storage_mb=args.storage_mb)
    if args.only is not None:
        recipe = only(recipe, args.only)
    recipe.scales()  # raises for a bound that is too small
    return recipe


def _scale(network: str, args: argparse.Namespace) -> tuple[Variant, ...]:
    import torch

    from rtmdl_ros.networks.build import shared_weights
    from rtmdl_ros.scaling.averaging import mean_weights, trainings
    from rtmdl_ros.scaling.crop_folder import download_gtsrb
    from rtmdl_ros.scaling.origin import origin_of
    from rtmdl_ros.scaling.publish import Made, publish
    from rtmdl_ros.scaling.train import best_so_far, check_reach, train

    recipe = _recipe(network, args)
    work = args.work / '_'.join(filter(None, (network, args.only)))
    if args.download:
        download_gtsrb(args.data)
    schedule, start = recipe.schedule, None
    if args.start:
        schedule, start = schedule.of_trained(), shared_weights(read_zoo(args.start / network))
    averaged = [zoo / network for zoo in args.average or ()]
    if averaged:  # what is wrong with them is told before minutes of rendering
        weights = mean_weights(averaged)
    lesson = recipe.lesson(recipe, args.data, args.work, args.seed)
    if averaged:
        check_reach(weights, lesson, averaged[0])
    elif args.publish:
        origin = origin_of(lesson.data_checksum, args.seed, start, lesson.sizes, lesson.scales)
        weights = best_so_far(work, lesson, origin)
    else:
        cuda = args.device != 'cpu' and torch.cuda.is_available()
        device = torch.device('cuda' if cuda else 'cpu')
        weights = train(lesson, schedule, work, args.seed, device, start)
    command = _command_line(network, args, recipe.storage_mb)
    made = Made(args.seed, command, trainings(averaged))
    return publish(recipe, lesson, weights, data=args.data, work=work, zoo=args.out, made=made)


def _command_line(network: str, args: argparse.Namespace, storage_mb: float) -> str:
    """Return what to type to train the same again."""
    words = [f'rtmdl scale {network} --data {args.data} --storage-mb {storage_mb:g}']
    for name in ('only', 'start', 'steps', 'seed'):
        value = getattr(args, name)
        if value is not None:
            words.append(f'--{name} {value}')
    if args.average:
        words.append(f'--average {" ".join(map(str, args.average))}')
    return ' '.join(words)


def _print(variants: tuple[Variant, ...]) -> None:
    """Print the ladder, the figures that matter."""
    from rich.console import Console
    from rich.table import Table

    first = variants[0]
    names = [name for name in first.accuracy if name.endswith(('_map50', '_top1'))]
    table = Table(title=first.network)
    table.add_column('variant', min_width=max(len(variant.id) for variant in variants))
    for column in ('M parameters', 'M MACs', 'threshold', *names):
        table.add_column(column.replace('_', ' '), justify='right')
    for variant in variants:
        sizes = (f'{variant.parameters / 1e6:.2f}', f'{variant.macs / 1e6:.1f}')
        figures = (f'{variant.accuracy[name]:.4f}' for name in names)
        table.add_row(variant.id, *sizes, f'{variant.score_threshold:g}', *figures)
    Console().print(table)
