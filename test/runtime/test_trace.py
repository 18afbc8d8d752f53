# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The ring buffer of the last jobs."""

import tracemalloc

from rtmdl_ros.runtime.chrome_trace import read_chrome_trace
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.runtime.trace import Trace
from rtmdl_ros.workload.records import Outcome

SPANS = (
    StageSpan('pre', 'cpu0', 1, 3),
    StageSpan('net', 'lane0', 4, 9),
    StageSpan('post', 'cpu0', 10, 12),
)


def job(job_id):
    """Return a job with a payload."""
    return JobReport(job_id, 'sign', Outcome.LATE, 0, 11, 12, SPANS, '', object())


def test_the_ring_keeps_the_last_jobs_without_their_payload():
    trace = Trace(capacity=2)
    for job_id in range(5):
        trace.add(job(job_id))
    assert [(r.job_id, r.payload) for r in trace.reports()] == [(3, None), (4, None)]



def test_writing_takes_little_memory_however_many_jobs_there_are(tmp_path):
    trace = Trace()
    for job_id in range(300):
        trace.add(job(job_id))
    tracemalloc.start()
    assert trace.write_chrome_trace(tmp_path / 'trace.json') == 300
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 250_000  # its events all at once: 2 MB
    assert len(read_chrome_trace(tmp_path / 'trace.json')) == 300


def test_an_empty_trace_is_a_trace(tmp_path):
    assert Trace().write_chrome_trace(tmp_path / 'trace.json') == 0
    assert read_chrome_trace(tmp_path / 'trace.json') == ()
