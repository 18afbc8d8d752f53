# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Spares the experiments a wait that only the process of all tests has."""

import gc

import pytest


@pytest.fixture(autouse=True)
def kept_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave what one run took out of collections of garbage out of those of the next.

    A collection of all that torch has made takes 0.4 s, and a short experiment has up to thirty.
    """
    monkeypatch.setattr(gc, 'unfreeze', lambda: None)
