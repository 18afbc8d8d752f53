# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`make soak`: the node for half an hour under random faults; exit status 1 where it fails."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from rtmdl_ros.evidence.domains import domain_id, free_domain_id
from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.evidence.interruption import interruptible
from rtmdl_ros.evidence.written import Written
from rtmdl_ros.node.environment import fastdds_profile, ros_environment
from rtmdl_ros.node.soak.faults import FAULTS
from rtmdl_ros.node.soak.picture import SUFFIXES, draw_soak
from rtmdl_ros.node.soak.result import Check, FaultRecord, SoakResult, checks
from rtmdl_ros.node.soak.run import STARTING, Soak, SoakOptions
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.workload.arguments import number, path, whole
from rtmdl_ros.workload.places import PlaceError, try_files
from rtmdl_ros.workload.text_file import write_whole

_EXAMPLES = """examples:
  make soak
  make soak ARGS='--minutes 5 --seed 7 --json /tmp/soak.json --picture /tmp/soak.png'
"""
#: Share of a run, and least time, that the node gets to fill what it keeps, as its trace.
_WARM_UP, _LEAST_WARM_UP_S = 1 / 3, 30.0
_VERDICTS = {True: ('ok', 'green'), False: ('FAILED', 'bold red'), None: ('too short', 'yellow')}


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak and tell; returns 0 where all holds, 1 where something does not, 2 for wrong use."""
    options = _options(arguments)
    console = Console(highlight=False)
    duration_s = 60.0 * options.minutes
    os.environ.update(ros_environment(options.domain_id, fastdds_profile()))
    with tempfile.TemporaryDirectory(prefix='rtmdl_soak_') as folder:
        soak_options = SoakOptions(
            duration_s, options.seed, Path(folder), options.log, options.domain_id,
            warm_up_s=max(_LEAST_WARM_UP_S, _WARM_UP * duration_s),
        )  # fmt: skip
        try:
            with interruptible():
                result = _soak(soak_options, console)
        except (EvidenceError, OSError) as error:
            console.print(f'soak: {error}', markup=False)
            return 1
        except KeyboardInterrupt:
            console.print('soak: broken off; there is no result')
            return 1
    return _told(result, options, console)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog='python3 -m rtmdl_ros.node.soak',
        description='Run the node under random faults and check that it does not mind.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add('--minutes', type=number(1e-3, 1e4), default=30.0, help='how long (%(default)g)')
    add('--seed', type=whole(0, 2**31 - 1), default=1, help='which faults, when (%(default)s)')
    add('--json', type=path, metavar='FILE', help='write all figures there; absolute under make')
    add(
        '--picture', type=path, metavar='FILE', default=Path('/tmp/rtmdl_soak.png'),
        help='memory, misses and faults over time (%(default)s)',
    )  # fmt: skip
    add(
        '--log', type=path, metavar='FILE', default=Path('/tmp/rtmdl_soak_node.log'),
        help="keep the node's log there (%(default)s)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    _check_files(parser, options)
    options.domain_id = _domain_id(parser)
    return options


def _check_files(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with 2 where a file could not be written after the soak."""
    if options.picture.suffix.lower() not in SUFFIXES:
        parser.error(f'--picture {options.picture}: give a name in {", ".join(SUFFIXES)}')
    try:
        try_files({name: getattr(options, name[2:]) for name in ('--json', '--picture', '--log')})
    except PlaceError as error:
        parser.error(str(error))


def _domain_id(parser: argparse.ArgumentParser) -> int:
    """Return the ROS domain of the environment, else a free one; ends with 2 for no domain."""
    given = os.environ.get('ROS_DOMAIN_ID')
    try:
        return domain_id(given) if given else free_domain_id(os.getpid())
    except argparse.ArgumentTypeError as error:
        parser.error(f'ROS_DOMAIN_ID is {error}, or unset it')


def _soak(options: SoakOptions, console: Console) -> SoakResult:
    columns = (TextColumn('{task.description:24}'), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        shown = bar.add_task('', total=options.duration_s)

        def progress(seconds: float, what: str) -> None:
            started = what != STARTING
            bar.update(shown, completed=seconds if started else 0.0, description=what)

        def tell(fault: FaultRecord) -> None:
            console.print(_fault_line(fault), soft_wrap=True, markup=False)

        with Soak(options, progress, tell) as soak:
            return soak.run()


def _told(result: SoakResult, options: argparse.Namespace, console: Console) -> int:
    """Write, print, and return the exit status."""
    verdicts, written = tuple(checks(result)), Written()
    # First: nothing that comes after it can cost what took half an hour.
    if options.json is not None:
        with written.writing(options.json):
            write_whole(options.json, _json(result, verdicts))
    with written.writing(options.picture):
        draw_soak(result, options.picture)
    console.print(_fault_table(result))
    console.print(_check_table(verdicts))
    jobs = ', '.join(f'{count} {name.replace("_", " ")}' for name, count in result.jobs.items())
    console.print(f'{result.duration_s:.0f} s, seed {result.seed}; jobs: {jobs}')
    console.print(device_name())
    for text in (*result.books, *result.conduct):
        console.print(f'  {text}', markup=False)
    files = ', '.join(map(str, (*written.files, options.log)))
    console.print(f'written: {files}', markup=False, soft_wrap=True)
    for problem in written.problems:
        console.print(f'soak: {problem}', markup=False, soft_wrap=True)
    failed = [check.name for check in verdicts if check.passed is False]
    if failed:
        console.print(f'FAILED: {", ".join(failed)}', style='bold red')
    return 1 if failed or written.problems else 0


def _json(result: SoakResult, verdicts: Sequence[Check]) -> str:
    content = {
        **asdict(result),
        'slope_mb_per_10_min': result.slope[0],
        'device': device_name(),
        'checks': [asdict(check) for check in verdicts],
    }
    return json.dumps(content, indent=1) + '\n'


def _fault_line(fault: FaultRecord) -> str:
    took_s = fault.recovered_s
    well = 'NEVER RECOVERED' if took_s is None else f'recovered {took_s:.2f} s later'
    detail = f': {fault.detail}' if fault.detail else ''
    return f'{fault.begin_s:6.1f} to {fault.end_s:6.1f} s, {well}  {fault.name}{detail}'


def _fault_table(result: SoakResult) -> Table:
    table = Table(title='Faults', title_justify='left', box=box.SIMPLE_HEAD)
    table.add_column('fault', no_wrap=True)
    for name in ('times', 'together, s', 'recovered within, s', 'never recovered'):
        table.add_column(name, justify='right')
    for name in FAULTS:
        faults = [fault for fault in result.faults if fault.name == name]
        well = [fault.recovered_s for fault in faults if fault.recovered_s is not None]
        lasted_s = sum(fault.end_s - fault.begin_s for fault in faults)
        lost = str(len(faults) - len(well)) if len(faults) > len(well) else ''
        longest = f'{max(well):.2f}' if well else ''
        table.add_row(name, str(len(faults)), f'{lasted_s:.1f}', longest, Text(lost, 'bold red'))
    return table


def _check_table(verdicts: Sequence[Check]) -> Table:
    table = Table(title='Checks', title_justify='left', box=box.SIMPLE_HEAD)
    for name in ('', 'check', 'found', 'wanted'):
        table.add_column(name)
    for check in verdicts:
        word, style = _VERDICTS[check.passed]
        table.add_row(Text(word, style=style), check.name, Text(check.found), check.wanted)
    return table


if __name__ == '__main__':
    sys.exit(main())
