# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What rqt is told to show, where some of its plugins are not installed."""

import json
from pathlib import Path

import pytest

from rtmdl_ros.node.perspective import packages_of, without

SHIPPED = (Path(__file__).parents[2] / 'config' / 'rtmdl.perspective').read_text()


def test_plugins_come_out_of_packages():
    assert packages_of(SHIPPED) == ['rqt_image_view', 'rqt_plot']


def test_only_the_plugins_of_missing_packages_are_left_out():
    left = without(SHIPPED, ['rqt_image_view'])
    assert packages_of(left) == ['rqt_plot']
    expected = json.loads(SHIPPED)
    running = expected['groups']['pluginmanager']['keys']['running-plugins']
    running['repr'] = "{'rqt_plot/Plot': [1, 2]}"
    assert json.loads(left) == expected


@pytest.mark.parametrize(
    'text',
    ['', 'no JSON', '[]', '{}', SHIPPED.replace('running-plugins', 'other'),
     SHIPPED.replace("{'rqt_image_view", "{rqt_image_view'")],
)  # fmt: skip
def test_what_rqt_did_not_export_is_refused(text):
    with pytest.raises(ValueError, match=r'Expecting value|no running plugins'):
        packages_of(text)
