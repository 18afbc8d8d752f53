# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""`rtmdl plan`: the variant and the priority of each task."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rtmdl_ros.planning.errors import PlanningError
from rtmdl_ros.planning.front import write_front
from rtmdl_ros.planning.plan import Plan, networks_in
from rtmdl_ros.planning.plan_file import holds_plan, write_plan
from rtmdl_ros.planning.planner import USUAL_SECONDS, Planned, make_plan
from rtmdl_ros.planning.problem import MB, Problem, problem_of
from rtmdl_ros.workload.arguments import figures_file, path, positive, whole
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.parameter_file import read_parameter_file
from rtmdl_ros.workload.parameter_rules import ParameterError
from rtmdl_ros.workload.places import PlaceError, refuse_other, try_files
from rtmdl_ros.workload.text_file import unwritten, write_whole

if TYPE_CHECKING:
    from rich.table import Table

    from rtmdl_ros.profiling.profile import Profile

_DEFAULT_OUT = Path('plan.yaml')
#: Of a terminal that has room for all.
_ANY_WIDTH = 1000
EXAMPLES = """examples:
  rtmdl plan
      the default tasks on this device (profile it first: rtmdl profile); result in plan.yaml
  rtmdl plan --params-file my.param.yaml --out my_plan.yaml --seconds 60
      your own tasks, searched for longer; the node follows it with plan_file: my_plan.yaml
  rtmdl plan --memory-mb 150 --front out/front.json
      within 150 MB of memory; the trade-off of misses and accuracy, and a picture of it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `rtmdl plan`."""
    parser.description = (
        'Choose variant and priority of all tasks together, by what their stages take on this\n'
        'device: most weighted accuracy on time, within miss limits, accuracy floors and bounds.'
    )
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter

    def add(option: str, kind: Callable[[str], object], metavar: str, words: str) -> None:
        parser.add_argument(option, type=kind, metavar=metavar, help=words)

    add('--params-file', path, 'FILE', 'ROS parameters with the tasks (default: those of the node)')
    add('--profile', path, 'FILE', 'default: profile_file, or the newest cached of these networks')
    add('--out', path, 'FILE', 'where the plan goes (default: plan_file, or plan.yaml)')
    add('--front', figures_file, 'FILE', 'also write the trade-off as JSON, a picture beside it')
    add('--storage-mb', positive, 'MB', 'what the zoo files of all networks may take')
    add('--memory-mb', positive, 'MB', 'what all networks may take (default: memory_mb)')
    parser.add_argument(
        '--seed', type=whole(0, 2**31 - 1), metavar='S', default=0,
        help='of simulations and search (default: 0)',
    )  # fmt: skip
    parser.add_argument(
        '--seconds', type=positive, metavar='S', default=USUAL_SECONDS,
        help='time to search, if not all is tried before (default: %(default)s)',
    )  # fmt: skip
    add('--json', path, 'FILE', 'also write the figures of the plan there')


def run(options: argparse.Namespace) -> int:
    """Print plan and explanation and write the files.

    Returns 0; 1 where no plan keeps all constraints (the nearest is written, in place of no other)
    or a file cannot be written; 2 for parameters, profiles or bounds that cannot be used.
    """
    # Here, not above: through the cache folder it imports ONNX Runtime, of no use for planning.
    from rtmdl_ros.profiling.cached import CACHED_PROFILE_ERRORS

    try:
        configuration = read_parameter_file(options.params_file)
        profile_file, profile = _profile(options, configuration)
        problem = problem_of(
            configuration,
            profile,
            storage_bytes=_bytes(options.storage_mb),
            memory_bytes=_bytes(options.memory_mb),
            seed=options.seed,
        )
    except (ParameterError, PlanningError, *CACHED_PROFILE_ERRORS) as error:
        print(f'rtmdl plan: {error}', file=sys.stderr)
        return 2
    out = options.out or Path(configuration.node.plan_file or _DEFAULT_OUT).expanduser()
    try:
        inputs = {'--params-file': options.params_file, 'the profile': profile_file}
        try_files(_places(options, out), inputs)
        refuse_other(out, 'plan', holds_plan)
        planned = _make(problem, options.seconds)
        _print(problem, planned)
        _write_figures(planned, options)
        # Who wants it in place of one that may be good says so by removing that.
        written = planned.plan.feasible or not out.exists()
        if written:
            write_plan(planned.plan, out)
    except (PlanningError, PlaceError) as error:
        print(f'rtmdl plan: {error}', file=sys.stderr)
        return 1
    except OSError as error:
        print(f'rtmdl plan: {unwritten(error)}', file=sys.stderr)
        return 1
    print(f'plan: {out}' if written else f'{out} is as it was; remove it to have this plan there')
    return 0 if planned.plan.feasible else 1


def _places(options: argparse.Namespace, out: Path) -> dict[str, Path | None]:
    """Return what is written, by option."""
    picture = options.front and options.front.with_suffix('.png')
    front = {'--front': options.front, 'the picture of --front': picture}
    return {'--out': out, **front, '--json': options.json}


def _profile(
    options: argparse.Namespace, configuration: Configuration
) -> tuple[Path, Profile]:
    """Return the profile that is named, or the nearest of the cache. Raises as that does."""
    from rtmdl_ros.profiling.cached import cached_profile
    from rtmdl_ros.profiling.profile_file import read_profile

    given = options.profile or configuration.node.profile_file
    if given:
        named = Path(given).expanduser()
        return named, read_profile(named)
    found = cached_profile(configuration)
    print(f'profile: {found.path}')
    if found.difference:
        print(f'  it {found.difference}; `rtmdl profile` measures anew')
    return found.path, found.profile


def _make(problem: Problem, seconds: float) -> Planned:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task('planning', total=1.0)
        planned = make_plan(
            problem, seconds=seconds, progress=lambda share: bar.update(task, completed=share)
        )
    return planned


def _print(problem: Problem, planned: Planned) -> None:
    from rich.console import Console

    plan, found = planned.plan, planned.found
    console = Console(highlight=False, soft_wrap=True)
    table = _table(problem, plan)
    unbound = console.options.update(max_width=_ANY_WIDTH)
    if console.measure(table, options=unbound).maximum > console.width:
        # Variants of two networks have one in each line; no name is broken.
        table = _table(problem, plan, seam='+\n')
    console.print(table)
    console.print(
        f'together: on-time accuracy {plan.expected_on_time_accuracy:.3f}, '
        f'missed {plan.expected_miss_ratio:.1%}, '
        f'{plan.expected_accuracy_loss:.1%} less accurate than the most accurate variants; '
        f'{"all candidates considered" if found.exact else "searched"}, '
        f'{len(found.known)} simulated to the end'
    )
    taken = problem.memory_of(networks_in(plan.tasks, problem))
    bound = f' of {problem.memory_bytes / MB:g}' if problem.memory_bytes else ''
    console.print(f'memory: {taken / MB:.2f}{bound} MB, working memory once for each lane')
    if not plan.feasible:
        console.print('no plan was found that keeps all constraints; this one breaks them least:')
    for note in plan.notes:
        console.print(f'  {note}')


def _table(problem: Problem, plan: Plan, seam: str = '+') -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for column in ('task', 'variant'):
        table.add_column(column, no_wrap=True, overflow='ignore')
    for column in ('priority', 'accuracy', 'missed', 'limit'):
        table.add_column(column, justify='right')
    for task in problem.tasks:
        chosen = plan.tasks[task.name]
        table.add_row(
            task.name,
            chosen.variant.replace('+', seam),
            str(chosen.priority),
            f'{chosen.expected_accuracy:.3f}',
            f'{chosen.expected_miss_ratio:.1%}',
            f'{task.miss_limit:.1%}',
        )
    return table


def _write_figures(planned: Planned, options: argparse.Namespace) -> None:
    if options.front:
        from rtmdl_ros.planning.front_picture import draw_front

        write_front(planned.front, options.front)
        draw_front(planned.front, options.front.with_suffix('.png'))
        print(f'front: {options.front}, {options.front.with_suffix(".png")}')
    if options.json:
        write_whole(options.json, figures_text(planned.plan))


def figures_text(plan: Plan) -> str:
    """Return a plan as JSON."""
    return json.dumps(asdict(plan) | {'device': dict(plan.device)}, indent=2) + '\n'


def _bytes(megabytes: float | None) -> int | None:
    return None if megabytes is None else max(1, round(megabytes * MB))
