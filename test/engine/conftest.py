# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks that the tests of the engine share."""

from pathlib import Path

import pytest
from small_networks import save_small

from rtmdl_ros.networks.zoo import Variant, default_zoo_dir
from rtmdl_ros.perception.functions import FUNCTIONS, usual_variant

USUAL = [usual_variant(function, default_zoo_dir()) for function in FUNCTIONS]
VARIANTS = [variant for each in USUAL for variant in each.variants]


@pytest.fixture(params=VARIANTS, ids=lambda variant: variant.network)
def variant(request: pytest.FixtureRequest) -> Variant:
    """Return each shipped network in turn."""
    return request.param


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a network of four nodes with the outputs 4 x + 1 and 2 x."""
    return save_small(tmp_path / 'small.onnx')
