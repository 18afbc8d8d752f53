# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The command line: help, wrong use, laziness."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rtmdl_ros import cli


def output_of(capsys, *arguments):
    """Return exit status and output of a command line that argparse answers."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    captured = capsys.readouterr()
    return caught.value.code, captured.out + captured.err


def test_help_names_every_command_and_shows_examples(capsys):
    status, text = output_of(capsys, '--help')
    assert status == 0
    assert 'examples:' in text
    for name, (_, line) in cli.COMMANDS.items():
        assert name in text
        assert line.split()[0] in text


@pytest.mark.parametrize('command', cli.COMMANDS)
def test_every_command_has_help_with_examples(capsys, command):
    status, text = output_of(capsys, command, '--help')
    assert status == 0
    assert f'usage: rtmdl {command}' in text
    assert f'examples:\n  rtmdl {command}' in text


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ((), 'COMMAND'),
        (('dmeo',), "'dmeo'"),
        (('demo', '--duration', '0'), '--duration: 0: give a number from 0.5 to 3600'),
        (('demo', '--duration', 'long'), '--duration: long: give a number'),
        (('demo', '--width', '63'), '--width: 63: give a whole number from 64 to 4096'),
        (('demo', '--seed', '1.5'), '--seed: 1.5: give a whole number'),
        (('demo', '--sed', '1'), 'rtmdl demo: error: unrecognized arguments: --sed 1; did you'),
        (('demo', '--widht=3'), 'unrecognized arguments: --widht=3; did you mean --width?'),
        (('demo', 'x', '-q'), 'rtmdl demo: error: unrecognized arguments: x -q'),
    ],
)
def test_wrong_use_ends_with_2_and_names_the_option(capsys, arguments, message):
    status, text = output_of(capsys, *arguments)
    assert status == 2
    assert message in text.splitlines()[-1]


def test_only_what_a_command_needs_is_imported():
    code = (
        'import sys; from rtmdl_ros import cli\n'
        'try: cli.main(["demo", "--help"])\n'
        'except SystemExit: pass\n'
        'print(sorted({"torch", "cv2", "rclpy", "matplotlib", "onnxruntime"} & set(sys.modules)))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True, cwd='/'
    )
    assert done.stdout.splitlines()[-1] == '[]'


SCRIPT = str(Path(__file__).parent.parent / 'scripts' / 'rtmdl')


def test_what_needs_no_ros_runs_from_the_sources():
    command = [sys.executable, SCRIPT, 'simulate', '--tasks', '2', '--utilization', '0.5']
    done = subprocess.run(
        command, capture_output=True, text=True, cwd='/', env={'PATH': '/usr/bin:/bin'}
    )
    assert (done.returncode, done.stderr) == (0, '')
    assert 'task1' in done.stdout


def test_a_signal_that_an_import_turns_into_an_error_is_an_interruption(monkeypatch, capsys):
    def imported(*_):
        try:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(10)
        except KeyboardInterrupt:
            raise ImportError('initialization failed') from None

    monkeypatch.setattr(cli, '_run', imported)
    assert cli.main(['replay', 'bag']) == 130
    assert capsys.readouterr().err == 'rtmdl replay: interrupted\n'


def test_a_missing_package_is_told_in_a_line():
    code = (
        "import runpy, sys; sys.modules['rich'] = None; sys.argv = ['rtmdl', 'simulate']; "
        f"runpy.run_path({SCRIPT!r}, run_name='__main__')"
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, cwd='/')
    assert done.returncode == 1
    assert done.stderr.startswith('rtmdl: No module named ')
    assert done.stderr.endswith('" first, see the README\n')
