# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the commands of all experiments have in common: options, progress, table, JSON, errors."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rtmdl_ros.engine.cache import default_cache_dir
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.evidence.interruption import INTERRUPTED, interruptible
from rtmdl_ros.networks.zoo import ZooError
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.workload.arguments import path, positive
from rtmdl_ros.workload.places import try_files, try_folder
from rtmdl_ros.workload.text_file import unwritten, write_whole

#: Is told how many seconds (or whatever is counted) more have passed.
Advance = Callable[[float], None]
#: Is told what is being done.
Tell = Callable[[str], None]
#: The narrowest terminal that people use, and where there is none.
_WIDTH = 80


class ExperimentError(Exception):
    """An experiment that cannot be done as asked; the text names the remedy."""


def experiment_parser(name: str, description: str, examples: str) -> argparse.ArgumentParser:
    """Return a parser with the options that all experiments have."""
    parser = argparse.ArgumentParser(
        prog=f'python3 -m rtmdl_ros.bench.{name}',
        description=description,
        epilog=f'examples:\n{examples}',
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--out', type=path, metavar='FOLDER', default=Path('out/bench'),
        help='where figures and pictures go (default: %(default)s)',
    )  # fmt: skip
    parser.add_argument(
        '--cache-dir', type=path, metavar='FOLDER', default=default_cache_dir(),
        help='exported networks (default: %(default)s)',
    )  # fmt: skip
    return parser


def add_number(
    parser: argparse.ArgumentParser, option: str, default: float, words: str
) -> None:
    """Add an option that takes a number above 0."""
    words += ' (default: %(default)s)'
    parser.add_argument(option, type=positive, metavar='N', default=default, help=words)


def run_experiment(
    parser: argparse.ArgumentParser, options: argparse.Namespace, run: Callable[[], bool]
) -> int:
    """Return 0 where `run` returns True, else 1; what it cannot do is told in one line.

    That `options.json` or `options.out` can be written, where there are such, is tried before.
    Returns 130 where Ctrl-C, SIGTERM or SIGHUP ended it.
    """
    try:
        with interruptible():
            _try_places(options)
            return 0 if run() else 1
    except KeyboardInterrupt:
        print(f'{parser.prog}: interrupted', file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        print(f'{parser.prog}: {unwritten(error)}', file=sys.stderr)
    except (EngineError, ZooError, ExperimentError) as error:
        print(f'{parser.prog}: {error}', file=sys.stderr)
    return 1


def _try_places(options: argparse.Namespace) -> None:
    """Raise PlaceError where figures cannot go; with --json nothing is written into --out."""
    if getattr(options, 'json', None):
        try_files({'--json': options.json})
    elif getattr(options, 'out', None):
        try_folder('--out', options.out)


@contextmanager
def progress_bar(title: str, total: float) -> Iterator[Advance]:
    """Show on stderr how much of `total` is done."""
    with telling(title, total) as (_, advance):
        yield advance


@contextmanager
def telling(title: str, total: float) -> Iterator[tuple[Tell, Advance]]:
    """Show on stderr what is being done and how much of `total` is."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(title, total=total)
        yield (
            lambda words: progress.update(bar, description=f'{title}: {words}'),
            lambda more: progress.advance(bar, more),
        )


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], caption: str
) -> None:
    """Print a table, its first column to the left and whole, and the machine under it."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify='left', box=None, padding=(0, 1, 0, 0))
    table.add_column(columns[0], no_wrap=True, min_width=_widest([row[0] for row in rows]))
    for column in columns[1:]:
        table.add_column(column, justify='right')
    for row in rows:
        table.add_row(*row)
    # Headings are broken, not figures; brackets are those of intervals.
    width = max(_WIDTH, Console().width) if sys.stdout.isatty() else _WIDTH
    console = Console(highlight=False, markup=False, width=width)
    console.print(table)
    console.print(f'{device_name()}. {caption}')


def _widest(cells: Sequence[str]) -> int:
    return max((len(line) for cell in cells for line in cell.splitlines()), default=0)


def write_json(path: Path, figures: Mapping[str, object]) -> None:
    """Write figures and the machine to `path`, whole; makes its folder. Raises OSError."""
    document = {'machine': device_name(), **figures}
    write_whole(path, json.dumps(document, indent=2) + '\n')
    print(f'figures: {path}')
