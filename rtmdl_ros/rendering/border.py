# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What lies along the track: tape lines on the floor and air ducts or boards as its border."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rtmdl_ros.rendering.camera import Array, Camera
from rtmdl_ros.rendering.course import Course
from rtmdl_ros.rendering.picture import Colour, Image

#: Metres from the middle of the track to the tape and to the near side of the border.
TAPE_LATERAL = 0.5
BORDER_LATERAL = 0.95
_SHIFT = 4
_AHEAD = np.geomspace(0.3, 14.0, 30)


@dataclass(frozen=True)
class Border:
    """Look of tape and border. A duct is round and ribbed, boards are flat."""

    tape: Colour
    tape_width: float
    colour: Colour
    #: 'duct', 'boards' or 'none'.
    kind: str
    #: Metres.
    height: float

    def draw_tape(self, image: Image, camera: Camera, course: Course) -> None:
        """Draw both tape lines, in place."""
        half = self.tape_width / 2
        for side in (-1, 1):
            lateral = side * TAPE_LATERAL
            left = _along(camera, course, lateral - half, 0.002)
            right = _along(camera, course, lateral + half, 0.002)
            _fill(image, np.concatenate([left, right[::-1]]), self.tape)

    def draw_border(self, image: Image, camera: Camera, course: Course) -> None:
        """Draw the border on both sides, in place."""
        if self.kind == 'none':
            return
        for side in (-1, 1):
            # Profile points (lateral, height) from the floor on the near side over the top.
            radius = self.height / 2
            if self.kind == 'duct':
                profile = [
                    (BORDER_LATERAL + radius - radius * math.cos(a), radius + radius * math.sin(a))
                    for a in np.linspace(-1.1, 2.2, 7)
                ]
            else:
                thick = BORDER_LATERAL + 0.04
                profile = [
                    (BORDER_LATERAL, 0.0),
                    (BORDER_LATERAL, self.height),
                    (thick, self.height),
                ]
            lines = [_along(camera, course, side * u, v) for u, v in profile]
            shades = np.linspace(0.55, 1.15, len(lines) - 1)
            for near, far, shade in zip(lines, lines[1:], shades, strict=False):
                tone = tuple(min(255, int(v * shade)) for v in self.colour)
                _fill(image, np.concatenate([near, far[::-1]]), (tone[0], tone[1], tone[2]))
            self._draw_ribs(image, camera, course, [(side * u, v) for u, v in profile])

    def _draw_ribs(
        self, image: Image, camera: Camera, course: Course, profile: list[tuple[float, float]]
    ) -> None:
        pitch = 0.12 if self.kind == 'duct' else 0.9
        first = math.ceil((camera.position[2] + 0.35) / pitch)
        dark = (self.colour[0] // 2, self.colour[1] // 2, self.colour[2] // 2)
        count = 28 if self.kind == 'duct' else 8
        z: Array = pitch * np.arange(first, first + count, dtype=np.float64)
        points = np.empty((len(z), len(profile), 3))
        points[:, :, 0] = course.middles(z)[:, None] + np.array([u for u, _ in profile])
        points[:, :, 1] = np.array([v for _, v in profile])
        points[:, :, 2] = z[:, None]
        seen = camera.project(points.reshape(-1, 3))[:, :2].reshape(len(z), -1, 1, 2)
        cv2.polylines(image, list(_fixed(seen)), False, dark, 1, cv2.LINE_AA, _SHIFT)


def random_border(rng: np.random.Generator) -> Border:
    """Return a random look of the border."""
    tapes: tuple[Colour, ...] = (
        (225, 228, 230), (40, 190, 230), (200, 110, 40), (40, 40, 42), (60, 50, 190),
    )  # fmt: skip
    colours: tuple[Colour, ...] = (
        (175, 178, 182), (40, 42, 45), (60, 170, 215), (120, 160, 195), (190, 195, 200),
    )  # fmt: skip
    kind = str(rng.choice(('duct', 'duct', 'duct', 'boards', 'none')))
    return Border(
        tape=tapes[int(rng.integers(len(tapes)))],
        tape_width=float(rng.uniform(0.03, 0.06)),
        colour=colours[int(rng.integers(len(colours)))],
        kind=kind,
        height=float(rng.uniform(0.12, 0.2)),
    )


def _along(camera: Camera, course: Course, lateral: float, height: float) -> Array:
    """Return pixels (N, 2) of a line beside the track's middle, from near to far."""
    z = camera.position[2] + _AHEAD
    points = np.stack([course.middles(z) + lateral, np.full(len(z), height), z], axis=1)
    seen = camera.project(points)
    return seen[seen[:, 2] > 0.15, :2]


def _fill(image: Image, points: Array, colour: Colour) -> None:
    cv2.fillPoly(image, [_fixed(points).reshape(-1, 1, 2)], colour, cv2.LINE_AA, _SHIFT)


def _fixed(points: Array) -> npt.NDArray[np.int32]:
    scaled = np.round(np.clip(points, -9000, 9000) * (1 << _SHIFT))
    fixed: npt.NDArray[np.int32] = scaled.astype(np.int32)
    return fixed
