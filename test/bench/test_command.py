# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the experiments' commands have in common."""

import json

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


def test_exit_status():
    assert run_experiment(lambda: True) == 0
    assert run_experiment(lambda: False) == 1


def test_an_experiment_that_cannot_be_done_says_so_in_a_line(capsys):
    def fail():
        raise ExperimentError('give more seconds')

    assert run_experiment(fail) == 1
    assert capsys.readouterr().err == 'give more seconds\n'


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
