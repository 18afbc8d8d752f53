# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a contest: two policies in two rounds, by hand."""

import json
from dataclasses import replace

import pytest

from rtmdl_ros.bench.callbacks import CALLBACKS
from rtmdl_ros.bench.command import print_table
from rtmdl_ros.bench.contenders import ABLATION, ORACLE, OURS
from rtmdl_ros.bench.contest import Contest, Runs
from rtmdl_ros.bench.contest_figures import (
    ANSWERS,
    BUSY,
    MISSED,
    RIGHT,
    WORST,
    PhaseFigures,
    as_json,
    baseline_of,
    figures_of,
)
from rtmdl_ros.bench.contest_pictures import (
    draw_policies,
    draw_responses,
    draw_scores,
    draw_sweep,
)
from rtmdl_ros.bench.contest_scores import Reply
from rtmdl_ros.bench.contest_series import shown_as_timelines
from rtmdl_ros.bench.contest_tables import (
    COLUMNS,
    SCORE_COLUMNS,
    caption_of,
    folded,
    markdown,
    narrow,
    rows_of,
    score_rows,
    shown,
)
from rtmdl_ros.bench.intervals import Interval
from rtmdl_ros.bench.labelled_frames import Truth
from rtmdl_ros.bench.scenario import Scenario
from rtmdl_ros.bench.workload_file import CameraSpec, Disturbance, Kind, TaskSpec, WorkloadSpec
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.records import Outcome

MS = 1_000_000
ACCURACIES = {('a', 'small'): 0.5, ('a', 'large'): 1.0, ('b', 'large'): 0.75}
ON_TIME, LATE, SUPERSEDED = Outcome.ON_TIME, Outcome.LATE, Outcome.SUPERSEDED
SPEC = WorkloadSpec('mine', '', None, {'front': CameraSpec(10.0)},
                    {'a': TaskSpec('f', 'front'), 'b': TaskSpec('g', 'front')})  # fmt: skip
#: The second does better below.
TEAMS = 'ros2_callback', 'ros2_callback_onnx'


def job(task, outcome, variant='', response_ms=5, release_ms=0):
    spans = (StageSpan('s', 'lane0', 0, 2 * MS),) if variant else ()
    release_ns = release_ms * MS
    return JobReport(
        0, task, outcome, release_ns, release_ns + 10 * MS, release_ns + response_ms * MS, spans,
        '', None, variant=variant,
    )  # fmt: skip


def contest(policies=(OURS, 'fifo')):
    ours = (
        (job('a', ON_TIME, 'small'), job('a', ON_TIME, 'large'), job('b', ON_TIME, 'large'),
         job('b', SUPERSEDED, response_ms=10)),
        (job('a', ON_TIME, 'large', 4), job('a', ON_TIME, 'large'), job('b', ON_TIME, 'large'),
         job('b', ON_TIME, 'large', 10)),
    )  # fmt: skip
    other = (
        (job('a', LATE, 'large', 20), job('b', SUPERSEDED)),
        (job('a', ON_TIME, 'large', 8), job('b', SUPERSEDED)),
    )
    rounds = {OURS: ours, 'fifo': other, ORACLE: ours, TEAMS[0]: other, TEAMS[1]: 2 * other[1:]}
    runs = tuple(Runs(name, 2, rounds[name], 'run', f'plan {name}') for name in policies)
    return Contest(Scenario(SPEC, 1.5, 0.8, {'front': 10 * MS}), runs, ACCURACIES, {'cpu': 1.25})


def test_shares_are_medians_of_the_rounds_with_their_intervals():
    ours, fifo = figures_of(contest())
    assert ours.shares == {
        MISSED: Interval(0.125, 0.0, 0.25),
        RIGHT: Interval(pytest.approx((2.25 / 4 + 3.5 / 4) / 2), 2.25 / 4, 3.5 / 4),
        WORST: Interval(0.25, 0.0, 0.5),
        ANSWERS: Interval(pytest.approx((0.75 + 0.875) / 2), 0.75, 0.875),
        # Three and four stages of 2 ms in 10 ms of two lanes.
        BUSY: Interval(pytest.approx(0.35), 0.3, 0.4),
    }
    assert (ours.gain, ours.more_missed) == (None, None)
    assert fifo.shares[MISSED] == Interval(0.75, 0.5, 1.0)
    assert fifo.shares[RIGHT] == Interval(0.25, 0.0, 0.5)
    # A late answer is an answer.
    assert fifo.shares[ANSWERS] == Interval(1.0, 1.0, 1.0)


def test_the_most_urgent_task_is_told_apart():
    ours, fifo = contest().policies
    urgent = replace(contest(), policies=(replace(ours, urgent='b'), fifo))
    ours, fifo = figures_of(urgent)
    assert (ours.urgent, ours.urgent_missed) == ('b', Interval(0.25, 0.0, 0.5))
    assert (fifo.urgent, fifo.urgent_missed) == ('', None)
    row = dict(zip(COLUMNS, rows_of([ours])[0], strict=True))
    assert row['urgent task'] == '25.0 [0.0, 50.0]'
    figures = as_json(urgent, [ours, fifo], 2)['policies']
    assert (figures[OURS]['urgent_task'], figures[OURS]['urgent_miss_ratio']) == ('b', 0.25)
    assert (figures['fifo']['urgent_task'], figures['fifo']['urgent_miss_ratio']) == (None, None)


def test_ours_is_compared_round_by_round():
    _, fifo = figures_of(contest())
    assert fifo.gain == Interval(pytest.approx((0.5625 + 0.375) / 2), 0.375, 0.5625)
    assert fifo.more_missed == Interval(0.625, 0.5, 0.75)
    (alone,) = figures_of(contest(['fifo']))
    assert (alone.gain, alone.more_missed) == (None, None)


def test_a_job_counts_in_the_phase_in_which_its_frame_was_due():
    away = Disturbance(Kind.ABSENT, 0.0, 0.2, 'a'), Disturbance(Kind.ABSENT, 0.0, 0.2, 'b')
    spec = replace(SPEC, disturbances=(*away, Disturbance(Kind.HOG, 0.4, 0.6)))
    # Of 100 ms; the first frame that a task gets is that of 20 ms.
    scenario = Scenario(spec, 0.1, 0.8, {'front': 10 * MS})
    first = (job('a', ON_TIME, 'large', release_ms=1020), job('a', SUPERSEDED, release_ms=1044))
    # The first frame was 1 ms late, so that the next ones seem to be early.
    second = (job('a', ON_TIME, 'small', release_ms=20), job('a', ON_TIME, 'small', release_ms=59))
    runs = Runs(OURS, 2, (first, second), '', '')
    (ours,) = figures_of(Contest(scenario, (runs,), ACCURACIES, {}))
    assert ours.phases == (
        PhaseFigures(0.0, 0.02, 0, None, None),
        PhaseFigures(0.02, 0.04, 2, 0.0, 0.75),
        PhaseFigures(0.04, 0.06, 1, 1.0, 0.0),
        PhaseFigures(0.06, 0.1, 1, 0.0, 0.5),
    )
    assert markdown('mine', [ours]).splitlines()[-5:] == [
        'On-time accuracy by phase, in %:',
        '',
        '| policy | 0 to 0.02 s | 0.02 to 0.04 s | 0.04 to 0.06 s | 0.06 to 0.1 s |',
        '| --- | ---: | ---: | ---: | ---: |',
        '| rtmdl |  | 75.0 | 0.0 | 50.0 |',
    ]


def test_the_json_is_that_of_the_design():
    found = contest([OURS, ORACLE])
    document = json.loads(json.dumps(as_json(found, figures_of(found), 2)))
    expected = {'workload': 'mine', 'duration_s': 1.5, 'seed': 0, 'rounds': 2, 'utilization': 0.8}
    assert {name: document[name] for name in expected} == expected
    assert 'core' in document['device']
    ours = document['policies'][OURS]
    assert (ours['miss_ratio'], ours['intervals']['miss_ratio']) == (0.125, [0.0, 0.25])
    assert (ours['gain'], ours['intervals']['gain']) == (None, None)
    assert (ours['simulated'], document['policies'][ORACLE]['simulated']) == (False, True)
    assert ours['accelerator_utilization'] == pytest.approx(0.35)
    (phase,) = ours['phases']
    assert phase == {
        'start_s': 0.0, 'end_s': 1.5, 'released': 8, 'miss_ratio': 0.125,
        'on_time_accuracy': 5.75 / 8,
    }  # fmt: skip
    assert ours['tasks']['b'] == {
        'released': 4, 'on_time': 3, 'late': 0, 'superseded': 1, 'discarded': 0, 'failed': 0,
        'miss_ratio': 0.25, 'on_time_accuracy': 0.75 * 0.75, 'answer_accuracy': 0.75,
        'variants': {'large': 3},
        'response_ms': {'p50': 5.0, 'p95': 10.0, 'p99': 10.0, 'max': 10.0},
    }  # fmt: skip


def labelled():
    """Return the contest on a picture with one object of task a; its every answer finds it."""
    thing = Detection('thing', 1.0, Box(0.0, 0.0, 9.0, 9.0))
    found = contest([OURS, 'fifo'])
    policies = tuple(
        replace(runs, rounds=tuple(
            tuple(replace(each, payload=Reply(0, (thing,))) for each in jobs)
            for jobs in runs.rounds
        )) for runs in found.policies
    )  # fmt: skip
    truths = {'f': (Truth((thing,), (), frozenset(['thing'])),)}
    return replace(found, policies=policies, truths=truths)


def test_answers_are_scored_where_there_are_labels(tmp_path):
    found = labelled()
    figures = figures_of(found)
    # On time were four of four jobs, and one of two.
    assert score_rows(figures) == [
        [OURS, 'a', '87.5', '100', '100', '100', '100'],
        ['fifo', 'a', '50.0', '100', '100', '100', '50.0'],
    ]
    tasks = as_json(found, figures, 2)['policies']['fifo']['tasks']
    assert tasks['a']['labels'] == {
        'objects': 2, 'objects_answered': 1, 'detections': 1, 'correct': 1, 'precision': 1.0,
        'recall_answered': 1.0, 'f1_answered': 1.0, 'recall_on_time': 0.5,
    }  # fmt: skip
    assert 'labels' not in tasks['b']
    page = markdown('mine', figures, 'To be known.')
    assert page.startswith('## mine\n\nTo be known.\n\n| policy |')
    assert f'| {" | ".join(SCORE_COLUMNS)} |' in page
    draw_scores('mine', figures, tmp_path / 'labels.png')
    assert (tmp_path / 'labels.png').stat().st_size > 5000


def test_tables_show_per_cent_and_fit_a_terminal():
    assert shown(Interval(0.5, None, None)) == '50.0'
    assert shown(Interval(0.125, 0.0, 1.0), signed=True) == '+12.5 [+0.0, +100]'
    assert shown(Interval(-0.0004, -0.001, 0.0), signed=True) == '+0.0 [-0.1, +0.0]'
    figures = figures_of(contest([OURS, 'fifo', ORACLE]))
    rows = rows_of(figures)
    assert rows[1] == [
        'fifo', '75.0 [50.0, 100]', '100 [100, 100]', '', '25.0 [0.0, 50.0]', '100 [100, 100]',
        '+46.9 [+37.5, +56.2]',
    ]  # fmt: skip
    assert rows[2][0] == 'oracle*'
    assert narrow(rows)[1][:3] == ['fifo', '75.0\n[50.0, 100]', '100']
    page = markdown('mine, load 0.80', figures).splitlines()
    assert page[0] == '## mine, load 0.80'
    assert page[4].startswith('| rtmdl | 12.5 [0.0, 25.0] |')
    assert {line.count('|') for line in page[2:]} == {len(COLUMNS) + 1}


def test_names_of_policies_are_whole_beside_the_widest_figures(capsys):
    cells = [
        '88.1 [88.1, 99.9]', '100 [100, 100]', '99.9 [88.1, 100]', '83.2 [82.1, 84.0]',
        '82.8 [82.5, 83.0]', '+55.1 [+54.0, +56.2]',
    ]  # fmt: skip
    names = ['ros2_callback_single_onnx†', *CALLBACKS, *ABLATION]
    rows = [[name, *cells] for name in names]
    headings = [column.replace(' ', '\n', 1) for column in COLUMNS]
    print_table('mine', headings, narrow(rows), caption_of(3))
    scores = [[name, 'traffic_light', *['100'] * 5] for name in names]
    headings = [column.replace(' ', '\n', 1) for column in SCORE_COLUMNS]
    print_table('found', headings, folded(scores), '')
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert '…' not in text
    for part in ('_single_onnx†', '-no_segments', '[88.1, 99.9]', '[+54.0, +56.2]'):
        assert part in text


def test_names_of_policies_are_not_broken_where_there_are_no_intervals(capsys):
    cells = ['88.1', '100', '99.9', '83.2', '82.8', '+55.1']
    rows = [[name, *cells] for name in ['ros2_callback_single_onnx†', *CALLBACKS, *ABLATION]]
    print_table('mine', [column.replace(' ', '\n', 1) for column in COLUMNS], narrow(rows), '')
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    assert 'ros2_callback_single_onnx†' in text and '+55.1' in text


def test_what_brackets_hold_is_told_by_the_number_of_rounds(capsys):
    assert caption_of(1).startswith('In %: of one round; ')
    shared = 'Rounds share one profile and one plan.'
    assert [caption_of(rounds).endswith(shared) for rounds in (1, 2, 6)] == [False, True, True]
    assert caption_of(5).startswith('In %: medians [least to most of 5 rounds]; ')
    assert caption_of(6).startswith('In %: medians of 6 rounds [95 % intervals]; ')
    print_table('mine', ['a'], [['x']], caption_of(5))
    assert '[least to most of 5 rounds]' in capsys.readouterr().out.replace('\n', ' ')


def test_timelines_are_those_of_ours_and_of_the_best_simple_one():
    assert shown_as_timelines(figures_of(contest())) == (OURS, 'fifo')
    assert shown_as_timelines(figures_of(contest([ORACLE]))) == ()


def test_the_best_of_what_teams_do_is_the_baseline(tmp_path):
    found = contest([*TEAMS, OURS, 'fifo'])
    figures = figures_of(found)
    assert baseline_of(figures) == TEAMS[1]
    assert as_json(found, figures, 2)['baseline'] == TEAMS[1]
    rows = rows_of(figures)
    assert [row[0] for row in rows] == ['ros2_callback', 'ros2_callback_onnx†', OURS, 'fifo']
    assert narrow(rows)[1][0] == 'ros2_callback\n_onnx†'
    assert shown_as_timelines(figures) == (TEAMS[1], OURS, 'fifo')
    draw_policies('mine', figures, tmp_path / 'policies.png')
    # At another load another one is the best, and may be all there is.
    other = figures_of(contest([TEAMS[0], OURS, 'fifo']))
    draw_sweep('mine', {0.5: figures, 1.0: other}, tmp_path / 'sweep.png')
    draw_responses(found, TEAMS[1], tmp_path / 'responses.png')
    assert all(p.stat().st_size > 5000 for p in tmp_path.glob('*.png'))
    without = contest()
    assert baseline_of(figures_of(without)) == ''
    assert as_json(without, figures_of(without), 2)['baseline'] is None


def test_pictures_can_be_drawn(tmp_path):
    found = contest([OURS, 'fifo', ORACLE])
    figures = figures_of(found)
    draw_policies('mine', figures, tmp_path / 'a' / 'policies.png')
    draw_responses(found, '', tmp_path / 'responses.png')
    draw_sweep('mine', {2.0: figures, 0.5: figures}, tmp_path / 'sweep.png')
    assert all(p.stat().st_size > 5000 for p in tmp_path.rglob('*.png'))
    assert len(list(tmp_path.rglob('*.png'))) == 3
