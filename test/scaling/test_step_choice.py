# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which scales a step of training takes."""

from rtmdl_ros.networks.scale import Scale
from rtmdl_ros.scaling.step_choice import sandwich


def test_a_sandwich_has_both_ends() -> None:
    """The largest first, from which the others learn; every one between gets its turn."""
    scales = [Scale(0.25, depth) for depth in range(5)]
    sandwiches = [sandwich(scales, step, seed=1) for step in range(60)]
    assert all(few[:2] == [scales[-1], scales[0]] and len(set(few)) == 4 for few in sandwiches)
    assert {few[2] for few in sandwiches} == {few[3] for few in sandwiches} == set(scales[1:-1])
    assert sandwich(scales[:3], 0, 1) == [scales[2], scales[0], scales[1]]
    assert sandwich(scales[:1], 0, 1) == scales[:1]
    assert sandwich(scales[:2], 0, 1) == [scales[1], scales[0]]
