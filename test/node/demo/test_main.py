# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What `rtmdl demo` tells, of a run that is over."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.node.demo import album, main
from rtmdl_ros.node.demo.options import DemoOptions


def test_figures_are_told_and_written_though_others_cannot_be(tmp_path, capsys, monkeypatch):
    def fail(*arguments):
        raise EvidenceError('demo.webm: cannot be written; free some space')

    run = SimpleNamespace(
        result=SimpleNamespace(recording=None), images=(), reports=(1,),
        files=(Path('out/trace.json'),),
    )  # fmt: skip
    story = SimpleNamespace(time_s=0.0)
    monkeypatch.setattr(main, 'checked', lambda options: None)
    monkeypatch.setattr(main, 'run_demo', lambda options, configuration, console: run)
    monkeypatch.setattr(main, 'as_json', lambda result: {'workload': 'demo'})
    monkeypatch.setattr(main, 'summary_table', lambda result: 'the table')
    monkeypatch.setattr(main, 'remarks', lambda result: ('a remark',))
    monkeypatch.setattr(main, 'busy_cores', lambda: 0.0)
    monkeypatch.setattr(album, 'stories_of', lambda recording: (story,))
    monkeypatch.setattr(album, 'telling', lambda stories, most: stories)
    monkeypatch.setattr(album, 'busiest', lambda stories, seconds: stories)
    monkeypatch.setattr(album, 'write_timeline', fail)
    monkeypatch.setattr(album, 'write_contact_sheet', lambda *arguments: None)
    monkeypatch.setattr(album, 'write_video', fail)
    out = tmp_path / 'out'
    assert main.demo(DemoOptions(out=out, json=tmp_path)) == 1
    text, error = capsys.readouterr()
    told = text[text.index('the table') :].splitlines()
    assert list(filter(None, told)) == [
        'the table', 'a remark', 'written:', f'  {out}/demo.json', '  out/trace.json',
        f'  {out}/contact_sheet.png',
    ]  # fmt: skip
    assert json.loads((out / 'demo.json').read_text()) == {'workload': 'demo'}
    assert error.splitlines() == [
        f'rtmdl demo: {tmp_path}: cannot be written (it is a folder); give another place, or '
        'rights or room',
        *['rtmdl demo: demo.webm: cannot be written; free some space'] * 2,
    ]


@pytest.mark.parametrize(
    ('option', 'problem'),
    [('json', '--json cannot be written'), ('out', '--out cannot be written to')],
)
def test_what_cannot_be_written_is_told_before_anything_starts(tmp_path, capsys, option, problem):
    (tmp_path / 'file').touch()
    places = {'out': tmp_path / 'out', option: tmp_path / 'file' / 'x'}
    assert main.demo(DemoOptions(**places)) == 1
    told = capsys.readouterr()
    assert (told.out, f'file/x: {problem}' in told.err) == ('', True)


def test_a_wrong_parameter_file_is_all_that_is_told(tmp_path, capsys):
    path = tmp_path / 'x.yaml'
    assert main.demo(DemoOptions(params_file=path, out=tmp_path / 'out')) == 2
    told = f'rtmdl demo: {path}: cannot be read (No such file or directory)\n'
    assert capsys.readouterr() == ('', told)
    assert not (tmp_path / 'out').exists()


def test_without_an_enabled_task_nothing_starts(tmp_path, capsys):
    path = tmp_path / 'x.yaml'
    path.write_text('/**:\n  ros__parameters:\n    tasks: [traffic_sign]\n'
                    '    traffic_sign:\n      enabled: false\n')  # fmt: skip
    assert main.demo(DemoOptions(params_file=path, out=tmp_path / 'out')) == 2
    told = 'rtmdl demo: no task of the parameters is enabled; enable one\n'
    assert capsys.readouterr() == ('', told)
