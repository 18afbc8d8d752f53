# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl evaluate`: the zoo's figures on labelled data, pictures of its ladder and its errors."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rtmdl_ros.networks.zoo import Variant, ZooError, by_network, default_zoo_dir, read_zoo
from rtmdl_ros.workload.arguments import path
from rtmdl_ros.workload.places import try_files, try_folder
from rtmdl_ros.workload.text_file import unwritten, write_whole

#: The task of which one finds signs and the other one names them.
_SIGN_TASK, _SIGN_NETWORKS = 'traffic_sign', ('traffic_sign_detector', 'traffic_sign_recogniser')
EXAMPLES = """examples:
  rtmdl evaluate --data ../shared/data
      the largest variants on the public tests; pictures in out/evaluate
  rtmdl evaluate --data ../shared/data --network traffic_light_detector --variant all
      every variant with its time on this machine, and a picture of accuracy against cost
  rtmdl evaluate --data ../shared/data --network traffic_sign_recogniser --json figures.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl evaluate`."""
    parser.description = 'Measure networks of a zoo on labelled data, as the node runs them.'
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument('--data', type=path, required=True, help='folder of the data sets')
    parser.add_argument('--zoo', type=path, default=default_zoo_dir(), help='(default: shipped)')
    parser.add_argument('--network', default='all', help='one network (default: all)')
    parser.add_argument(
        '--variant', default='largest', metavar='ID',
        help='largest, all, or the id of one variant (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--split', choices=('val', 'test_public'), default='test_public',
        help='what to measure on (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--out', type=path, default=Path('out/evaluate'), help='for pictures (default: %(default)s)'
    )
    parser.add_argument('--json', type=path, help='also write the figures to this file')


def run(args: argparse.Namespace) -> int:
    """Print the figures; return 0, 1 where data or zoo are at fault, 2 for a wrong name.

    Of all networks those that the data are not for are left out, with a line for each.
    """
    from rtmdl_ros.scaling.errors import DataError
    from rtmdl_ros.scaling.folders import check_name

    try:
        check_name('--zoo', args.zoo)
        check_name('--data', args.data)
        if not args.data.is_dir():
            raise DataError(args.data, 'is no folder', 'give --data the folder of the data sets')
        chosen = _chosen(read_zoo(args.zoo), args.network, args.variant)
        if not chosen:
            return 2
        try_folder('--out', args.out)
        try_files({'--json': args.json}, {'--data': args.data, '--zoo': args.zoo})
        figures = _measure(chosen, args)
        if args.json and figures:
            write_whole(args.json, json.dumps(figures, indent=2) + '\n')
    except (DataError, ZooError, OSError) as error:
        _refuse(unwritten(error) if isinstance(error, OSError) else str(error))
        return 1
    return 0 if figures else 1


def _chosen(
    variants: Sequence[Variant], network: str, variant: str
) -> dict[str, tuple[Variant, ...]]:
    """Return the variants to measure by network; none, after a line, for a name there is not."""
    networks = by_network(variants)
    if network not in ('all', *networks):
        _refuse(f'--network {network}: choose all, {", ".join(networks)}')
        return {}
    chosen = {}
    for name, own in networks.items():
        some = {'all': own, 'largest': own[-1:]}.get(variant) or tuple(
            each for each in own if each.id == variant
        )
        if network in ('all', name) and some:
            chosen[name] = some
    if not chosen:
        ids = [each.id for each in networks.get(network, ())]
        _refuse(f'--variant {variant}: choose all, largest, {", ".join(ids)}')
    return chosen


def _refuse(text: str) -> None:
    print(f'rtmdl evaluate: {text}', file=sys.stderr)


def _measure(
    chosen: dict[str, tuple[Variant, ...]], args: argparse.Namespace
) -> dict[str, dict[str, float]]:
    """Measure and print network by network; raises DataError for the one that was asked for."""
    from rtmdl_ros.scaling.errors import DataError
    from rtmdl_ros.scaling.own_data import is_own

    measured: dict[str, dict[str, float]] = {}
    left_out: set[str] = set()
    for name in (*chosen, _SIGN_TASK):
        # Own pictures do not tell which sign a frame's boxes hold.
        both = set(_SIGN_NETWORKS) <= chosen.keys() - left_out and not is_own(args.data)
        if name == _SIGN_TASK and not both:
            continue
        try:
            figures = _figures(name, chosen, args)
        except DataError as error:
            if args.network != 'all':
                raise
            _refuse(f'{error}; {name} is left out, --network chooses one')
            left_out.add(name)
            continue
        _print(figures)
        measured |= figures
    return measured


def _figures(
    name: str, chosen: dict[str, tuple[Variant, ...]], args: argparse.Namespace
) -> dict[str, dict[str, float]]:
    """Return the figures of a network, or of the task that two of them do together."""
    from rtmdl_ros.scaling import report

    where = (args.data, args.split, args.out)
    if name == _SIGN_TASK:
        detector, recogniser = (chosen[network][-1] for network in _SIGN_NETWORKS)
        return {name: report.sign_task_report(detector, recogniser, *where)}
    variants = chosen[name]
    if len(variants) > 1:
        return report.ladder_report(variants, *where)
    return {name: report.network_report(variants[0], *where)}


def _print(figures: dict[str, dict[str, float]]) -> None:
    """Print all figures of networks, and of ladders a line a variant with those that matter."""
    from rich.console import Console
    from rich.table import Table

    ladder = {name: values for name, values in figures.items() if 'inference_ms' in values}
    for name in figures.keys() - ladder.keys():
        table = Table('figure', 'value', title=name)
        for figure, value in figures[name].items():
            table.add_row(figure, f'{value:.4f}')
        Console().print(table)
    for network in dict.fromkeys(name.split()[0] for name in ladder):
        rows = {n.split()[1]: values for n, values in ladder.items() if n.split()[0] == network}
        kinds = ('inference_ms', 'million_macs', 'map50', 'top1', 'f1')
        names = [name for name in next(iter(rows.values())) if name.endswith(kinds)]
        table = Table('variant', *(name.replace('_', ' ') for name in names), title=network)
        for variant, values in rows.items():
            table.add_row(variant, *(f'{values[name]:.4g}' for name in names))
        Console().print(table)
