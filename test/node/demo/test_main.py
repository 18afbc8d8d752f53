# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What `rtmdl demo` tells, of a run that is over."""

from pathlib import Path
from types import SimpleNamespace

from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.node.demo import main
from rtmdl_ros.node.demo.options import DemoOptions


def test_figures_are_told_though_pictures_cannot_be_written(capsys, monkeypatch):
    def fail(*arguments):
        raise EvidenceError('demo.webm: cannot be written; free some space')

    result = SimpleNamespace(recording=None)
    run = SimpleNamespace(
        result=result, images=(), reports=(), files=(Path('out/demo.json'),)
    )
    monkeypatch.setattr(main, 'run_demo', lambda options, console: run)
    monkeypatch.setattr(main, 'summary_table', lambda result: 'the table')
    monkeypatch.setattr(main, 'remarks', lambda result: ('a remark',))
    monkeypatch.setattr(main, 'busy_cores', lambda: 0.0)
    monkeypatch.setattr(main, 'make_album', fail)
    assert main.demo(DemoOptions()) == 1
    out, err = capsys.readouterr()
    assert out.endswith('the table\na remark\nwritten:\n  out/demo.json\n')
    assert err == 'rtmdl demo: demo.webm: cannot be written; free some space\n'
