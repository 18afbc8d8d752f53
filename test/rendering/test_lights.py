# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The drawn traffic lights: which lamp is lit, and what is refused."""

import numpy as np
import pytest

from rtmdl_ros.rendering.lights import LightStyle, lamp_centre, light_template, random_light_style
from rtmdl_ros.rendering.picture import RenderingError
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES

#: Index of the strongest colour channel of a lit lamp (blue, green, red).
STRONGEST = {'red': 2, 'yellow': 2, 'green': 1}


def lamp_colour(template: np.ndarray, state: str) -> np.ndarray:
    """Return the mean colour in the middle of a lens."""
    y, x = round(lamp_centre(state) * template.shape[0]), template.shape[1] // 2
    return template[y - 4 : y + 5, x - 4 : x + 5, :3].mean(axis=(0, 1))


@pytest.mark.parametrize('seed', range(8))
@pytest.mark.parametrize('state', TRAFFIC_LIGHT_STATES)
def test_only_the_lamp_of_the_state_is_lit(seed, state):
    style = random_light_style(np.random.default_rng(seed))
    template = light_template(state, style, 256)
    assert template.shape[0] == 256
    assert 0.25 < template.shape[1] / 256 < 0.5
    for lens, channel in STRONGEST.items():
        colour = lamp_colour(template, lens)
        if lens == state:
            assert colour.max() > 130
            assert colour.argmax() == channel
        else:
            assert colour.max() < 165
            assert np.ptp(colour) < 40


def test_height_and_state_are_checked():
    with pytest.raises(RenderingError, match='light height 7: give pixels from 8 to 256'):
        light_template('red', LightStyle(), 7)
    with pytest.raises(RenderingError, match="light state 'blue': give one of"):
        light_template('blue', LightStyle(), 64)
