# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests on a running node."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from node_bench import Bench


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


class Log(logging.Handler):
    """Keeps what the node and the rooms below it log, in place of the node's logger."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        for name in ('debug', 'info', 'warning', 'error'):
            setattr(self, name, self.lines.append)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line of a room below."""
        self.lines.append(record.getMessage())

    def count(self, text: str) -> int:
        """Return how many lines hold a text."""
        return sum(text in line for line in self.lines)


@pytest.fixture
def logged(make_bench, monkeypatch):
    """Return a function that makes a bench together with its node's log."""

    log = Log()

    def make(parameters=None):
        bench = make_bench(parameters)
        monkeypatch.setattr(bench.node, 'get_logger', lambda: log)
        return bench, log

    logging.getLogger('rtmdl_ros').addHandler(log)
    yield make
    logging.getLogger('rtmdl_ros').removeHandler(log)
