# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What `rtmdl demo` does, from options to an exit status."""

import json
import sys

from rich.console import Console

from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.evidence.written import Written, tell, tell_written
from rtmdl_ros.node.demo.album import make_album
from rtmdl_ros.node.demo.options import DemoOptions
from rtmdl_ros.node.demo.results import as_json
from rtmdl_ros.node.demo.run import DemoRun, checked, run_demo
from rtmdl_ros.node.demo.summary import remarks, summary_table
from rtmdl_ros.node.environment import busy_cores
from rtmdl_ros.workload.parameter_rules import ParameterError
from rtmdl_ros.workload.text_file import write_whole

#: Wide enough for every table where there is no terminal whose width could be asked for.
_PLAIN_WIDTH = 100

#: From here on the figures are no longer those of the node alone.
_MANY_BUSY_CORES = 0.3


def demo(options: DemoOptions) -> int:
    """Run a demo and tell of it; returns 0, 1 when it failed, 2 for a wrong parameter file."""
    console = Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    try:
        return _demo(options, console)
    except ParameterError as error:
        print(f'rtmdl demo: {error}', file=sys.stderr)
        return 2
    except (EvidenceError, OSError) as error:
        print(f'rtmdl demo: {error}', file=sys.stderr)
        return 1


def _demo(options: DemoOptions, console: Console) -> int:
    configuration = checked(options)
    console.print(
        f'{_scene(options)} for {options.duration_s:g} s. '
        f'Watch it from another shell with ROS_DOMAIN_ID={options.domain_id}.',
        highlight=False,
    )
    others = busy_cores()
    if others > _MANY_BUSY_CORES:
        console.print(
            f'Note: other programs keep {others:.1f} cores of this machine busy; expect misses.',
            highlight=False, style='yellow',
        )  # fmt: skip
    run = run_demo(options, configuration, console)
    console.print(summary_table(run.result))
    tell(console, remarks(run.result))
    written = Written()
    try:
        _write(run, options, console, written)
    finally:  # also where Ctrl-C ends the drawing
        status = tell_written(console, 'demo', written)
    return status


def _write(run: DemoRun, options: DemoOptions, console: Console, written: Written) -> None:
    """Write figures and pictures."""
    figures = json.dumps(as_json(run.result), indent=2) + '\n'
    for path in filter(None, (options.out / 'demo.json', options.json)):
        with written.writing(path):
            write_whole(path, figures)
    written.files += run.files
    if options.pictures:
        recording = run.result.recording
        make_album(recording, run.images, run.reports, options, console, written)


def _scene(options: DemoOptions) -> str:
    if options.simulated:
        return (
            f'A car drives along a rendered track (seed {options.seed}, {options.width}x'
            f'{options.height} at {options.rate_hz:g} Hz)'
        )
    if options.rate_hz:
        return f'The node looks at {options.source} (at {options.rate_hz:g} Hz, in a loop)'
    return f'The node looks through webcam {options.source}'
