# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the tests on a running runtime."""

import pytest
from runtime_bench import PATIENCE_S, Bench


@pytest.fixture
def bench(request):
    """A runtime with one worker and one lane; arguments by indirect parametrisation."""
    bench = Bench(**getattr(request, 'param', {}))
    yield bench
    bench.runtime.stop(PATIENCE_S)
