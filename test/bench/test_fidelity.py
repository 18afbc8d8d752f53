# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The experiment on fidelity, run short."""

import json

import pytest

from rtmdl_ros.bench import fidelity
from rtmdl_ros.bench.fidelity import main


def test_a_short_run_compares_workloads(cache_dir, tmp_path, capsys, monkeypatch):
    workloads = fidelity._WORKLOADS[1], fidelity._WORKLOADS[4]
    monkeypatch.setattr(fidelity, '_WORKLOADS', workloads)
    arguments = ['--out', str(tmp_path), '--cache-dir', str(cache_dir)]
    assert main(['--seconds', '0.5', '--calibration', '0.5', *arguments]) in (0, 1)
    table = capsys.readouterr().out.partition('figures:')[0].splitlines()
    assert max(map(len, table)) <= 80
    figures = json.loads((tmp_path / 'fidelity.json').read_text())
    assert [each['load'] for each in figures['workloads']] == [0.7, 1.5]
    for each in figures['workloads']:
        assert any(line.startswith(each['name']) for line in table)
        for comparisons in each['by_source'].values():
            parts = [c for name, c in comparisons.items() if name != 'all']
            for side in ('real', 'simulated'):
                assert comparisons['all'][side]['jobs'] == sum(c[side]['jobs'] for c in parts)
            # Five seeds simulate the same releases.
            assert comparisons['all']['simulated']['jobs'] == pytest.approx(
                5 * comparisons['all']['real']['jobs']
            )
    assert (tmp_path / 'fidelity.png').stat().st_size > 10_000


def test_help_has_examples(capsys):
    with pytest.raises(SystemExit):
        main(['--help'])
    assert 'make bench-fidelity' in capsys.readouterr().out
