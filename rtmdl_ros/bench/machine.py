# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the machine is that figures were measured on."""

from __future__ import annotations

import os

from rtmdl_ros.profiling.device import processor


def machine_name() -> str:
    """Return number of cores this process may use and model of the processor."""
    cores = len(os.sched_getaffinity(0))
    return f'{cores} core{"s" if cores > 1 else ""}, {processor()}'
