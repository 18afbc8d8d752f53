# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A tiny zoo, exported once."""

from pathlib import Path

import pytest
from tiny_zoo import write_tiny_zoo

from rtmdl_ros.engine.cache import ensure_exported
from rtmdl_ros.networks.zoo import read_zoo


@pytest.fixture(scope='session')
def tiny_zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a zoo of all networks, two variants of each but of one."""
    return write_tiny_zoo(tmp_path_factory.mktemp('zoo'))


@pytest.fixture(scope='session')
def tiny_cache(tiny_zoo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that holds all of them."""
    folder = tmp_path_factory.mktemp('tiny_cache')
    ensure_exported(read_zoo(tiny_zoo), folder)
    return folder
