# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Figures, their JSON and their table, by hand."""

import json
from dataclasses import replace

from demo_records import short_run
from rich.console import Console

from rtmdl_ros.evidence.figures import added_times, lane_utilization, response_times
from rtmdl_ros.evidence.recording import Recording
from rtmdl_ros.msg import SchedulerStatus, TaskStatus
from rtmdl_ros.node.demo.options import DemoOptions
from rtmdl_ros.node.demo.results import Seen, as_json, result_of
from rtmdl_ros.node.demo.summary import remarks, summary_table
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.workload.records import Outcome

MS = 1_000_000


def report(number, task, response_ms, outcome=Outcome.ON_TIME):
    """Return a job released at number * 100 ms whose last half ran on lane0."""
    release, end = number * 100 * MS, (number * 100 + response_ms) * MS
    spans = (
        StageSpan('preprocess', 'cpu0', release, release + response_ms * MS // 2),
        StageSpan('detect', 'lane0', release + response_ms * MS // 2, end),
    )
    return JobReport(
        number, task, outcome, release, release + 50 * MS, end, spans, '', None,
        variant='b' if number < 2 else 'a',
    )  # fmt: skip


REPORTS = [
    *(report(i, 'traffic_light', 2 * (i + 1)) for i in range(10)),
    report(10, 'traffic_light', 60, Outcome.LATE),
    report(11, 'traffic_light', 10, Outcome.DISCARDED),
]


def status():
    """Return the last status of the short run."""
    light = TaskStatus(
        task='traffic_light', variant='a', deadline_ms=33.3, released=4, on_time=3, late=1
    )
    sign = TaskStatus(
        task='traffic_sign', variant='b', deadline_ms=33.3, released=4, on_time=1, superseded=1,
        discarded=1, failed=1,
    )  # fmt: skip
    return SchedulerStatus(policy='edf', cpu_workers=1, lanes=2, tasks=[light, sign])


def result():
    accuracies = {('traffic_light', 'a'): 0.9, ('traffic_light', 'b'): 0.5}
    return result_of(DemoOptions(), Seen(status(), short_run(), accuracies), REPORTS)


def test_response_times_are_of_the_jobs_that_finished():
    times = response_times(REPORTS, 'traffic_light')
    # 2, 4, ... 20 and 60 ms; nearest rank.
    assert (times.jobs, times.p50, times.p95, times.p99, times.max) == (11, 12.0, 60.0, 60.0, 60.0)
    nothing = response_times(REPORTS, 'traffic_sign')
    assert (nothing.jobs, nothing.p50, nothing.max) == (0, 0.0, 0.0)


def test_added_times_are_what_the_stages_do_not_account_for():
    spans = (StageSpan('a', 'cpu0', 2 * MS, 5 * MS), StageSpan('b', 'lane0', 6 * MS, 9 * MS))
    late_start = JobReport(1, 'a', Outcome.ON_TIME, 1 * MS, 50 * MS, 9 * MS, spans, '', None)
    assert added_times([late_start], 'a').max == 2.0
    assert added_times(REPORTS, 'traffic_light').max == 0.0


def test_lane_utilization():
    # Stages on lanes: (2 + ... + 20 + 60 + 10) / 2 = 90 ms of 1110 ms.
    assert lane_utilization(REPORTS, 1) == 90 / 1110
    assert lane_utilization(REPORTS, 2) == 45 / 1110
    assert lane_utilization([], 1) == 0.0


def test_json_has_the_shape_of_the_design():
    document = json.loads(json.dumps(as_json(result())))
    assert document['workload'] == 'demo 640x480 at 30 Hz'
    assert (document['duration_s'], document['seed']) == (20.0, 1)
    assert 'cores' in document['device']
    assert document['camera'] == {'published': 5, 'skipped': 0, 'received': 4, 'delivered': 0.8}
    policy = document['policies']['rtmdl']
    assert policy['miss_ratio'] == 0.5
    assert (policy['queue_order'], policy['lanes']) == ('edf', 2)
    light = policy['tasks']['traffic_light']
    assert light['response_ms'] == {'p50': 12.0, 'p95': 60.0, 'p99': 60.0, 'max': 60.0}
    assert light['added_ms'] == {'p50': 0.0, 'p95': 0.0, 'p99': 0.0, 'max': 0.0}
    assert light['accuracy']['iou_0.5']['correct'] == 2
    assert light['variants'] == {'a': 9, 'b': 2}
    assert round(light['expected_accuracy'], 6) == round((9 * 0.9 + 2 * 0.5) / 11, 6)
    for task in policy['tasks'].values():
        outcomes = ('on_time', 'late', 'superseded', 'discarded', 'failed')
        assert task['released'] == sum(task[outcome] for outcome in outcomes)
        assert task['miss_ratio'] == 1 - task['on_time'] / task['released']


def test_a_run_longer_than_its_trace_says_of_how_many_answers_times_are(capsys):
    longer = status()
    longer.tasks[0].on_time, longer.tasks[0].released = 20, 21
    cut = result_of(DemoOptions(), Seen(longer, short_run(), {}), REPORTS)
    tasks = as_json(cut)['policies']['rtmdl']['tasks']
    assert tasks['traffic_light']['answers_traced'] == 11
    Console(width=80).print(summary_table(cut))
    assert 'times, accuracy: of the last' in capsys.readouterr().out
    assert remarks(cut)[0].endswith('answered with a 81.8 %, b 18.2 % (of the last 11)')
    longer.tasks[0].on_time, longer.tasks[1].on_time = 10, 0
    whole = result_of(DemoOptions(), Seen(longer, short_run(), {}), REPORTS)
    Console(width=80).print(summary_table(whole))
    assert 'of the last' not in ''.join((capsys.readouterr().out, *remarks(whole)))


def test_a_task_whose_truth_nobody_knows_has_no_scores():
    light, sign = short_run().tasks
    recording = replace(short_run(), tasks=(light, replace(sign, truth_known=False)))
    scored, unknown = result_of(DemoOptions(), Seen(status(), recording, {}), REPORTS).tasks
    assert len(scored.scores) == 2 and unknown.scores == ()


def test_own_footage_has_no_seed():
    options = DemoOptions(source='drive.mp4', rate_hz=25.0)
    footage = result_of(options, Seen(status(), short_run(), {}), REPORTS)
    assert as_json(footage)['seed'] is None
    assert str(summary_table(footage).title) == 'demo on drive.mp4 at 25 Hz, 20 s'


def test_summary_fits_a_terminal(capsys):
    console = Console(width=80)
    console.print(summary_table(result()))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].strip() == 'demo 640x480 at 30 Hz, 20 s, seed 1'
    rows = {line[:34].strip(): line[34:].split() for line in lines if line.strip()}
    assert rows['frames released'] == ['4', '4']
    assert rows['discarded as hopeless'] == ['0', '1']
    assert rows['miss ratio'] == ['25.0', '%', '75.0', '%']
    assert rows['99th percentile'] == ['60.0', 'ms', '–']
    # 9 of 11 answers with the 0.9 of a, 2 with the 0.5 of b.
    assert rows['accuracy to be expected'] == ['82.7', '%', '–']
    assert rows['precision'] == ['66.7', '%', '–']
    assert rows['recall in all frames'] == ['33.3', '%', '0.0', '%']


def test_remarks():
    lines = remarks(result())
    assert lines[0] == 'traffic_light: planned a; answered with a 81.8 %, b 18.2 %'
    assert lines[1] == 'traffic_sign: planned b; answered with none'
    assert lines[2] == 'camera to node: 4 of 5 frames delivered (80.0 %)'


def test_warnings_of_the_node_are_told_with_the_figures():
    seen = Seen(status(), short_run(), {}, warnings=('too hot', 'too cold'))
    warned = result_of(DemoOptions(), seen, REPORTS)
    assert remarks(warned)[-2:] == ('rtmdl_node warned: too hot', 'rtmdl_node warned: too cold')
    assert as_json(warned)['warnings'] == ['too hot', 'too cold']


def test_frames_that_only_some_tasks_got_are_told():
    light, sign = short_run().tasks
    recording = Recording((light, replace(sign, misses={})))
    line = remarks(replace(result(), recording=recording))[2]
    assert line == 'camera to node: 4 of 5 frames delivered (80.0 %), 1 to traffic_sign'
