# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the experiments' commands have in common."""

import json
import os
import signal
from pathlib import Path

import pytest

from rtmdl_ros.bench.command import (
    ExperimentError,
    add_number,
    experiment_parser,
    print_table,
    run_experiment,
    write_json,
)
from rtmdl_ros.profiling.device import device_name


@pytest.fixture
def ended(tmp_path):
    """Return how an experiment ends that does something, with options."""

    def end(run, *arguments, out=tmp_path / 'out'):
        parser = experiment_parser('x', 'Does x.', '  make x')
        parser.add_argument('--json', type=Path)
        options = parser.parse_args(['--out', str(out), *map(str, arguments)])
        return run_experiment(parser, options, run)

    return end


def failing_with(error):
    def fail():
        raise error

    return fail


def test_exit_status(ended):
    assert ended(lambda: True) == 0
    assert ended(lambda: False) == 1


@pytest.mark.parametrize(
    ('error', 'line'),
    [
        (ExperimentError('give more seconds'), 'give more seconds'),
        (
            OSError(28, 'No space left on device', 'out/x.json'),
            'out/x.json: cannot be written (No space left on device); give another place, or '
            'rights or room',
        ),
    ],
)
def test_an_experiment_that_cannot_be_done_says_so_in_a_line(ended, capsys, error, line):
    assert ended(failing_with(error)) == 1
    assert capsys.readouterr().err == f'python3 -m rtmdl_ros.bench.x: {line}\n'


def test_what_cannot_be_written_is_told_before_anything_is_run(ended, tmp_path, capsys):
    never = failing_with(AssertionError('it is run'))
    file = tmp_path / 'file'
    file.write_text('')
    assert ended(never, out=file) == 1
    assert ended(never, '--json', tmp_path) == 1
    # What goes into a file of its own needs no folder.
    assert ended(lambda: True, '--json', tmp_path / 'x.json', out=file) == 0
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f'python3 -m rtmdl_ros.bench.x: {file}: --out cannot be written to (')
    assert second.startswith(f'python3 -m rtmdl_ros.bench.x: {tmp_path}: --json cannot be written')


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_a_line(ended, capsys, number):
    before = signal.signal(number, signal.SIG_DFL)
    try:
        assert ended(lambda: os.kill(os.getpid(), number)) == 130
    finally:
        signal.signal(number, before)
    assert capsys.readouterr().err == 'python3 -m rtmdl_ros.bench.x: interrupted\n'


@pytest.mark.parametrize('text', ['0', '-1', 'x', 'nan', 'inf'])
def test_numbers_that_make_no_sense_are_refused(text, capsys):
    parser = experiment_parser('x', 'Does x.', '  make x')
    add_number(parser, '--seconds', 2.0, 'length')
    assert parser.parse_args([]).seconds == 2.0
    with pytest.raises(SystemExit):
        parser.parse_args([f'--seconds={text}'])
    assert 'give a number above 0' in capsys.readouterr().err


def test_a_table_fits_80_columns_and_names_the_machine(capsys):
    rows = [('a' * 20, '1.25', '3')] * 2
    print_table('title', ('name', 'a long heading of many words', 'n'), rows, 'word ' * 40)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert device_name().split(',')[0] in '\n'.join(lines)


def test_a_wide_terminal_is_used(capsys, monkeypatch):
    monkeypatch.setenv('COLUMNS', '120')
    monkeypatch.setattr('sys.stdout.isatty', lambda: True)
    print_table('title', ('name', 'n'), [('a', '1')], 'word ' * 40)
    assert max(map(len, capsys.readouterr().out.splitlines())) > 100


def test_figures_are_written_with_the_machine(tmp_path):
    path = tmp_path / 'new' / 'x.json'
    write_json(path, {'a': 1})
    assert json.loads(path.read_text()) == {'machine': device_name(), 'a': 1}
