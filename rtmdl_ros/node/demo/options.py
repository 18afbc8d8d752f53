# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a user asks of a demo."""

from dataclasses import dataclass
from pathlib import Path

#: Domains above 101 use ports that Linux hands out to others.
_DOMAINS = 101


@dataclass(frozen=True)
class DemoOptions:
    """The options of `rtmdl demo`, checked by the command line."""

    duration_s: float = 20.0
    seed: int = 1
    #: Size of the camera's images in pixels.
    width: int = 640
    height: int = 480
    rate_hz: float = 30.0
    #: Replaces the deadline of every task.
    deadline_ms: float | None = None
    params_file: Path | None = None
    out: Path = Path('out/demo')
    json: Path | None = None
    domain_id: int = 0
    pictures: bool = True


def own_domain_id(process_id: int) -> int:
    """Return a ROS domain that other programs of this machine are unlikely to use, 1 to 101."""
    return 1 + process_id % _DOMAINS
