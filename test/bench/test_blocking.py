# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The experiment on blocking: sums, and a short run."""

import json

from rtmdl_ros.bench.block_counts import Blocking
from rtmdl_ros.bench.blocking import StageBlocking, by_stage, main


def test_sums_by_stage():
    found = [Blocking(job, 'net 1', job % 2, job * 1_000_000) for job in range(4)]
    found.append(Blocking(0, 'net 2', 0, 0))
    assert by_stage(found) == (
        StageBlocking('net 1', 4, 2, 1, 3.0, 3.0),
        StageBlocking('net 2', 1, 0, 0, 0.0, 0.0),
    )


def test_a_short_run_keeps_the_promise(cache_dir, tmp_path, capsys):
    arguments = ['--seconds', '1', '--out', str(tmp_path), '--cache-dir', str(cache_dir)]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80 or str(tmp_path) in max(lines, key=len)
    figures = json.loads((tmp_path / 'blocking.json').read_text())
    assert figures['task'] == 'traffic_light_front'
    for row in figures['stages']:
        assert row['blocked'] <= row['jobs']
        assert row['most_stages'] <= 1
        assert 0 <= row['p99_ms'] <= row['max_ms']
