# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The shipped zoo with few variants: nodes that measure and load them start sooner."""

import json
import shutil
from pathlib import Path

from rtmdl_ros.networks.zoo import INDEX, default_zoo_dir, write_index

#: Operations of the variants that are kept, about.
_MACS = {'detector': (100_000_000, 450_000_000), 'classifier': (5_000_000,)}


def write_small_zoo(folder: Path) -> Path:
    """Copy it and leave in each index the variants nearest to some sizes; returns the folder."""
    shutil.copytree(default_zoo_dir(), folder, dirs_exist_ok=True)
    for index in folder.glob(f'*/{INDEX}'):
        content = json.loads(index.read_text())
        kept = {_nearest(content['variants'], macs) for macs in _MACS[content['kind']]}
        content['variants'] = [v for v in content['variants'] if v['id'] in kept]
        write_index(index.parent, content)
    return folder


def _nearest(variants: list[dict], macs: int) -> str:
    return min(variants, key=lambda v: max(v['macs'] / macs, macs / v['macs']))['id']
