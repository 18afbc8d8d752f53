# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The benchmark of core and simulation: what it counts, and its table."""

from rtmdl_ros.bench.core_speed import CoreCost, Setting, core_cost, main, simulated_stages
from rtmdl_ros.workload.records import Packing

SETTING = Setting(Packing.GUARDED, lanes=2, seconds=0.5, seed=0)


def test_cost_of_a_job():
    assert CoreCost(jobs=4, spent_ns=100_000).us_per_job == 25.0


def test_the_recorded_simulation_is_the_one_that_is_counted():
    cost = core_cost(SETTING)
    stages = simulated_stages(SETTING)
    assert cost.spent_ns > 0
    # Chains have three to five stages; some jobs are discarded before their last.
    assert cost.jobs < stages <= 5 * cost.jobs


def test_table_has_a_row_for_each_packing_and_number_of_lanes(capsys):
    assert main(['--seconds', '0.5', '--processes', '1']) == 0
    rows = [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    for row in (['greedy', '1'], ['greedy', '2'], ['guarded', '1'], ['guarded', '2']):
        assert rows.count(row) == 1
