# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What becomes of jobs in a Chrome trace, and that it can be read back."""

import json

import pytest

from rtmdl_ros.runtime.chrome_trace import chrome_trace, read_chrome_trace, write_chrome_trace
from rtmdl_ros.runtime.report import JobReport, StageSpan, Wait
from rtmdl_ros.workload.reasons import Reason
from rtmdl_ros.workload.records import Outcome

ORIGIN = 5_000_000_123
SPANS = (
    StageSpan('pre', 'cpu0', ORIGIN + 1_001, ORIGIN + 3_002),
    StageSpan('net', 'lane0', ORIGIN + 4_003, ORIGIN + 9_004),
    StageSpan('post', 'cpu0', ORIGIN + 9_100, ORIGIN + 9_900),
)
FINISHED = JobReport(
    3, 'sign', Outcome.ON_TIME, ORIGIN, ORIGIN + 20_000, ORIGIN + 9_900, SPANS, '', None,
    variant='w50',
)  # fmt: skip
SUPERSEDED = JobReport(
    4, 'sign', Outcome.SUPERSEDED, ORIGIN + 50, ORIGIN + 20_050, ORIGIN + 80, (), 'why', None,
    Reason.NEWER_JOB,
    (
        Wait('pre', Reason.EXECUTORS_BUSY, '', ORIGIN + 50, ORIGIN + 60),
        Wait('pre', Reason.URGENT_JOB, 'light', ORIGIN + 60, ORIGIN + 80),
    ),
)  # fmt: skip


def events_of(*reports):
    """Return all events of a trace."""
    return list(chrome_trace(reports)['traceEvents'])


def events(trace, phase):
    """Return the events of one phase."""
    return [event for event in trace if event['ph'] == phase]


def test_slices_lie_on_the_track_of_their_executor():
    trace = events_of(FINISHED)
    tracks = {e['tid']: e['args']['name'] for e in events(trace, 'M') if e['name'] == 'thread_name'}
    slices = [(tracks[e['tid']], e['name'], e['ts'], e['dur']) for e in events(trace, 'X')]
    assert slices == [
        ('cpu0', 'sign pre', 1.001, 2.001),
        ('lane0', 'sign net', 4.003, 5.001),
        ('cpu0', 'sign post', 9.1, 0.8),
    ]
    assert events(trace, 'X')[0]['args'] == {
        'job': 3, 'outcome': 'on_time', 'stage': 'pre', 'task': 'sign'
    }  # fmt: skip
    assert [event['ph'] for event in trace if event.get('cat') == 'flow'] == [
        's', 't', 'f'
    ]  # fmt: skip


def test_waits_lie_within_their_job_with_their_reason():
    jobs = events(events_of(SUPERSEDED), 'b')
    assert [(e['name'], e['ts'], e['id'], e['cat']) for e in jobs] == [
        ('sign', 0.0, 4, 'job'),
        ('wait executors_busy', 0.0, 4, 'job'),
        ('wait urgent_job', 0.01, 4, 'job'),
    ]
    assert jobs[0]['args']['reason'] == 'newer_job'
    assert jobs[2]['args'] == {'stage': 'pre', 'because': 'light', 'until_ns': 30}
    ends = events(events_of(SUPERSEDED), 'e')
    # The innermost ends first, for viewers that match ends with begins in order.
    assert [(e['name'], e['ts']) for e in ends] == [
        ('wait executors_busy', 0.01),
        ('wait urgent_job', 0.03),
        ('sign', 0.03),
    ]


def test_deadlines_and_misses_are_instants():
    trace = events_of(FINISHED, SUPERSEDED)
    assert [(e['name'], e['ts']) for e in events(trace, 'i')] == [
        ('sign deadline', 20.0),
        ('sign deadline', 20.05),
        ('sign superseded', 0.08),
    ]


def test_a_trace_can_be_read_back(tmp_path):
    path = tmp_path / 'deep' / 'trace.json'
    write_chrome_trace([FINISHED, SUPERSEDED], path)
    again = read_chrome_trace(path)
    write_chrome_trace(again, tmp_path / 'again.json')
    assert [r.job_id for r in again] == [3, 4]
    assert again[0].spans[1] == StageSpan('net', 'lane0', 4_003, 9_004)
    assert (again[0].response_ns, again[0].deadline_ns) == (9_900, 20_000)
    assert (again[1].outcome, again[1].detail) == (Outcome.SUPERSEDED, 'why')
    assert again[1].reason is Reason.NEWER_JOB
    assert again[1].waits[1] == Wait('pre', Reason.URGENT_JOB, 'light', 60, 80)
    first, second = (json.loads(p.read_text()) for p in (path, tmp_path / 'again.json'))
    assert first['traceEvents'] == second['traceEvents']
    assert sorted(p.name for p in tmp_path.rglob('*.json*')) == ['again.json', 'trace.json']


OTHER_EVENTS = '{"traceEvents": [{"ph": "X"}]}', '{"traceEvents": [{"ph": "b", "name": 1}]}'


@pytest.mark.parametrize('text', ['', '[]', *OTHER_EVENTS, 'no json'])
def test_another_file_is_refused_by_name(tmp_path, text):
    path = tmp_path / 'other.json'
    path.write_text(text)
    with pytest.raises(ValueError, match=r'other\.json: not a trace written by rtmdl'):
        read_chrome_trace(path)
