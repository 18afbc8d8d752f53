# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`python3 -m rtmdl_ros.bench.worked_example`: prints and draws the scenes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rtmdl_ros.bench.command import run_experiment
from rtmdl_ros.bench.worked_example.requests import told_requests
from rtmdl_ros.bench.worked_example.scenes import SCENES
from rtmdl_ros.bench.worked_example.telling import tell
from rtmdl_ros.workload.arguments import path

_EXAMPLES = """examples:
  python3 -m rtmdl_ros.bench.worked_example
  python3 -m rtmdl_ros.bench.worked_example --out docs/figures
      draw the pictures of docs/scheduling.md again; the lines go into the page by hand, and a test
      says where they differ
"""


def main(arguments: Sequence[str]) -> int:
    """Print what the scheduler decides, scene by scene, and draw it; 1 where that fails."""
    parser = argparse.ArgumentParser(
        prog='python3 -m rtmdl_ros.bench.worked_example',
        description='How the scheduler decides: small scenes, run through the scheduling core.',
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--out', type=path, metavar='FOLDER', default=Path('out/bench/worked_example'),
        help='where pictures go (default: %(default)s)',
    )  # fmt: skip
    options = parser.parse_args(arguments)
    return run_experiment(parser, options, lambda: _run(options.out))


def _run(out: Path) -> bool:
    """Print and draw; returns True. Raises OSError where a picture cannot be written."""
    # matplotlib takes a second to import, and --help needs none.
    from rtmdl_ros.runtime.timeline import draw_timeline

    for scene in SCENES:
        told = tell(scene)
        print(f'{scene.name}\n' + '\n'.join(told.lines) + '\n')
        if scene.length_ms:
            path = out / f'{scene.name}.png'
            draw_timeline(
                told.reports, path, 0, scene.length_ms / 1e3,
                executors=[f'lane{lane}' for lane in range(scene.lanes)],
                coloured_first=('lights', 'signs', 'people'),
            )  # fmt: skip
    print('admission\n' + '\n'.join(told_requests()))
    return True


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
