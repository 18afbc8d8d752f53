# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A series of contests, one for each workload and load, and all that is written of them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtmdl_ros.bench.command import Advance, print_table
from rtmdl_ros.bench.contenders import ABLATION, BASELINES, CONTENDERS, ORACLE, OURS, USUAL, Base
from rtmdl_ros.bench.contest import Contest, Effort, Field, run_contest, settling_s
from rtmdl_ros.bench.contest_figures import RIGHT, PolicyFigures, as_json, figures_of
from rtmdl_ros.bench.contest_tables import (
    CAPTION,
    COLUMNS,
    PHASES,
    markdown,
    narrow,
    phase_columns,
    phase_rows,
    rows_of,
)
from rtmdl_ros.bench.ladders import load_ladders, uncut
from rtmdl_ros.bench.scenario import Scenario, scenario_of
from rtmdl_ros.bench.workload_file import WorkloadSpec, find_workload
from rtmdl_ros.engine.cache import default_cache_dir
from rtmdl_ros.evidence.timeline import write_timeline
from rtmdl_ros.networks.zoo import default_zoo_dir
from rtmdl_ros.profiling import measure
from rtmdl_ros.workload.records import LatePolicy
from rtmdl_ros.workload.text_file import write_whole

_GROUPS = {'usual': USUAL, 'ablation': ABLATION}
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
        tuple(find_workload(name) for name in dict.fromkeys(options.workloads)),
        tuple(dict.fromkeys(options.utilization)),
        policies_of(options.policies),
        seconds,
        Effort(rounds, planning_s),
        _QUICK_MEASURED if quick else _MEASURED,
        options.zoo or default_zoo_dir(),
        options.cache_dir or default_cache_dir(),
        options.out,
        options.json,
    )


def policies_of(names: Sequence[str]) -> tuple[str, ...]:
    """Return policies by name, those of groups one by one, each once. Raises PolicyError."""
    chosen = [policy for name in names for policy in _GROUPS.get(name, (name,))]
    unknown = next((name for name in chosen if name not in (*CONTENDERS, ORACLE)), None)
    if unknown is not None:
        known = ', '.join((*_GROUPS, *CONTENDERS, ORACLE))
        raise PolicyError(f'--policies: there is no {unknown}; give some of: {known}')
    if set(chosen) == {ORACLE}:
        raise PolicyError(f'--policies: {ORACLE} alone is not run; give another beside it')
    return tuple(dict.fromkeys(chosen))


def run_series(series: Series) -> None:
    """Measure the machine, run all and write all. Raises as `run_contest`, and OSError."""
    for folder in (series.out, *([series.json.parent] if series.json else [])):
        folder.mkdir(parents=True, exist_ok=True)  # told now, not after an hour
    cut = load_ladders(series.cache_dir, series.zoo_dir, series.measured)
    field = Field(
        cut, uncut(cut, series.cache_dir, series.zoo_dir), measure.everyday_frames()
    )
    scenarios = [
        scenario_of(spec, cut.profile, series.seconds, utilization)
        for spec in series.workloads
        for utilization in series.utilizations
    ]
    documents, pages = [], []
    sweeps: dict[str, dict[float, tuple[PolicyFigures, ...]]] = {}
    for number, scenario in enumerate(scenarios):
        contest = _run(series, scenario, field, f'{number + 1}/{len(scenarios)}')
        figures = figures_of(contest)
        sweeps.setdefault(scenario.spec.name, {})[scenario.utilization] = figures
        documents.append(as_json(contest, figures, series.effort.rounds))
        pages.append(_told(contest, figures))
        _write(series, contest, figures, documents[-1])
    _write_sweeps(series.out, sweeps)
    write_whole(series.out / 'bench.md', '\n'.join([*pages, f'{CAPTION}\n']))
    if series.json:
        write_whole(series.json, _text({'runs': documents}))
        print(f'figures: {series.json}')
    print(f'written: {series.out}')


def _run(series: Series, scenario: Scenario, field: Field, place: str) -> Contest:
    runs = sum(name != ORACLE for name in series.policies) * series.effort.rounds
    seconds = runs * scenario.seconds + settling_s(scenario)
    with _telling(f'{scenario.spec.name} {place}', seconds) as (tell, advance):
        return run_contest(scenario, series.policies, field, series.effort, tell, advance)


@contextmanager
def _telling(title: str, total: float) -> Iterator[tuple[Any, Advance]]:
    """Show on stderr what is being done and how much of `total` is."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(title, total=total)
        yield (
            lambda words: progress.update(bar, description=f'{title}: {words}'),
            lambda more: progress.advance(bar, more),
        )


def _told(contest: Contest, figures: Sequence[PolicyFigures]) -> str:
    """Print a contest, and return it as a section of a page."""
    from rtmdl_ros.bench.contest_pictures import title_of

    columns = [column.replace(' ', '\n', 1) for column in COLUMNS]
    print_table(title_of(contest), columns, narrow(rows_of(figures)), CAPTION)
    if len(figures[0].phases) > 1:
        headings = [column.replace(' ', '\n', 1) for column in phase_columns(figures)]
        print_table(PHASES, headings, phase_rows(figures), 'In %, all rounds together.')
    for each in figures:
        contender = CONTENDERS.get(each.policy)
        if contender and contender.base in (Base.PLANNED, Base.APART):
            print(f'{each.policy}: {each.plan}')
    for late in LatePolicy:
        names = [each.policy for each in figures if each.late == late.value]
        if names:
            print(f'late: {late.value}: {", ".join(names)}')
    return markdown(title_of(contest), figures)


def _write(
    series: Series, contest: Contest, figures: Sequence[PolicyFigures], document: object
) -> None:
    from rtmdl_ros.bench.contest_pictures import draw_policies, draw_responses, title_of

    folder = series.out / _folder(contest.scenario)
    write_whole(folder / 'figures.json', _text(document))
    draw_policies(title_of(contest), figures, folder / 'policies.png')
    draw_responses(contest, folder / 'responses.png')
    for name in shown_as_timelines(figures):
        runs = next(each for each in contest.policies if each.policy == name)
        write_timeline(runs.rounds[-1], folder / f'timeline-{name}.png')


def shown_as_timelines(figures: Sequence[PolicyFigures]) -> tuple[str, ...]:
    """Return ours, the paper's, and of the baselines the one of largest on-time accuracy."""
    run = [each.policy for each in figures if each.policy in (OURS, 'rtmdl_static')]
    simple = [each for each in figures if each.policy in BASELINES]
    best = max(simple, key=lambda each: each.shares[RIGHT].median, default=None)
    return (*run, best.policy) if best else tuple(run)


def _write_sweeps(
    out: Path, sweeps: dict[str, dict[float, tuple[PolicyFigures, ...]]]
) -> None:
    from rtmdl_ros.bench.contest_pictures import draw_sweep

    for name, sweep in sweeps.items():
        if len(sweep) > 1:
            draw_sweep(f'{name} over the load', sweep, out / f'sweep-{name}.png')


def _folder(scenario: Scenario) -> str:
    return f'{scenario.spec.name}-{scenario.utilization:.4g}'


def _text(document: object) -> str:
    return json.dumps(document, indent=2) + '\n'
