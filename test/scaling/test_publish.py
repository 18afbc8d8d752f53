# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What publishing leaves behind where it fails."""

from pathlib import Path

import pytest
from file_sizes import largest_file

from rtmdl_ros.scaling.publish import _move


def test_a_full_disk_leaves_the_zoo_as_it_was(tmp_path: Path) -> None:
    """Neither weights nor index are replaced, and no part of them is left."""
    draft, folder = tmp_path / 'draft', tmp_path / 'zoo'
    for parent, size in ((draft, 30_000), (folder, 10)):
        parent.mkdir()
        (parent / 'weights.safetensors').write_bytes(b'.' * size)
        (parent / 'index.json').write_bytes(b'.' * 10)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with largest_file(20_000), pytest.raises(OSError, match='File too large'):
        _move(draft, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    _move(draft, folder)
    assert (folder / 'weights.safetensors').stat().st_size == 30_000
