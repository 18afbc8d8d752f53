# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The cache of a tiny zoo."""

from pathlib import Path

import pytest
from tiny_zoo import link_exports


@pytest.fixture(scope='session')
def tiny_cache(tiny_zoo: Path, cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that holds all networks of the tiny zoo and nothing else."""
    return link_exports(tiny_zoo, cache_dir, tmp_path_factory.mktemp('tiny_cache'))
