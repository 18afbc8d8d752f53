# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl evaluate`: the zoo's figures on labelled data and pictures of its worst errors."""

import argparse
import json
import sys
from pathlib import Path

from rtmdl_ros.networks.zoo import Variant, ZooError, default_zoo_dir, read_zoo

EXAMPLES = """examples:
  rtmdl evaluate --data ../shared/data
      all networks on the public tests; pictures in out/evaluate
  rtmdl evaluate --data ../shared/data --network traffic_sign_recogniser --json figures.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl evaluate`."""
    parser.description = 'Measure networks of a zoo on labelled data, as the node runs them.'
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument('--data', type=Path, required=True, help='folder of the data sets')
    parser.add_argument('--zoo', type=Path, default=default_zoo_dir(), help='(default: shipped)')
    parser.add_argument('--network', default='all', help='one network (default: all)')
    parser.add_argument(
        '--split', choices=('val', 'test_public'), default='test_public',
        help='what to measure on (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--out', type=Path, default=Path('out/evaluate'), help='for pictures (default: %(default)s)'
    )
    parser.add_argument('--json', type=Path, help='also write the figures to this file')


def run(args: argparse.Namespace) -> int:
    """Print the figures; return 0, 1 where data or zoo are at fault, 2 for a wrong name."""
    from rtmdl_ros.scaling.errors import DataError

    try:
        variants = {variant.network: variant for variant in read_zoo(args.zoo)}
        if args.network not in ('all', *variants):
            print(f'--network {args.network}: choose all, {", ".join(variants)}', file=sys.stderr)
            return 2
        names = list(variants) if args.network == 'all' else [args.network]
        figures = _measure(variants, names, args)
    except (DataError, ZooError) as error:
        print(f'rtmdl evaluate: {error}', file=sys.stderr)
        return 1
    _print(figures)
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps(figures, indent=2) + '\n')
    return 0


def _measure(
    variants: dict[str, Variant], names: list[str], args: argparse.Namespace
) -> dict[str, dict[str, float]]:
    from rtmdl_ros.scaling import report

    measured = {}
    for name in names:
        measured[name] = report.network_report(variants[name], args.data, args.split, args.out)
    if {'traffic_sign_detector', 'traffic_sign_recogniser'} <= set(names):
        measured['traffic_sign'] = report.sign_task_report(
            variants['traffic_sign_detector'], variants['traffic_sign_recogniser'],
            args.data, args.split, args.out,
        )  # fmt: skip
    return measured


def _print(figures: dict[str, dict[str, float]]) -> None:
    from rich.console import Console
    from rich.table import Table

    for network, values in figures.items():
        table = Table('figure', 'value', title=network)
        for name, value in values.items():
            table.add_row(name, f'{value:.4f}')
        Console().print(table)
