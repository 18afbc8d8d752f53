# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where a pasted object is rewarded."""

import numpy as np

from rtmdl_ros.scaling.pasting import _with_rewarded


def test_a_pasted_object_lies_above_all_regions_that_hold_its_centre() -> None:
    regions = np.array([(0, 0, 100, 100, 0), (0, 0, 50, 50, 0), (60, 60, 90, 90, 0)], np.float32)
    made = _with_rewarded(regions, np.array([10, 10, 20, 20], np.float32))
    assert made[2].tolist() == [10, 10, 20, 20, 1]
