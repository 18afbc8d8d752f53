# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What policies did on a scenario, as a table for a terminal or for a page."""

from __future__ import annotations

from collections.abc import Sequence

from rtmdl_ros.bench.contest_figures import (
    ANSWERS,
    MISSED,
    RIGHT,
    WORST,
    PolicyFigures,
    baseline_of,
)
from rtmdl_ros.bench.intervals import LEAST_ROUNDS, Interval

COLUMNS = (
    'policy', 'missed', 'worst task', 'urgent task', 'on-time accuracy', 'of answers', 'ours gains',
)  # fmt: skip
PHASES = 'On-time accuracy by phase'
#: As wide as fits a narrow terminal: these without intervals.
_NARROW = ('worst task', 'urgent task', 'of answers')
_CAPTION = (
    'In %: {what}; †: the best of what teams do, the baseline; *: simulated. Worst, '
    'urgent task: what the task missed that misses most, and the most urgent one. On-time: missed '
    'jobs count as wrong. Of answers: accuracy of those given. Ours gains: on-time accuracy.'
)
#: Against the labels of real frames.
SCORES = 'Found in labelled frames'
SCORE_COLUMNS = (
    'policy', 'task', 'on-time expected', 'precision', 'recall', 'F1', 'found in time',
)  # fmt: skip
SCORE_CAPTION = (
    'In %, all rounds together, at IoU 0.5. On-time expected: by what the variants promise, missed '
    'jobs counting as wrong. Precision, recall, F1: of frames answered on time. Found in time: '
    'objects of all frames, those of missed frames not found.'
)


def caption_of(rounds: int) -> str:
    """Return what is to be known of a table of so many rounds."""
    if rounds == 1:
        what = 'of one round'
    elif rounds < LEAST_ROUNDS:
        what = f'medians [least to most of {rounds} rounds]'
    else:
        what = f'medians of {rounds} rounds [95 % intervals]'
    shared = ' Rounds share one profile and one plan.' if rounds > 1 else ''
    return _CAPTION.format(what=what) + shared


def rows_of(figures: Sequence[PolicyFigures]) -> list[list[str]]:
    """Return a row for each policy, in the order of COLUMNS."""
    best = baseline_of(figures)
    return [
        [
            _name(each, best),
            shown(each.shares[MISSED]),
            shown(each.shares[WORST]),
            shown(each.urgent_missed) if each.urgent_missed else '',
            shown(each.shares[RIGHT]),
            shown(each.shares[ANSWERS]),
            shown(each.gain, signed=True) if each.gain else '',
        ]
        for each in figures
    ]


def phase_columns(figures: Sequence[PolicyFigures]) -> list[str]:
    """Return a heading for each phase, after that of the policies."""
    return ['policy', *(f'{p.start_s:.3g} to {p.end_s:.3g} s' for p in figures[0].phases)]


def phase_rows(figures: Sequence[PolicyFigures]) -> list[list[str]]:
    """Return a row for each policy: its on-time accuracy by phase, in the order of the columns."""
    best = baseline_of(figures)
    return [
        [
            _name(each, best),
            *(
                '' if phase.on_time_accuracy is None else f'{100 * phase.on_time_accuracy:.1f}'
                for phase in each.phases
            ),
        ]
        for each in figures
    ]


def score_rows(figures: Sequence[PolicyFigures]) -> list[list[str]]:
    """Return a row for each policy and task with labels, in the order of SCORE_COLUMNS."""
    best = baseline_of(figures)
    return [
        [
            _name(each, best),
            name,
            *map(
                _share,
                (
                    task.on_time_accuracy, task.score.precision, task.score.recall_answered,
                    task.score.f1_answered, task.score.recall_on_time,
                ),
            ),
        ]
        for each in figures
        for name, task in each.tasks.items()
        if task.score
    ]  # fmt: skip


def narrow(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return rows for a terminal; names are whole where there are no intervals beside them."""
    intervals = any(' [' in cell for row in rows for cell in row)
    return [
        [
            cell.partition(' [')[0] if column in _NARROW else cell.replace(' [', '\n[')
            for column, cell in zip(COLUMNS, row, strict=True)
        ]
        for row in (folded(rows) if intervals else rows)
    ]


def folded(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return rows for a terminal with the longest names of policies in two lines."""
    return [
        [row[0].replace('callback_', 'callback\n_').replace('rtmdl-', 'rtmdl\n-'), *row[1:]]
        for row in rows
    ]


def shown(value: Interval, *, signed: bool = False) -> str:
    """Return a share as per cent and its interval."""
    median, low, high = (
        '' if share is None else _cent(share, signed)
        for share in (value.median, value.low, value.high)
    )
    return f'{median} [{low}, {high}]' if low else median


def _share(share: float | None) -> str:
    return '' if share is None else _cent(share, signed=False)


def _cent(share: float, signed: bool) -> str:
    rounded = round(100 * share, 1) + 0.0  # -0.0 is 0.0
    text = f'{rounded:{"+" if signed else ""}.1f}'
    return text.replace('100.0', '100')


def markdown(title: str, figures: Sequence[PolicyFigures], note: str = '') -> str:
    """Return the same as a section of a Markdown page, with a note before the tables."""
    paragraphs = [f'## {title}', *([note] if note else []), _table(COLUMNS, rows_of(figures))]
    section = '\n\n'.join(paragraphs)
    if len(figures[0].phases) > 1:
        phases = _table(phase_columns(figures), phase_rows(figures))
        section += f'\n{PHASES}, in %:\n\n{phases}'
    scores = score_rows(figures)
    if scores:
        section += f'\n{SCORES}. {SCORE_CAPTION}\n\n{_table(SCORE_COLUMNS, scores)}'
    return section


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [columns, ['---', *('---:' for _ in columns[1:])], *rows]
    return ''.join(f'| {" | ".join(line)} |\n' for line in lines)


def _name(each: PolicyFigures, best: str) -> str:
    mark = '*' if each.simulated else '†' if each.policy == best else ''
    return f'{each.policy}{mark}'
