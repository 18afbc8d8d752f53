# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Three-lamp traffic lights: housing, visors, lenses, and the glow around a lit lamp."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from rtmdl_ros.rendering.picture import Colour, Image, RenderingError, resized
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES

#: Height of the largest template in pixels; every light is drawn at twice this once, then shrunk.
MASTER_HEIGHT = 256
_SHIFT = 4

#: Colour of a lit lens and of its glow; the middle of a bright lens is nearly white.
LIT: dict[str, Colour] = {
    'red': (48, 30, 250),
    'yellow': (30, 190, 255),
    'green': (150, 245, 70),
}
_LENSES = ('red', 'yellow', 'green')


@dataclass(frozen=True)
class LightStyle:
    """How a traffic light is built. Lengths are parts of the housing's height."""

    housing: Colour = (34, 32, 30)
    #: Width of the housing; 0.3 is a narrow tube, 0.48 a broad box.
    width: float = 0.38
    #: Radius of a lens; a radius beyond half the width bulges out of a narrow housing.
    lens_radius: float = 0.125
    #: Radius of the housing's corners.
    corner: float = 0.05
    #: How far the visor hangs over the lens, 0 (none) to 1.
    visor: float = 0.5
    #: Visors seen from the side: -1 (to the left) to 1 (to the right).
    turn: float = 0.0
    #: Grey of an unlit lens, 0 to 255, before its faint tint.
    lens_grey: int = 40
    #: Brightness of the lit lens, 0.4 (faint in sunlight) to 1.
    power: float = 0.9
    #: The lens shows a grid of light-emitting diodes.
    diodes: bool = False
    #: A bright rim around the housing (backplate), 0 for none.
    rim: float = 0.0


@lru_cache(maxsize=1024)
def light_template(state: str, style: LightStyle, height: int) -> Image:
    """Return a traffic light from the front, read-only BGRA (height, width, 4).

    The housing fills the picture from top to bottom and nearly from left to right. height is 8 to
    256 pixels. Raises RenderingError for another height or a state that is not in
    workload.classes.TRAFFIC_LIGHT_STATES.
    """
    if state not in TRAFFIC_LIGHT_STATES:
        raise RenderingError(f'light state {state!r}: give one of {TRAFFIC_LIGHT_STATES}')
    if not 8 <= height <= MASTER_HEIGHT:
        raise RenderingError(f'light height {height}: give pixels from 8 to {MASTER_HEIGHT}')
    master = _master(state, style)
    image = resized(master, max(3, round(master.shape[1] * height / master.shape[0])), height)
    image.flags.writeable = False
    return image


@lru_cache(maxsize=256)
def _master(state: str, style: LightStyle) -> Image:
    height = 2 * MASTER_HEIGHT
    width = round(height * max(style.width, 2 * style.lens_radius * 1.2))
    image: Image = np.zeros((height, width, 4), np.uint8)
    image[:, :, :3] = style.housing
    _housing(image, style)
    for lens in _LENSES:
        _lamp(image, style, lens, lens == state)
    return resized(image, width // 2, MASTER_HEIGHT)


def random_light_style(rng: np.random.Generator) -> LightStyle:
    """Return a random way to build a light, most of them with a dark housing."""
    kind = rng.random()
    if kind < 0.72:
        grey = int(rng.uniform(12, 70))
        housing = (grey + int(rng.integers(0, 6)), grey, max(0, grey + int(rng.integers(-6, 6))))
    elif kind < 0.86:
        housing = (int(rng.uniform(10, 50)), int(rng.uniform(130, 180)), int(rng.uniform(180, 235)))
    elif kind < 0.93:
        housing = (40, int(rng.uniform(50, 90)), 30)
    else:
        housing = (int(rng.uniform(140, 215)),) * 3
    return LightStyle(
        housing=housing,
        width=float(rng.uniform(0.3, 0.47)),
        lens_radius=float(rng.uniform(0.105, 0.145)),
        corner=float(rng.choice((0.01, 0.05, 0.1))),
        visor=float(rng.choice((0.0, 0.4, 0.7, 1.0))),
        turn=float(rng.choice((-0.7, 0.0, 0.0, 0.7))),
        lens_grey=int(rng.choice((22, 35, 50, 80, 125))),
        power=float(rng.choice((0.55, 0.75, 0.9, 1.0))),
        diodes=bool(rng.random() < 0.3),
        rim=float(rng.choice((0.0, 0.0, 0.0, 0.02))),
    )


def lamp_centre(state: str) -> float:
    """Return the height of a state's lens in the housing, 0 (top) to 1; red is on top."""
    return 0.18 + 0.32 * _LENSES.index(state)


@lru_cache(maxsize=8)
def glow_sprite(state: str) -> npt.NDArray[np.float32]:
    """Return the light that a lit lamp adds around itself, BGR float32 (96, 96, 3), 0 to 1.

    The sprite's half side is 4 lens radii.
    """
    axis = np.linspace(-4.0, 4.0, 96)
    distance = np.hypot(*np.meshgrid(axis, axis))
    falloff = np.exp(-((np.maximum(distance - 0.6, 0.0)) ** 1.1) * 1.5) * np.clip(
        4 - distance, 0, 1
    )
    colour = np.array(LIT[state], np.float64) / 255.0
    sprite: npt.NDArray[np.float32] = (falloff[:, :, None] * colour).astype(np.float32)
    return sprite


def _fixed(value: float) -> int:
    return round(value * (1 << _SHIFT))


def _disc(image: Image, x: float, y: float, radius: float, colour: tuple[float, ...]) -> None:
    scalar = (*(float(v) for v in colour[:3]), 255.0)
    centre = (_fixed(x), _fixed(y))
    cv2.circle(image, centre, _fixed(radius), scalar, -1, cv2.LINE_8, _SHIFT)


def _rounded(image: Image, inset: float, corner: float, colour: Colour, side: float) -> None:
    """Fill a rounded rectangle, inset from top and bottom, side pixels from left and right."""
    height, width = image.shape[:2]
    left, right, top, bottom = side, width - side, inset, height - inset
    radius = max(1.0, min(corner, (right - left) / 2 - 1))
    inner = np.array(
        [
            (left + radius, top + radius),
            (right - radius, top + radius),
            (right - radius, bottom - radius),
            (left + radius, bottom - radius),
        ]
    )
    points = np.round(inner).astype(np.int32).reshape(-1, 1, 2)
    cv2.fillPoly(image, [points], (*colour, 255))
    cv2.polylines(image, [points], True, (*colour, 255), max(1, round(2 * radius)))


def _housing(image: Image, style: LightStyle) -> None:
    height, width = image.shape[:2]
    side = max(0.0, (width - height * style.width) / 2)
    corner = style.corner * height
    if style.rim > 0:
        _rounded(image, 0.0, corner, (225, 228, 230), side)
        inset = style.rim * height
        _rounded(image, inset, corner, style.housing, side + inset)
    else:
        _rounded(image, 0.0, corner, style.housing, side)
    # Light from above: the left third of the front is a little brighter.
    shade = np.linspace(1.18, 0.85, width, dtype=np.float32)[None, :, None]
    lit = np.clip(image[:, :, :3] * shade + 4 * (shade - 0.9), 0, 255)
    image[:, :, :3] = lit.astype(np.uint8)
    seam = tuple(max(0, v - 14) for v in style.housing)
    edge = round(side + style.rim * height)
    for joint in (0.34, 0.66):
        y = round(joint * height)
        cv2.line(image, (edge, y), (width - 1 - edge, y), (*seam, 255), 3)


def _lamp(image: Image, style: LightStyle, lens: str, lit: bool) -> None:
    height, width = image.shape[:2]
    x, y = width / 2, height * lamp_centre(lens)
    radius = style.lens_radius * height
    dark = tuple(v * 0.45 for v in style.housing)
    _disc(image, x, y, radius * 1.16, dark)
    _lens(image, style, (x, y), lens, lit)
    if style.visor > 0:
        _visor(image, style, x, y, radius)


def _lens(
    image: Image, style: LightStyle, centre: tuple[float, float], lens: str, lit: bool
) -> None:
    height = image.shape[0]
    radius = style.lens_radius * height
    tint = np.array(LIT[lens], np.float64)
    if lit:
        rim = tint * (0.35 + 0.6 * style.power)
        core = np.minimum(255.0, tint * style.power + 150.0 * style.power**3)
    else:
        rim = style.lens_grey * 0.55 + tint * 0.05
        core = style.lens_grey + tint * 0.08
    for step in range(12):
        part = step / 11
        colour = rim + (core - rim) * (part**0.8 if lit else part)
        offset = 0.0 if lit else -0.25 * part * radius
        _disc(image, centre[0], centre[1] + offset, radius * (1 - 0.9 * part), tuple(colour))
    if style.diodes:
        _grid(image, centre, radius, lit)


def _grid(image: Image, centre: tuple[float, float], radius: float, lit: bool) -> None:
    """Darken the gaps between light-emitting diodes."""
    left, top = round(centre[0] - radius), round(centre[1] - radius)
    part = image[top : top + round(2 * radius), left : left + round(2 * radius), :3]
    rows, columns = np.indices(part.shape[:2])
    pitch = radius / 4
    wave = np.cos(2 * np.pi * rows / pitch) * np.cos(2 * np.pi * columns / pitch)
    strength = 0.22 if lit else 0.12
    part[:] = (part * (1 - strength * (wave < -0.1))[:, :, None]).astype(np.uint8)


def _visor(image: Image, style: LightStyle, x: float, y: float, radius: float) -> None:
    """Draw the roof over a lens: a crescent, brighter outside, that hides the lens's top edge."""
    outer = tuple(min(255.0, v * 1.1 + 6) for v in style.housing)
    hidden = 0.15 + 0.3 * style.visor
    layer = image.copy()
    _disc(layer, x, y, radius * 1.22, outer)
    keep: Image = np.zeros(image.shape[:2], np.uint8)
    cv2.circle(keep, (_fixed(x), _fixed(y)), _fixed(radius * 1.22), 255, -1, cv2.LINE_8, _SHIFT)
    opening = (_fixed(x + style.turn * radius * 0.5), _fixed(y + radius * hidden))
    cv2.circle(keep, opening, _fixed(radius * 1.12), 0, -1, cv2.LINE_8, _SHIFT)
    keep[round(y + radius * 0.35) :] = 0
    image[keep > 0] = layer[keep > 0]
