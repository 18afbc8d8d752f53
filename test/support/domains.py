# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""ROS domains for tests."""

import itertools
import os

from rtmdl_ros.evidence.domains import free_domain_id

_WISHES = itertools.count(os.getpid())


def fresh_domain_id() -> int:
    """Return a free domain, another one each time: what a test leaves is not heard by the next."""
    return free_domain_id(next(_WISHES))
