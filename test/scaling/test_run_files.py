# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A run's files: one process's alone, and whole whatever happens."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from file_sizes import largest_file

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.origin import Origin
from rtmdl_ros.scaling.run_files import (
    Trained,
    held,
    read_best,
    write_best,
    write_checkpoint,
    write_log,
)
from rtmdl_ros.scaling.shortage import shortage

ORIGIN = Origin('data', '1', '', 'sizes', 'scales')
HOLD = """
import sys
from pathlib import Path
from rtmdl_ros.scaling.run_files import held
with held(Path(sys.argv[1])):
    print('held', flush=True)
    sys.stdin.read()
"""


def test_a_work_folder_is_one_processes(tmp_path: Path) -> None:
    """The second one is told which is the first; with its end the folder is free."""
    work = tmp_path / 'work'
    words = [sys.executable, '-c', HOLD, str(work)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout and first.stdout.readline() == b'held\n'
        with pytest.raises(DataError) as caught, held(work):
            pass
        first.kill()
    assert str(caught.value) == (
        f'{work}: another rtmdl scale (process {first.pid}) is training in it; '
        'wait for it, end it, or give another --work'
    )
    with held(work):
        pass


def test_best_weights_tell_how_they_came_about(tmp_path: Path) -> None:
    """Also where other scales are asked for."""
    weights = {'a': torch.ones(3)}
    write_best(tmp_path, Trained(weights, best_step=600, steps=1500), ORIGIN)
    trained = read_best(tmp_path, Origin('data', '1', '', 'sizes', 'fewer'))
    assert (trained.best_step, trained.steps) == (600, 1500)
    torch.testing.assert_close(trained.weights, weights)


def test_a_full_disk_leaves_files_as_they_were(tmp_path: Path) -> None:
    """One line with path and remedy, and no part of what was to be written."""
    small, large = {'a': torch.ones(3)}, {'a': torch.ones(100_000)}
    write_best(tmp_path, Trained(small, 1, 2), ORIGIN)
    write_checkpoint(tmp_path, small)
    (tmp_path / 'log.txt').write_text('.' * 20_000)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for name, write in (
        ('best.safetensors', lambda: write_best(tmp_path, Trained(large, 2, 2), ORIGIN)),
        ('checkpoint.pt', lambda: write_checkpoint(tmp_path, large)),
        ('log.txt', lambda: write_log(tmp_path, 'step 2')),
    ):
        with largest_file(20_000), pytest.raises(OSError, match='File too large') as caught:
            write()
        assert shortage(caught.value) == (
            f'{tmp_path / name}: cannot be written (File too large); make room and give the same '
            'command again, a run goes on from its last checkpoint'
        )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
