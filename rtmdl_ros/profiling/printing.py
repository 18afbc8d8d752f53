# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What `rtmdl profile` shows: how far it is, then tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from rtmdl_ros.perception.functions import FunctionVariant
from rtmdl_ros.profiling.figures import VariantFigures, figures_of, worst_slow_downs
from rtmdl_ros.profiling.measure import Progress as Report
from rtmdl_ros.profiling.profile import Profile

#: Pairs of networks that are shown.
_WORST = 5


@contextmanager
def measuring() -> Iterator[Report]:
    """Show a bar for each thing that is done, with the time left, on stderr."""
    time_left = TimeRemainingColumn(elapsed_when_finished=True)
    columns = (TextColumn('{task.description:24}'), BarColumn(), time_left)
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bars: dict[str, TaskID] = {}

        def report(what: str, share: float) -> None:
            if what not in bars:
                bars[what] = progress.add_task(what, total=1.0)
            progress.update(bars[what], completed=share)

        yield report


def print_profile(
    profile: Profile, functions: Mapping[str, Sequence[FunctionVariant]]
) -> None:
    """Print a table for each function and the worst slow-downs."""
    console = Console(highlight=False)
    for function, choices in functions.items():
        macs = {choice.name: choice.macs for choice in choices}
        table = _table(function)
        for variant in profile.functions[function]:
            table.add_row(*_cells(figures_of(profile, variant), macs[variant.name]))
        console.print(table)
    console.print('ms: processor time of one job alone, p50 and p95, summed over its stages')
    console.print('MB: alone on one lane; what networks compute in they share, once for each lane')
    _print_slow_downs(console, profile)


def _table(function: str) -> Table:
    # Without frame and with broken headings it fits 80 columns.
    headings = ('accu-\nracy', 'M\nMACs', 'CPU\nms', '\np95', 'lane\nms', '\np95', 'seg-\nments')
    table = Table(title=function, box=None, padding=(0, 1, 0, 0))
    table.add_column('variant', no_wrap=True)
    for heading in (*headings, '\nMB'):
        table.add_column(heading, justify='right', no_wrap=True)
    return table


def _cells(variant: VariantFigures, macs: int) -> tuple[str, ...]:
    return (
        variant.name,
        f'{variant.accuracy:.3f}',
        f'{macs / 1e6:.0f}' if macs else '-',
        f'{variant.cpu.p50_ms:.1f}',
        f'{variant.cpu.p95_ms:.1f}',
        f'{variant.accelerator.p50_ms:.1f}',
        f'{variant.accelerator.p95_ms:.1f}',
        f'{variant.segments}',
        f'{variant.memory_bytes / 1e6:.0f}',
    )


def _print_slow_downs(console: Console, profile: Profile) -> None:
    slow_downs = profile.slow_downs
    predicted = len(slow_downs.predicted)
    measured = len(slow_downs.factors) - predicted
    if not measured:
        console.print('slow-downs: none measured; two lanes would share nothing (--budget)')
        return
    console.print('most slowed down by a network beside it:')
    for worst in worst_slow_downs(profile, _WORST):
        console.print(f'{worst.factor:5.2f}  {worst.network}\n       {worst.beside}')
    console.print(f'slow-downs: {measured} measured, {predicted} predicted')
