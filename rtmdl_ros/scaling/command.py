# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl scale`: train networks and write them into the zoo. torch is imported only when run."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rtmdl_ros.networks.zoo import Variant, ZooError, read_zoo
from rtmdl_ros.workload.arguments import number, path, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from rtmdl_ros.scaling.lesson import Lesson
    from rtmdl_ros.scaling.publish import Made
    from rtmdl_ros.scaling.recipe import Recipe

    #: What is published: the lesson that examines weights, and how they came about.
    _Product = tuple[Lesson[Any], Mapping[str, Tensor], Made]

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
    parser.add_argument('--data', type=path, required=True, help='folder of the data sets')
    parser.add_argument(
        '--out', type=path, default=Path('zoo'), help='zoo to write to (default: %(default)s)'
    )
    parser.add_argument(
        '--storage-mb', type=number(0, 10_000), metavar='MB',
        help='what all variants of a network may take (default: 3 MB a detector, 2 the recogniser)',
    )  # fmt: skip
    parser.add_argument(
        '--only', metavar='ID', help='train this variant alone, such as w50_d1_320x416'
    )
    parser.add_argument(
        '--start', type=path, metavar='ZOO',
        help='begin with the weights of this zoo and not by chance: few own pictures do then',
    )  # fmt: skip
    parser.add_argument(
        '--download', action='store_true', help='first download GTSRB into --data (600 MB)'
    )
    parser.add_argument(
        '--work', type=path, default=Path('out/scaling'),
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
        '--average', type=path, nargs='+', metavar='ZOO',
        help='do not train, write the mean of the weights of these zoos',
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Train and publish; return 0, or 1 or 2 after one line on what is missing or wrong."""
    # Spinning OpenMP threads starve each other where cores are shared.
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
    import cv2
    import torch

    from rtmdl_ros.scaling.errors import DataError
    from rtmdl_ros.scaling.recipes import UnknownVariantError
    from rtmdl_ros.scaling.shortage import shortage
    from rtmdl_ros.scaling.storage import StorageError

    networks = NETWORKS if args.network == 'all' else (args.network,)
    wrong = _wrong_use(args, networks)
    if wrong:
        print(f'rtmdl scale: {wrong}', file=sys.stderr)
        return 2
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    try:
        _scale_all(networks, args)
    except (DataError, StorageError, UnknownVariantError, ZooError) as error:
        print(f'rtmdl scale: {error}', file=sys.stderr)
        return 2 if isinstance(error, UnknownVariantError) else 1
    except (OSError, RuntimeError) as error:
        told = shortage(error)
        if told is None and isinstance(error, RuntimeError):
            raise
        print(f'rtmdl scale: {told or error}', file=sys.stderr)
        return 1
    return 0


def _wrong_use(args: argparse.Namespace, networks: Sequence[str]) -> str | None:
    """Return which options do not go with this machine or with each other; None: all do."""
    import torch

    if args.device == 'cuda' and not torch.cuda.is_available():
        return '--device cuda: torch finds no GPU; give auto or cpu'
    training = [name for name in _OF_TRAINING if getattr(args, name)]
    if args.average and training:
        return f'--average trains nothing; leave out --{training[0]}'
    for network in networks if args.start else ():
        # Without what it began with a run cannot be gone on with.
        if (args.start / network).resolve() == (args.out / network).resolve():
            problem = f'--start and --out are one folder, {args.start / network}, to be replaced'
            return f'{problem}; give another --out'
    return None


def _scale_all(networks: Sequence[str], args: argparse.Namespace) -> None:
    from rtmdl_ros.scaling.crop_folder import download_gtsrb
    from rtmdl_ros.scaling.folders import check_name, tried

    # What is wrong with a bound, or with the data of one network, is told before hours of another.
    recipes = [_recipe(network, args) for network in networks]
    check_name('--data', args.data)
    with tried('--out', args.out), tried('--work', args.work):
        if args.download:
            download_gtsrb(args.data)
        for recipe in recipes[1:] if _trains(args) else ():
            recipe.lesson(recipe, args.data, args.work, args.seed)
        for recipe in recipes:
            _print(_scale(recipe, args))


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


def _trains(args: argparse.Namespace) -> bool:
    return not (args.average or args.publish)


def _scale(recipe: Recipe, args: argparse.Namespace) -> tuple[Variant, ...]:
    from rtmdl_ros.scaling.publish import publish
    from rtmdl_ros.scaling.run_files import held

    work = args.work / '_'.join(filter(None, (recipe.network, args.only)))
    # The best weights so far can be published while their run goes on.
    with held(work) if _trains(args) else nullcontext():
        lesson, weights, made = (
            _averaged(recipe, args) if args.average else _learned(recipe, work, args)
        )
        return publish(recipe, lesson, weights, data=args.data, work=work, zoo=args.out, made=made)


def _averaged(recipe: Recipe, args: argparse.Namespace) -> _Product:
    from rtmdl_ros.scaling.averaging import mean_weights, trainings
    from rtmdl_ros.scaling.publish import Made
    from rtmdl_ros.scaling.train import check_reach

    folders = [zoo / recipe.network for zoo in args.average]
    weights = mean_weights(folders)  # what is wrong is told before minutes of rendering
    lesson = recipe.lesson(recipe, args.data, args.work, args.seed)
    check_reach(weights, lesson, folders[0])
    made = Made(_command_line(recipe, args), {'averaged': trainings(folders)})
    return lesson, weights, made


def _learned(recipe: Recipe, work: Path, args: argparse.Namespace) -> _Product:
    """Train or, to publish only, read what has been learned so far."""
    import torch

    from rtmdl_ros.networks.build import shared_weights
    from rtmdl_ros.scaling.origin import origin_of
    from rtmdl_ros.scaling.publish import Made
    from rtmdl_ros.scaling.train import best_so_far, train

    schedule, start = recipe.schedule, None
    if args.start:
        start = shared_weights(read_zoo(args.start / recipe.network))
        schedule = schedule.of_trained()
    lesson = recipe.lesson(recipe, args.data, args.work, args.seed)
    if args.publish:
        origin = origin_of(lesson.data_checksum, args.seed, start, lesson.sizes, lesson.scales)
        trained = best_so_far(work, lesson, origin)
    else:
        cuda = args.device != 'cpu' and torch.cuda.is_available()
        device = torch.device('cuda' if cuda else 'cpu')
        trained = train(lesson, schedule, work, args.seed, device, start)
    told = {'seed': args.seed, 'steps': trained.steps, 'best_step': trained.best_step}
    made = Made(_command_line(recipe, args, trained.steps), told | {'batch': schedule.batch})
    return lesson, trained.weights, made


def _command_line(recipe: Recipe, args: argparse.Namespace, steps: int | None = None) -> str:
    """Return what to type to make the same again, trained by a schedule of so many steps."""
    words = ['rtmdl', 'scale', recipe.network, '--data', args.data]
    words += ['--storage-mb', f'{recipe.storage_mb:g}']
    options = {
        'only': args.only, 'start': args.start, 'steps': steps, 'seed': args.seed,
        'out': args.out,
    }  # fmt: skip
    for name, value in options.items():
        if value is not None:
            words += [f'--{name}', value]
    if args.average:
        words += ['--average', *args.average]
    return shlex.join(map(str, words))


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
