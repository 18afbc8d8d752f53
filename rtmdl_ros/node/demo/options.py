# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a user asks of a demo."""

from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.workload.parameters import CameraSimParameters

_CAMERA = CameraSimParameters()
#: The source that is camera_sim.
SIMULATED = 'sim'


@dataclass(frozen=True)
class DemoOptions:
    """The options of `rtmdl demo`, checked by the command line."""

    #: SIMULATED, or what video_source is to publish.
    source: str = SIMULATED
    duration_s: float = 20.0
    #: Of the simulated camera.
    seed: int = _CAMERA.seed
    #: Size of the images in pixels.
    width: int = _CAMERA.width
    height: int = _CAMERA.height
    #: 0 for a webcam, which gives what it gives.
    rate_hz: float = _CAMERA.rate_hz
    #: Replaces the deadline of every task.
    deadline_ms: float | None = None
    params_file: Path | None = None
    out: Path = Path('out/demo')
    json: Path | None = None
    domain_id: int = 0
    pictures: bool = True

    @property
    def simulated(self) -> bool:
        """Whether the truth is known."""
        return self.source == SIMULATED

    @property
    def camera(self) -> str:
        """Executable, node and log of the camera."""
        return 'camera_sim' if self.simulated else 'video_source'

    @property
    def workload(self) -> str:
        """What the node is shown, for titles."""
        if self.simulated:
            return f'demo {self.width}x{self.height} at {self.rate_hz:g} Hz'
        rate = f'at {self.rate_hz:g} Hz' if self.rate_hz else 'live'
        return f'demo on {Path(self.source).name} {rate}'
