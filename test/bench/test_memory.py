# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The experiment on memory: its arithmetic exactly, and a short run."""

import json

import pytest

from rtmdl_ros.bench.memory import Bypass, main
from rtmdl_ros.bench.memory_samples import Line, MemorySample, Sampler, fitted
from rtmdl_ros.bench.workloads import RunnableTask, Workload
from rtmdl_ros.workload.records import Resource, Stage, Task


def test_a_line_through_samples_that_lie_on_one():
    samples = [MemorySample(seconds, 1000 + 0.5 * seconds) for seconds in (10, 20, 40)]
    assert fitted(samples) == Line(pytest.approx(30.0), pytest.approx(1000.0))


def test_the_line_is_that_of_least_squares():
    samples = [MemorySample(*each) for each in ((0, 0), (1, 3), (2, 0), (3, 3))]
    assert fitted(samples) == Line(pytest.approx(60 * 0.6), pytest.approx(0.6))


def test_a_line_needs_two_instants():
    with pytest.raises(ValueError, match='x is constant'):
        fitted([MemorySample(1, 1), MemorySample(1, 2)])


def test_the_sampler_samples_once_a_second(monkeypatch):
    monkeypatch.setattr('rtmdl_ros.bench.memory_samples._EVERY_S', 0.01)
    asked = []

    def beside():
        asked.append(None)
        if len(asked) == 3:
            sampler._over.set()

    with Sampler(beside) as sampler:
        sampler._thread.join()
    assert len(sampler.samples) == len(asked) == 3
    times = [sample.seconds for sample in sampler.samples]
    assert times == sorted(times)


def test_an_open_bypass_leaves_stages_out():
    task = Task('t', (Stage('s', Resource.CPU),), 1, 1)
    called = []
    bypass = Bypass()
    workload = bypass.of(Workload((RunnableTask(task, 'f', {'': (called.append,)}),), ()))
    (stage,) = workload.tasks[0].stages['']
    assert stage(1) is False
    bypass.open = False
    stage(2)
    assert called == [2]


def test_a_short_run_tells_the_slope(cache_dir, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr('rtmdl_ros.bench.memory_samples._EVERY_S', 0.2)
    arguments = ['--out', str(tmp_path), '--cache-dir', str(cache_dir)]
    short = ['--duration', '3.5', '--warm-up', '0.5', '--fill', '20']
    assert main([*short, '--limit', '1e6', *arguments]) == 0
    table = capsys.readouterr().out.partition('figures:')[0].splitlines()
    assert max(map(len, table)) <= 80
    figures = json.loads((tmp_path / 'memory.json').read_text())
    samples = [MemorySample(**each) for each in figures['samples']]
    assert len(samples) >= 2
    counted = [sample for sample in samples if sample.seconds >= 0.5]
    assert figures['slope_kb_per_min'] == fitted(counted).kb_per_min
    assert figures['flat'] is True
    assert (tmp_path / 'memory.png').stat().st_size > 10_000


def test_a_run_shorter_than_its_warm_up_is_refused(capsys):
    with pytest.raises(SystemExit) as error:
        main(['--duration', '30'])
    assert error.value.code == 2
    assert '--duration must be longer than --warm-up' in capsys.readouterr().err
