# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A series of contests, one for each workload and load, and all that is written of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from rtmdl_ros.bench.callbacks import CALLBACKS, ros_installed
from rtmdl_ros.bench.command import ExperimentError, print_table, telling
from rtmdl_ros.bench.contenders import ABLATION, BASELINES, CONTENDERS, ORACLE, OURS, USUAL, Base
from rtmdl_ros.bench.contest import Contest, Effort, Field, check_frames, run_contest, settling_s
from rtmdl_ros.bench.contest_figures import (
    RIGHT,
    PolicyFigures,
    as_json,
    baseline_of,
    figures_of,
)
from rtmdl_ros.bench.contest_tables import (
    COLUMNS,
    PHASES,
    SCORE_CAPTION,
    SCORE_COLUMNS,
    SCORES,
    caption_of,
    folded,
    markdown,
    narrow,
    phase_columns,
    phase_rows,
    rows_of,
    score_rows,
)
from rtmdl_ros.bench.keeping_engine import KeepingEngine
from rtmdl_ros.bench.labelled_frames import LabelledFrames, read_labelled_frames
from rtmdl_ros.bench.ladders import load_ladders, uncut
from rtmdl_ros.bench.scenario import Scenario, scenario_of
from rtmdl_ros.bench.workload_file import WorkloadError, WorkloadSpec, find_workload
from rtmdl_ros.engine.cache import default_cache_dir
from rtmdl_ros.engine.engine import open_engine
from rtmdl_ros.evidence.timeline import write_timeline
from rtmdl_ros.networks.zoo import default_zoo_dir
from rtmdl_ros.perception.functions import ladder
from rtmdl_ros.profiling import measure
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.profiling.everyday_frames import everyday_frames
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.workload.parameters import NodeParameters
from rtmdl_ros.workload.places import try_files, try_folder
from rtmdl_ros.workload.records import LatePolicy
from rtmdl_ros.workload.text_file import write_whole

_GROUPS = {'usual': USUAL, 'ablation': ABLATION, 'callbacks': tuple(CALLBACKS)}
_KNOWN = (*CALLBACKS, *CONTENDERS, ORACLE)
_MEASURED = measure.Effort(pair_budget_s=10.0)
_QUICK_SECONDS, _QUICK_PLANNING_S = 2.0, 0.5
_QUICK_MEASURED = measure.Effort(rounds=1, pair_budget_s=1.0)


class PolicyError(ValueError):
    """A policy that nobody knows; the text names those that there are."""


@dataclass(frozen=True)
class Series:
    """What is to be run, and where it is written."""

    workloads: tuple[WorkloadSpec, ...]
    #: Loads; None: that of the workload.
    utilizations: tuple[float | None, ...]
    policies: tuple[str, ...]
    seconds: float
    effort: Effort
    measured: measure.Effort
    #: Of each function so many at most; None: all.
    variants: int | None
    #: Folders of labelled pictures that cameras show; none: the rendered track.
    frames: tuple[Path, ...]
    #: What networks run on, as the parameter `device` has it.
    device: str
    zoo_dir: Path
    cache_dir: Path
    out: Path
    json: Path | None


def series_of(options: argparse.Namespace) -> Series:
    """Return what the options of the command ask for. Raises WorkloadError and PolicyError."""
    quick: bool = options.quick
    seconds, rounds, planning_s = options.seconds, options.rounds, options.planning
    if quick:
        rounds = 1
        seconds, planning_s = min(_QUICK_SECONDS, seconds), min(_QUICK_PLANNING_S, planning_s)
    return Series(
        _workloads(tuple(dict.fromkeys(options.workloads))),
        _utilizations(tuple(dict.fromkeys(options.utilization))),
        possible(
            policies_of(options.policies), with_ros=ros_installed(), on_cpu=options.device == 'cpu'
        ),
        seconds,
        Effort(rounds, planning_s),
        _QUICK_MEASURED if quick else _MEASURED,
        options.variants,
        tuple(dict.fromkeys(options.frames)),
        options.device,
        options.zoo or default_zoo_dir(),
        options.cache_dir or default_cache_dir(),
        options.out,
        options.json,
    )


def _workloads(names: Sequence[str]) -> tuple[WorkloadSpec, ...]:
    """Return workloads; raises WorkloadError also for two that would write to one folder."""
    found: dict[str, str] = {}
    specs = tuple(find_workload(name) for name in names)
    for name, spec in zip(names, specs, strict=True):
        other = found.setdefault(spec.name, name)
        if other != name:
            raise WorkloadError(f'{other} and {name}: both are called {spec.name}; rename one')
    return specs


def _utilizations(given: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return loads; raises WorkloadError for two that would write to one folder."""
    found: dict[str, float] = {}
    for load in given:
        if load is None:
            continue
        other = found.setdefault(_folder('WORKLOAD', load), load)
        if other != load:
            raise WorkloadError(
                f'--utilization: {other} and {load} would both be written to '
                f'{_folder("WORKLOAD", load)}; leave one out'
            )
    return tuple(given)


def policies_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return policies by name, those of groups one by one, each once. Raises PolicyError."""
    chosen = [policy for name in names for policy in _GROUPS.get(name, (name,))]
    unknown = next((name for name in chosen if name not in _KNOWN), None)
    if unknown is not None:
        known = ', '.join((*_GROUPS, *_KNOWN))
        raise PolicyError(f'--policies: there is no {unknown}; give some of: {known}')
    if set(chosen) == {ORACLE}:
        raise PolicyError(f'--policies: {ORACLE} alone is not run; give another beside it')
    return tuple(dict.fromkeys(chosen))


def possible(
    policies: tuple[str, ...], *, with_ros: bool, on_cpu: bool = True
) -> tuple[str, ...]:
    """Return the policies that can be run here; those left out are told in one line.

    Raises PolicyError where none is left.
    """
    if (with_ros and on_cpu) or not set(policies) & set(CALLBACKS):
        return policies
    left_out = ', '.join(name for name in policies if name in CALLBACKS)
    need = 'ROS 2 and the workspace, see "make setup"' if on_cpu else '--device cpu'
    words = f'{left_out}: need {need}'
    left = tuple(name for name in policies if name not in CALLBACKS)
    if not set(left) - {ORACLE}:
        raise PolicyError(f'--policies: {words}')
    print(f'left out: {words}', file=sys.stderr)
    return left


def run_series(series: Series) -> None:
    """Measure the machine, run all and write all. Raises as `run_contest`, and OSError."""
    try_folder('--out', series.out)  # told now, not after an hour
    try_files({'--json': series.json}, {f'--frames {each}': each for each in series.frames})
    tasks = [task for spec in series.workloads for task in spec.tasks.values()]
    functions = tuple(dict.fromkeys(task.function for task in tasks))
    shown = _shown(series, functions)
    engine = open_engine(NodeParameters(device=series.device), series.cache_dir, print)
    if engine.waits:
        _check_planner()
        engine = KeepingEngine(engine)
    cut = load_ladders(
        series.cache_dir,
        series.zoo_dir,
        series.measured,
        functions,
        tasks=max(len(spec.tasks) for spec in series.workloads),
        engine=engine,
        most=series.variants,
    )
    whole = uncut(cut, series.cache_dir, series.zoo_dir)
    field = Field(cut, whole, shown.frames, shown.truths, series.zoo_dir, series.cache_dir)
    scenarios = [
        scenario_of(spec, cut.profile, series.seconds, utilization)
        for spec in series.workloads
        for utilization in series.utilizations
    ]
    for scenario in scenarios:
        check_frames(scenario)
    documents: list[dict[str, Any]] = []
    pages: list[str] = []
    sweeps: dict[str, dict[float, tuple[PolicyFigures, ...]]] = {}
    for number, scenario in enumerate(scenarios):
        contest = _run(series, scenario, field, f'{number + 1}/{len(scenarios)}')
        figures = figures_of(contest)
        sweeps.setdefault(scenario.spec.name, {})[scenario.utilization] = figures
        document = as_json(contest, figures, series.effort.rounds)
        documents.append(document | _device(cut.profile))
        pages.append(_told(contest, figures))
        _write_all(series, documents, pages)
        _write(series, contest, figures, documents[-1])
    _write_sweeps(series.out, sweeps)
    if series.json:
        print(f'figures: {series.json}')
    print(f'written: {series.out}')


def _check_planner() -> None:
    """Raise ExperimentError where a package is missing, as on a server where nothing was set up.

    Planning would come to that after minutes of loading.
    """
    try:
        import_module('rtmdl_ros.planning.genetic')
    except ModuleNotFoundError as error:
        raise ExperimentError(f'{error}, which plans are made with: install it') from error


def _device(profile: Profile) -> dict[str, str]:
    """Return what a document says of a GPU; nothing without."""
    if 'gpu' not in profile.device:
        return {}
    engine = {name: profile.device[name] for name in ('engine', 'precision')}
    return {'device': f'{profile.device["gpu"]}; {device_name()}', **engine}


def _shown(series: Series, functions: Sequence[str]) -> LabelledFrames:
    """Return what cameras show, and tell it. Raises DataError and ZooError."""
    if not series.frames:
        return LabelledFrames(tuple(everyday_frames()), {}, '')
    classes = {name: ladder(name, series.zoo_dir)[-1].variants[-1].classes for name in functions}
    shown = read_labelled_frames(series.frames, classes)
    print(f'frames: {shown.words}')
    return shown


def _run(series: Series, scenario: Scenario, field: Field, place: str) -> Contest:
    runs = sum(name != ORACLE for name in series.policies) * series.effort.rounds
    seconds = runs * scenario.seconds + settling_s(scenario)
    with telling(f'{scenario.spec.name} {place}', seconds) as (tell, advance):
        return run_contest(scenario, series.policies, field, series.effort, tell, advance)


def _told(contest: Contest, figures: Sequence[PolicyFigures]) -> str:
    """Print a contest, and return it as a section of a page."""
    from rtmdl_ros.bench.contest_pictures import title_of

    columns = [column.replace(' ', '\n', 1) for column in COLUMNS]
    note = contest.scenario.spec.note
    caption = f'{caption_of(len(contest.policies[0].rounds))} {note}'.strip()
    print_table(title_of(contest), columns, narrow(rows_of(figures)), caption)
    if len(figures[0].phases) > 1:
        headings = [column.replace(' ', '\n', 1) for column in phase_columns(figures)]
        print_table(PHASES, headings, folded(phase_rows(figures)), 'In %, all rounds together.')
    scores = score_rows(figures)
    if scores:
        headings = [column.replace(' ', '\n', 1) for column in SCORE_COLUMNS]
        print_table(SCORES, headings, folded(scores), SCORE_CAPTION)
    for each in figures:
        contender = CONTENDERS.get(each.policy)
        if contender and contender.base in (Base.PLANNED, Base.APART):
            print(f'{each.policy}: {each.plan}')
    for late in LatePolicy:
        names = [each.policy for each in figures if each.late == late.value]
        if names:
            print(f'late: {late.value}: {", ".join(names)}')
    return markdown(title_of(contest), figures, note)


def _write_all(
    series: Series, documents: Sequence[dict[str, Any]], pages: Sequence[str]
) -> None:
    """Write what is known of all contests up to now: nobody loses it when the next one fails."""
    device = documents[-1]['device']
    caption = f'{device}. Runs of {series.seconds:g} s. {caption_of(series.effort.rounds)}'
    write_whole(series.out / 'bench.md', '\n'.join([*pages, f'{caption}\n']))
    if series.json:
        write_whole(series.json, _text({'runs': documents}))


def _write(
    series: Series, contest: Contest, figures: Sequence[PolicyFigures], document: object
) -> None:
    from rtmdl_ros.bench.contest_pictures import (
        draw_policies,
        draw_responses,
        draw_scores,
        title_of,
    )

    scenario = contest.scenario
    folder = series.out / _folder(scenario.spec.name, scenario.utilization)
    _clear(folder, _sweep_picture(series.out, scenario.spec.name))
    write_whole(folder / 'figures.json', _text(document))
    draw_policies(title_of(contest), figures, folder / 'policies.png')
    draw_responses(contest, baseline_of(figures), folder / 'responses.png')
    if score_rows(figures):
        draw_scores(title_of(contest), figures, folder / 'labels.png')
    for name in shown_as_timelines(figures):
        runs = next(each for each in contest.policies if each.policy == name)
        write_timeline(runs.rounds[-1], _timeline_picture(folder, name))


def _clear(folder: Path, sweep: Path) -> None:
    """Remove the pictures that an earlier run may have drawn and this one may not."""
    timelines = (_timeline_picture(folder, name) for name in _KNOWN)
    for picture in (folder / 'labels.png', sweep, *timelines):
        picture.unlink(missing_ok=True)


def _timeline_picture(folder: Path, policy: str) -> Path:
    return folder / f'timeline-{policy}.png'


def _sweep_picture(out: Path, workload: str) -> Path:
    return out / f'sweep-{workload}.png'


def shown_as_timelines(figures: Sequence[PolicyFigures]) -> tuple[str, ...]:
    """Return ours, the paper's, what teams do, and of the simple ones the most accurate on time."""
    chosen = (OURS, 'rtmdl_static', baseline_of(figures))
    run = [each.policy for each in figures if each.policy in chosen]
    simple = [each for each in figures if each.policy in BASELINES]
    best = max(simple, key=lambda each: each.shares[RIGHT].median, default=None)
    return (*run, best.policy) if best else tuple(run)


def _write_sweeps(
    out: Path, sweeps: dict[str, dict[float, tuple[PolicyFigures, ...]]]
) -> None:
    from rtmdl_ros.bench.contest_pictures import draw_sweep

    for name, sweep in sweeps.items():
        if len(sweep) > 1:
            draw_sweep(f'{name} over the load', sweep, _sweep_picture(out, name))


def _folder(workload: str, utilization: float) -> str:
    return f'{workload}-{utilization:.4g}'


def _text(document: object) -> str:
    return json.dumps(document, indent=2) + '\n'
