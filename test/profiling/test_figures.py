# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Figures of a profile made by hand."""

from dataclasses import replace

from known_profile import LIGHT, SIGN, known_profile

from rtmdl_ros.profiling.figures import SlowDown, Spread, figures_of, worst_slow_downs
from rtmdl_ros.workload.slow_downs import SlowDowns


def test_a_variant_in_numbers():
    profile = known_profile()
    (light,) = profile.functions['traffic_light']
    (sign,) = profile.functions['traffic_sign']
    found = figures_of(profile, light)
    assert (found.name, found.accuracy) == ('small', 0.625)
    # Ten and nineteen of the steps: 2 of 1 us, 2 of 50 us.
    assert found.cpu == Spread(0.02, 0.038)
    assert found.accelerator == Spread(1.0, 1.9)
    assert found.whole == Spread(1.02, 1.938)
    assert (found.segments, found.memory_bytes) == (2, 3_000_000)
    assert figures_of(profile, sign).segments == 1
    assert figures_of(profile, sign).memory_bytes == 21_000_000


def test_the_worst_slow_downs_are_measured_ones():
    profile = known_profile()
    assert worst_slow_downs(profile, 2) == [
        SlowDown(LIGHT, LIGHT, 4 / 3), SlowDown(LIGHT, SIGN, 1.1)
    ]  # fmt: skip
    assert len(worst_slow_downs(profile, 9)) == 3
    assert worst_slow_downs(replace(profile, slow_downs=SlowDowns()), 3) == []
