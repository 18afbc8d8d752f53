# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The benchmark of planning: its comparison, its table and its file; random problems."""

import json
from itertools import pairwise

from rtmdl_ros.bench.planning import Row, Size, compared_with_all, main, print_rows
from rtmdl_ros.planning.random_problems import random_problem


def row(reached, best):
    """Return a row with these objectives."""
    return Row('6 x 12', 0, reached, best, False, 1.0, 1.0, 1.0)


def test_how_far_below_the_best():
    assert row(0.5, 0.5).shortfall == 0.0
    assert row(0.6, 0.5).shortfall == 0.0
    assert row(0.25, 0.5).shortfall == 0.5
    assert row(-0.1, 0.5).shortfall == 1.0


def test_problems_whose_best_breaks_a_limit_do_not_count(capsys):
    assert row(-0.2, -0.1).shortfall is row(-0.1, -0.1).shortfall is None
    print_rows([row(-0.2, -0.1), row(0.25, 0.5), row(0.5, 0.5)])
    line = next(each for each in capsys.readouterr().out.splitlines() if '6 x 12' in each)
    assert line.split()[3:10] == ['3', '2', '25.00', '50.00', '1', 'of', '2']
    print_rows([row(-0.2, -0.1)])
    line = next(each for each in capsys.readouterr().out.splitlines() if '6 x 12' in each)
    assert line.split()[3:10] == ['1', '0', '–', '–', '0', 'of', '0']


def test_a_small_problem_beside_all_its_candidates():
    found = compared_with_all(0, Size('2 x 3', 2, 3, 600.0))
    assert found.exact
    assert found.shortfall == 0.0


def test_a_table_and_a_file(capsys, tmp_path):
    path = tmp_path / 'new' / 'figures.json'
    assert main(['--quick', '--json', str(path)]) == 0
    assert '6 x 12' in capsys.readouterr().out
    assert [each['size'] for each in json.loads(path.read_text())['rows']] == ['2 x 3', '6 x 12']


def test_random_variants_take_more_time_for_ever_less_accuracy():
    drawn = random_problem(4, 3, 6)
    assert drawn == random_problem(4, 3, 6) != random_problem(5, 3, 6)
    for variants in drawn.profile.functions.values():
        times = [variant.stages[1].quantiles_ns[-1] for variant in variants]
        accuracies = [variant.accuracy for variant in variants]
        assert times == sorted(set(times))
        gains = [b - a for a, b in pairwise(accuracies)]
        assert gains == sorted(gains, reverse=True) and gains[-1] > 0.0
