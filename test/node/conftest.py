# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests on a running node."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from small_zoo import write_small_zoo

if TYPE_CHECKING:
    from node_bench import Bench


@pytest.fixture(scope='session')
def small_zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shipped zoo with a few variants."""
    return write_small_zoo(tmp_path_factory.mktemp('small_zoo'))


@pytest.fixture
def make_bench(cache_dir: Path, small_zoo: Path) -> Iterator[Callable[..., 'Bench']]:
    """Return a function that makes a bench from parameters by name; closed after the test."""
    from node_bench import Bench  # needs ROS 2, which the tests ask for first

    benches = []

    def make(parameters: dict[str, object] | None = None) -> 'Bench':
        # Long deadlines: whether the machine is fast enough is not what these tests ask.
        # One lane: no time for slow-downs, which only lanes beside each other have.
        values: dict[str, object] = {'cache_dir': str(cache_dir), 'zoo_dir': str(small_zoo)}
        values['lanes'] = 1
        parameters = parameters or {}
        tasks = parameters.get('tasks', ('traffic_light', 'traffic_sign'))
        values |= {f'{task}.deadline_ms': 2000.0 for task in tasks}
        benches.append(Bench(values | parameters))
        return benches[-1]

    yield make
    for bench in benches:
        bench.close()
