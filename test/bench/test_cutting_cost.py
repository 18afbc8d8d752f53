# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The table of what cutting costs."""

from rtmdl_ros.bench import cutting_cost
from rtmdl_ros.networks.zoo import read_zoo


def test_the_cost_of_cutting_is_shown(cache_dir, small_zoo, capsys):
    arguments = ['--rounds', '2', '--cache-dir', str(cache_dir), '--zoo', str(small_zoo)]
    assert cutting_cost.main(arguments) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header.split() == ['network', 'segments', 'ms', 'ratio', 'longest', 'ms']
    networks = len({variant.network for variant in read_zoo(small_zoo)})
    assert [line.split()[2] for line in lines] == ['1', '2', '3', '4'] * networks
