# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Services that are not a task's."""

from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

from std_srvs.srv import Trigger

from rtmdl_ros.runtime.chrome_trace import read_chrome_trace


def dump(bench):
    client = bench.peer.node.create_client(Trigger, '/rtmdl/dump_trace')
    assert client.wait_for_service(10.0)
    future = client.call_async(Trigger.Request())
    bench.wait(until=future.done)
    return future.result()


def test_a_trace_is_written_on_request_and_the_answer_names_it(logged, cache_dir):
    bench, log = logged({'tasks': ['traffic_light']})
    early = dump(bench)
    assert not early.success
    assert early.message == 'the node is unconfigured; configure and activate it first'
    bench.start()
    bench.feed(until=lambda: len(bench.peer.detections) >= 5)
    answer = dump(bench)
    assert answer.success
    path = Path(answer.message)
    assert path == cache_dir / 'trace-rtmdl.json'
    bench.wait(until=lambda: log.count(f'jobs written to {path}') == 1)
    assert {report.task for report in read_chrome_trace(path)} == {'traffic_light'}
    assert len(read_chrome_trace(path)) >= 5


def test_it_goes_to_the_trace_file_if_there_is_one(logged, tmp_path):
    path = tmp_path / 'deep' / 'trace.json'
    bench, log = logged({'tasks': ['traffic_light'], 'trace_file': str(path)})
    bench.start()
    assert dump(bench).message == str(path)
    bench.wait(until=lambda: log.count(f'jobs written to {path}') == 1)


def test_a_place_that_cannot_be_written_to_is_told(logged, tmp_path):
    (tmp_path / 'file').write_text('')
    path = tmp_path / 'file' / 'trace.json'
    bench, _ = logged({'tasks': ['traffic_light'], 'trace_file': str(path)})
    bench.start()
    answer = dump(bench)
    assert not answer.success
    assert answer.message.startswith(f'trace_file {path}: cannot be written (')
