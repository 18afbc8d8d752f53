# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Plans beside what is measured: the figures by hand, and a short run."""

import json
from types import SimpleNamespace

import pytest

from rtmdl_ros.bench.adaptive import BURST, CALM, HOG, Script, by_phase
from rtmdl_ros.bench.adaptive import main as adaptive_main
from rtmdl_ros.bench.plans import main
from rtmdl_ros.profiling.profile import Profile, VariantProfile
from rtmdl_ros.workload.records import Outcome

S = 1_000_000_000
ACCURACIES = {('a', 'small'): 0.6, ('a', 'large'): 0.9}


def job(outcome, variant='', release_s=0.0):
    return SimpleNamespace(
        task='a', outcome=outcome, variant=variant, release_ns=round(release_s * S)
    )


def test_phases_are_told_apart_by_the_release():
    script = Script(calm_s=5.0, burst_s=2.0, hog_s=3.0)
    assert script.length_s == 20.0
    edges = (0.0, 4.99, 5.0, 6.99, 7.0, 11.99, 12.0, 14.99, 15.0)
    assert [script.phase(at) for at in edges] == [
        CALM, CALM, BURST, BURST, CALM, CALM, HOG, HOG, CALM,
    ]  # fmt: skip
    variants = tuple(VariantProfile(v, a, (), ()) for (_, v), a in ACCURACIES.items())
    ladders = SimpleNamespace(profile=Profile({}, {'a': variants}, {}))
    jobs = [
        job(Outcome.ON_TIME, 'large', 100.0), job(Outcome.ON_TIME, 'small', 105.5),
        job(Outcome.DISCARDED, '', 106.0),
    ]  # fmt: skip
    assert by_phase(jobs, script, ladders) == {CALM: (0.0, 0.9), BURST: (0.5, 0.3)}


@pytest.fixture(scope='module')
def options(tmp_path_factory, cache_dir, small_zoo):
    out = tmp_path_factory.mktemp('out')
    return out, ['--zoo', str(small_zoo), '--cache-dir', str(cache_dir), '--out', str(out)]


def test_a_short_run_sets_promises_beside_measurements(options, capsys, monkeypatch):
    monkeypatch.setattr('rtmdl_ros.bench.plans._LOADS', (0.5, 2.0))
    out, arguments = options
    assert main([*arguments, '--seconds', '0.4', '--planning', '0.1']) in (0, 1)
    table = capsys.readouterr().out.partition('figures:')[0].splitlines()
    assert max(len(line) for line in table if not line.startswith('load ')) <= 80
    figures = json.loads((out / 'plans.json').read_text())
    assert [row['load'] for row in figures['rows']] == [0.5, 2.0]
    for row in figures['rows']:
        assert 0.0 <= row['measured']['miss_ratio'] <= 1.0
        best = max(row['measured']['accuracies'].values())
        assert row['measured']['on_time_accuracy'] <= best <= 1.0


def test_a_short_run_disturbs_all_modes_alike(options, capsys):
    out, arguments = options
    short = ['--rounds', '1', '--calm', '0.3', '--burst', '0.3', '--hog', '0.3']
    assert adaptive_main([*arguments, *short]) == 0
    figures = json.loads((out / 'adaptive.json').read_text())
    phases = [(row['phase'], row['mode']) for row in figures['rows']]
    assert len(phases) == len(set(phases)) == 9
    assert 'run time' in capsys.readouterr().out
