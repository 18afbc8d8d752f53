# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Files that are written one after the other, and what is told of them."""

import pytest
from rich.console import Console

from rtmdl_ros.evidence.errors import EvidenceError
from rtmdl_ros.evidence.written import Written, tell_written
from rtmdl_ros.workload.text_file import write_whole


def test_one_that_fails_costs_no_other(tmp_path, capsys):
    written = Written(KeyError)
    for name in ('a', '.', 'b'):
        with written.writing(tmp_path / name):
            write_whole(tmp_path / name, 'text')
    with written.writing(tmp_path / 'c'):
        raise EvidenceError('c: no codec; install one')
    with written.writing(tmp_path / 'd'):
        raise KeyError('d')
    assert written.files == [tmp_path / 'a', tmp_path / 'b']
    assert tell_written(Console(width=20), 'demo', written) == 1
    out, err = capsys.readouterr()
    assert out == f'written:\n  {tmp_path}/a\n  {tmp_path}/b\n'
    assert err.splitlines() == [
        f'rtmdl demo: {tmp_path}: cannot be written (it is a folder); give another place, or '
        'rights or room',
        'rtmdl demo: c: no codec; install one',
        "rtmdl demo: 'd'",
    ]


def test_what_is_no_failure_of_writing_goes_on(tmp_path):
    written = Written()
    with pytest.raises(KeyError), written.writing(tmp_path):
        raise KeyError('d')
    assert (written.files, tell_written(Console(), 'demo', written)) == ([], 0)
