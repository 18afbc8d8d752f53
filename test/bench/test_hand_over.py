# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The measurement of what the runtime adds."""

from rtmdl_ros.bench.hand_over import main, measure_hand_over


def test_costs_are_ordered_and_all_jobs_count():
    cost = measure_hand_over(jobs=20, busy=True)
    assert cost.jobs == 20
    assert 0 < cost.hand_over_p50_ns <= cost.hand_over_p99_ns
    assert 0 < cost.added_p50_ns <= cost.added_p99_ns


def test_the_command_prints_one_line(capsys):
    main(['--jobs', '5'])
    out = capsys.readouterr().out
    assert out.startswith('5 jobs; hand-over between threads: median ')
    assert out.count('\n') == 1
