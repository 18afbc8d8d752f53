# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What publishing leaves behind where it fails."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from file_sizes import largest_file

from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.scaling.ladder import ZooCandidate
from rtmdl_ros.scaling.publish import _move, _write_with_figures
from rtmdl_ros.scaling.storage import StorageError


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


@pytest.mark.parametrize(('bound', 'kept'), [(300, [1, 2, 3]), (299, [1, 3]), (199, [3])])
def test_figures_that_are_longer_than_was_reserved_cost_variants(
    bound: int, kept: list[int]
) -> None:
    """The bound is kept by what is written at the end; each variant takes 100 bytes here."""
    scale, size = Scale(1.0, 1), InputSize(32, 32)
    ladder = [ZooCandidate(scale, size, 1, macs, macs / 10, torch.zeros(1)) for macs in (1, 2, 3)]
    recipe = SimpleNamespace(network='n', variants=3, storage_bytes=bound, storage_mb=bound / 1e6)
    written = []

    def write(some, found):
        assert found == {'x': {}}
        written.append([rung.macs for rung in some])
        return 100 * len(some)

    _write_with_figures(recipe, ladder, SimpleNamespace(write=write), {'x': {}})
    assert written[-1] == kept
    recipe.storage_bytes = 99
    with pytest.raises(StorageError, match='no variant of n fits'):
        _write_with_figures(recipe, ladder, SimpleNamespace(write=write), {'x': {}})
