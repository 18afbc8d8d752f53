# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
import pytest

from rtmdl_ros.scheduling.settings import SchedulerSettings


@pytest.mark.parametrize('field', ['cpu_workers', 'lanes'])
def test_each_kind_needs_an_executor(field):
    with pytest.raises(ValueError, match=f'{field} is 0; at least 1 is needed'):
        SchedulerSettings(**{field: 0})
