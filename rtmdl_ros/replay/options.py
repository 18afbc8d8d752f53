# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a user asks of a replay."""

from dataclasses import dataclass
from pathlib import Path

#: What is written into the folder of results, beside the sheets of frames.
BAG, FIGURES, TRACE, TIMELINE = 'bag', 'replay.json', 'trace.json', 'timeline.png'


def sheet_name(camera: str, cameras: int) -> str:
    """Return the name of the sheet of one of so many cameras."""
    return 'frames.png' if cameras == 1 else f'frames_{camera}.png'


@dataclass(frozen=True)
class ReplayOptions:
    """The options of `rtmdl replay`, checked by the command line."""

    #: A bag (folder or file) or a video.
    source: Path
    params_file: Path | None = None
    #: Camera and topic; '' stands for the only camera.
    camera_topics: tuple[tuple[str, str], ...] = ()
    rate: float = 1.0
    real_time: bool = False
    profile: Path | None = None
    plan: Path | None = None
    seed: int = 1
    out: Path = Path('out/replay')
    json: Path | None = None
    pictures: bool = True
