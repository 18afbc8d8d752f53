# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the machine is that figures were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_CPUINFO = Path('/proc/cpuinfo')


def machine_name(cpuinfo: Path = _CPUINFO) -> str:
    """Return number of cores this process may use and model of the processor."""
    cores = len(os.sched_getaffinity(0))
    return f'{cores} core{"s" if cores > 1 else ""}, {_processor(cpuinfo)}'


def _processor(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text(encoding='utf-8').splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith('model name'):
            return line.partition(':')[2].strip()
    return platform.processor() or platform.machine()
