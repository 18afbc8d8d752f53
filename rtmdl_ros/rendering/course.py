# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where the track runs, how the car drives on it, and what stands beside it, from a seed alone."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rtmdl_ros.rendering.camera import Array, Camera
from rtmdl_ros.rendering.signs import SIGN_CLASSES, sign_family

#: Metres between two slots; each slot holds a sign, a light or nothing, and clutter.
SLOT_LENGTH = 1.3
#: How many kinds of clutter and of lights one track has.
LOW_THINGS = 6
HIGH_THINGS = 14
LIGHT_STYLES = 6
#: Metres a second.
SPEED = 1.9
CAMERA_HEIGHT = 0.24


@dataclass(frozen=True)
class Post:
    """A sign or a light on a pole; lateral is metres right of the track's middle."""

    #: A GTSRB class, or '' for a traffic light.
    sign: str
    z: float
    lateral: float
    #: Height of the object's middle over the floor, and of the object itself, in metres.
    middle: float
    size: float
    #: Turned away from the car, radians.
    turn: float
    brightness: float
    #: Of the light: which style; seconds by which its cycle is shifted; seconds of its cycle.
    style: int = 0
    shift_s: float = 0.0
    cycle_s: float = 5.0

    def state(self, time_s: float) -> str:
        """Return the light's state at a time: red, green, yellow, and off for a moment."""
        part = ((time_s + self.shift_s) / self.cycle_s) % 1.0
        if part < 0.36:
            return 'red'
        if part < 0.72:
            return 'green'
        return 'yellow' if part < 0.89 else 'off'


@dataclass(frozen=True)
class Stand:
    """A piece of clutter on the floor: which thing, where, mirrored or not."""

    index: int
    low: bool
    z: float
    lateral: float


@dataclass(frozen=True)
class Slot:
    """What stands on one piece of the track."""

    posts: tuple[Post, ...]
    stands: tuple[Stand, ...]


@lru_cache(maxsize=1024)
def slot(seed: int, index: int) -> Slot:
    """Return what stands between z = index * SLOT_LENGTH and the next slot."""
    rng = np.random.default_rng((seed, 1, index))
    z = (index + float(rng.uniform(0.1, 0.7))) * SLOT_LENGTH
    kind = rng.random()
    side = float(rng.choice((-1.0, 1.0)))
    posts: tuple[Post, ...] = ()
    if kind < 0.55:
        posts = _signs(rng, seed, index, z, side)
    elif kind < 0.85:
        posts = _lights(rng, z, side)
    stands = [_high_stand(rng, index) for _ in range(int(rng.integers(0, 3)))]
    if rng.random() < 0.3:
        low = int(rng.integers(LOW_THINGS))
        away = -side * float(rng.uniform(0.62, 0.82))
        stands.append(Stand(low, True, z + float(rng.uniform(-0.3, 0.3)), away))
    return Slot(posts, tuple(stands))


@lru_cache(maxsize=64)
def _class_order(seed: int) -> tuple[str, ...]:
    """Return all classes in a random order in which the families take turns."""
    rng = np.random.default_rng((seed, 2))
    shuffled = [str(name) for name in rng.permutation(SIGN_CLASSES)]
    turns: dict[str, int] = {}
    places: dict[str, int] = {}
    for name in shuffled:
        family = sign_family(name)
        places[name] = turns[family] = turns.get(family, -1) + 1
    return tuple(sorted(shuffled, key=places.__getitem__))


def _signs(
    rng: np.random.Generator, seed: int, index: int, z: float, side: float
) -> tuple[Post, ...]:
    order = _class_order(seed)
    # Neighbouring slots take neighbours of a shuffled list: no class comes twice in a short drive.
    name = order[index % len(order)]
    size = float(rng.uniform(0.19, 0.26))
    inside = rng.random() < 0.7
    lateral = side * float(rng.uniform(0.66, 0.82) if inside else rng.uniform(1.2, 1.7))
    middle = float(rng.uniform(0.38, 0.62))
    turn = float(rng.normal(0, 0.2))
    bright = float(rng.uniform(0.7, 1.05))
    first = Post(name, z, lateral, middle, size, turn, bright)
    if rng.random() < 0.8:
        return (first,)
    above = order[(index + len(order) // 2) % len(order)]
    # The upper sign first: what comes later is drawn in front, and its pole is behind the lower.
    return (Post(above, z, lateral, middle + size * 1.06, size, turn, bright), first)


def _lights(rng: np.random.Generator, z: float, side: float) -> tuple[Post, ...]:
    size = float(rng.uniform(0.28, 0.38))
    place = rng.random()
    if place < 0.7:
        lateral, middle = side * float(rng.uniform(0.66, 0.82)), float(rng.uniform(0.42, 0.6))
    elif place < 0.85:
        lateral, middle = side * float(rng.uniform(0.0, 0.25)), float(rng.uniform(0.95, 1.15))
    else:
        lateral, middle = side * float(rng.uniform(1.2, 1.7)), float(rng.uniform(0.5, 0.7))
    light = Post(
        '',
        z,
        lateral,
        middle,
        size,
        float(rng.normal(0, 0.15)),
        1.0,
        int(rng.integers(LIGHT_STYLES)),
        float(rng.uniform(0, 10)),
        float(rng.uniform(3.5, 6.0)),
    )
    return (light,)


def _high_stand(rng: np.random.Generator, index: int) -> Stand:
    lateral = float(rng.choice((-1.0, 1.0)) * rng.uniform(1.5, 4.2))
    z = (index + float(rng.random())) * SLOT_LENGTH
    return Stand(int(rng.integers(HIGH_THINGS)), False, z, lateral)


class Course:
    """The middle line of one track and the drive along it."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng((seed, 3))
        self._phases = tuple(float(v) for v in rng.uniform(0, 2 * math.pi, 6))
        self._bends = (float(rng.uniform(0.3, 0.6)), float(rng.uniform(0.05, 0.14)))

    def middle(self, z: float) -> float:
        """Return x of the track's middle line at z, in metres."""
        first, second = self._bends
        return first * math.sin(z / 5.0 + self._phases[0]) + second * math.sin(
            z / 2.3 + self._phases[1]
        )

    def middles(self, z: Array) -> Array:
        """Return x of the middle line at many z."""
        first, second = self._bends
        x: Array = first * np.sin(z / 5.0 + self._phases[0])
        x += second * np.sin(z / 2.3 + self._phases[1])
        return x

    def slope(self, z: float) -> float:
        """Return dx/dz of the middle line."""
        first, second = self._bends
        return first / 5.0 * math.cos(z / 5.0 + self._phases[0]) + second / 2.3 * math.cos(
            z / 2.3 + self._phases[1]
        )

    def distance(self, time_s: float) -> float:
        """Return how far along z the car is, in metres; its speed varies by a quarter."""
        return SPEED * time_s + 0.6 * math.sin(0.8 * time_s + self._phases[2])

    def jolt(self, time_s: float) -> float:
        """Return the strength of a bump, 0 (none, mostly) to 1."""
        part = (time_s + self._phases[3]) % 2.9
        return math.exp(-6.0 * part) if part < 0.5 else 0.0

    def camera(self, time_s: float, width: int, height: int) -> Camera:
        """Return the camera on the car at a time."""
        z = self.distance(time_s)
        sway = math.sin(1.1 * time_s + self._phases[4])
        jolt = self.jolt(time_s) * math.sin(50.0 * time_s)
        x = self.middle(z) + 0.1 * sway
        ahead = 0.5 * (self.slope(z) + self.slope(z + 1.0))
        return Camera(
            width,
            height,
            (x, CAMERA_HEIGHT + 0.004 * jolt, z),
            yaw=math.atan(ahead) + 0.03 * math.sin(1.7 * time_s + self._phases[5]),
            pitch=0.035 + 0.004 * math.sin(2.3 * time_s) + 0.012 * jolt,
            roll=0.012 * math.sin(1.3 * time_s + self._phases[1]) + 0.008 * jolt,
        )
