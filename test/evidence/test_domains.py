# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Domains that nobody is in."""

import socket
from contextlib import ExitStack, suppress

import pytest

from rtmdl_ros.evidence.domains import free_domain_id


def taken(over: ExitStack, domain_id: int, participant: int = 0) -> None:
    """Take the port of a participant."""
    place = over.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    with suppress(OSError):  # as good: somebody else has it
        place.bind(('', 7400 + 250 * domain_id + 10 + 2 * participant))


def test_a_domain_that_somebody_is_in_is_passed_over():
    with ExitStack() as over:
        for domain_id in range(1, 102):
            if domain_id not in (1, 50, 101):
                taken(over, domain_id, participant=domain_id % 3)
        free = [free_domain_id(first) for first in (0, 1, 48, 49, 50, 100, 101)]
        if set(free) != {1, 50, 101}:
            pytest.skip('another program of this machine is in one of the three domains')
        assert free == [1, 50, 50, 50, 101, 101, 1]


def test_where_none_is_free_it_is_the_one_asked_for():
    with ExitStack() as over:
        for domain_id in range(1, 102):
            taken(over, domain_id)
        assert [free_domain_id(first) for first in (0, 100, 101, 202)] == [1, 101, 1, 1]
