# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A plan is made within a budget, and how much of it is spent is told."""

from rtmdl_ros.planning.planner import make_plan
from rtmdl_ros.planning.random_problems import random_problem


def test_progress_rises_to_the_end():
    told = []
    make_plan(random_problem(1, 6, 12), simulations=10, progress=told.append)
    assert told == sorted(told)
    assert 0.0 <= told[0] <= told[-1] <= 1.0
