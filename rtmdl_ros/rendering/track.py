# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A drive along an indoor F1/10 track, seen by the car's camera."""

import math
from dataclasses import replace

import cv2
import numpy as np

from rtmdl_ros.rendering import course as layout
from rtmdl_ros.rendering import effects
from rtmdl_ros.rendering.border import random_border
from rtmdl_ros.rendering.camera import Camera
from rtmdl_ros.rendering.clutter import Thing, random_thing
from rtmdl_ros.rendering.course import Course, Post, Stand
from rtmdl_ros.rendering.hall import random_hall
from rtmdl_ros.rendering.lights import random_light_style
from rtmdl_ros.rendering.picture import (
    Image,
    RenderedFrame,
    RenderingError,
    check_size,
    clipped,
    resized,
)
from rtmdl_ros.rendering.placing import Pose, place_light, place_sign, place_sprite, warm_up
from rtmdl_ros.rendering.signs import SIGN_CLASSES
from rtmdl_ros.workload.detection import Box, Detection

#: Frames a second of the drive.
RATE_HZ = 30.0
#: Objects farther away are not drawn.
FARTHEST_M = 12.0
NEAREST_M = 0.45
#: Truth leaves out what is covered or outside the picture by more than this part.
HIDDEN = 0.4
#: A light counts from so many times the height of a sign.
_LIGHT_HEIGHT = 1.4
#: The hall behind the objects is rendered at most this many pixels wide, then enlarged.
_WIDEST_HALL = 480


class Track:
    """One drive without end. Any frame can be rendered at once; it depends only on its index.

    The same arguments and index give the same pixels, on one machine with one version of
    OpenCV. Not to be used by two threads at once. Raises RenderingError for a negative seed, a
    rate that is not positive, or sides not within 64 to 4096 pixels.
    """

    def __init__(self, seed: int, width: int, height: int, rate_hz: float = RATE_HZ) -> None:
        check_size(width, height)
        if seed < 0:
            raise RenderingError(f'seed {seed}: give a number that is not negative')
        if not rate_hz > 0:  # nor is a NaN
            raise RenderingError(f'rate_hz {rate_hz}: give more than 0')
        self.seed = seed
        self.width = width
        self.height = height
        self.rate_hz = rate_hz
        #: Smallest side of a sign in the truth, in pixels.
        self.smallest = max(10.0, width / 64.0)
        rng = np.random.default_rng((seed, 0))
        self._course = Course(seed)
        self._hall = random_hall(rng)
        self._border = random_border(rng)
        self._low = [random_thing(rng, True) for _ in range(layout.LOW_THINGS)]
        self._high = [random_thing(rng, False) for _ in range(layout.HIGH_THINGS)]
        self._styles = tuple(random_light_style(rng) for _ in range(layout.LIGHT_STYLES))
        self._daylight = float(rng.uniform(0.8, 1.15))
        tint = 1.0 - rng.uniform(0.0, 0.12, 3)
        tints = (float(tint[0]), float(tint[1]), float(tint[2]))
        self._shading = effects.shading(width, height, 25, tints)
        self._noise = int(rng.integers(2, 6))
        warm_up(SIGN_CLASSES, self._styles)
        blank: Image = np.zeros((height, width, 3), np.uint8)
        for level in (self._noise, self._noise + 2):
            effects.noisy(blank, level, (0, 0))

    def frame(self, index: int) -> RenderedFrame:
        """Render frame `index` (from 0), the view at index / rate_hz, with its truth.

        Truth boxes lie inside the picture, tight around housing or plate. Left out: what is under
        `smallest` pixels, more than 40 % hidden or outside. Raises RenderingError for index < 0.
        """
        if index < 0:
            raise RenderingError(f'frame index {index}: give 0 or more')
        time_s = index / self.rate_hz
        camera = self._course.camera(time_s, self.width, self.height)
        image = self._empty_hall(camera)
        self._border.draw_tape(image, camera, self._course)
        objects = _Objects(self, image, camera, time_s)
        outside, inside = self._in_sight(camera)
        objects.draw(outside)
        self._border.draw_border(image, camera, self._course)
        objects.draw(inside)
        return RenderedFrame(
            self._photographed(image, index), tuple(objects.lights()), tuple(objects.signs())
        )

    def _empty_hall(self, camera: Camera) -> Image:
        """Render the hall at half size or less: much faster, and no worse than a cheap lens."""
        width = min((self.width + 1) // 2, _WIDEST_HALL)
        height = round(self.height * width / self.width)
        image: Image = np.zeros((height, width, 3), np.uint8)
        self._hall.draw(image, replace(camera, width=width, height=height))
        return resized(image, self.width, self.height)

    def _in_sight(self, camera: Camera) -> tuple[list[Post | Stand], list[Post | Stand]]:
        """Return what stands behind the border and inside it, each from far to near."""
        start = camera.position[2]
        first = math.floor(start / layout.SLOT_LENGTH) - 1
        last = math.ceil((start + FARTHEST_M) / layout.SLOT_LENGTH)
        slots = [layout.slot(self.seed, k) for k in range(max(0, first), last)]
        every: list[Post | Stand] = [post for s in slots for post in s.posts]
        every += [stand for s in slots for stand in s.stands]
        near = [v for v in every if NEAREST_M < v.z - start < FARTHEST_M]
        near.sort(key=lambda v: -v.z)
        return (
            [v for v in near if abs(v.lateral) > 1.0],
            [v for v in near if abs(v.lateral) <= 1.0],
        )

    def _photographed(self, image: Image, index: int) -> Image:
        """Apply the camera: motion blur, focus, exposure, vignette, noise."""
        time_s = index / self.rate_hz
        unit = self.width / 640.0
        jolt = self._course.jolt(time_s)
        before = self._course.camera(time_s - 0.01, self.width, self.height)
        after = self._course.camera(time_s + 0.01, self.width, self.height)
        sideways = (after.yaw - before.yaw) * after.focal
        if jolt > 0.05:
            image = effects.motion_blurred(image, 7.0 * jolt * unit, math.pi / 2)
        elif abs(sideways) > 1.5:
            image = effects.motion_blurred(image, abs(sideways), 0.0)
        # The focus hunts now and then.
        hunt = max(0.0, math.sin(0.9 * time_s + self.seed) - 0.93) / 0.07
        image = effects.defocused(image, 1.3 * hunt * unit)
        swing = 0.16 * math.sin(0.55 * time_s + 1.7 * self.seed) + 0.06 * math.sin(2.1 * time_s)
        image = effects.shaded(image, self._shading, self._daylight + swing)
        rng = np.random.default_rng((self.seed, 4, index))
        level = self._noise + (2 if swing < -0.1 else 0)
        return effects.noisy(image, level, (int(rng.integers(61)), int(rng.integers(61))))


class _Objects:
    """Draws the objects of one frame from far to near and keeps account of who hides whom."""

    def __init__(self, track: Track, image: Image, camera: Camera, time_s: float) -> None:
        self._track = track
        self._image = image
        self._camera = camera
        self._time_s = time_s
        self._seen: list[tuple[str, bool, Box]] = []
        self._hidden: list[float] = []

    def draw(self, objects: list[Post | Stand]) -> None:
        """Draw objects given from far to near."""
        for item in objects:
            if isinstance(item, Post):
                self._draw_post(item)
            else:
                self._draw_stand(item)

    def lights(self) -> list[Detection]:
        """Return the visible traffic lights."""
        return self._visible(True)

    def signs(self) -> list[Detection]:
        """Return the visible signs."""
        return self._visible(False)

    def _visible(self, lights: bool) -> list[Detection]:
        track = self._track
        found = []
        for (name, is_light, box), hidden in zip(self._seen, self._hidden, strict=True):
            if is_light != lights:
                continue
            part = clipped(box, track.width, track.height)
            outside = 1.0 - part.area / box.area if part.width > 0 and part.height > 0 else 1.0
            tall = box.height / _LIGHT_HEIGHT if is_light else max(box.width, box.height)
            if tall >= track.smallest and outside + hidden <= HIDDEN:
                found.append(Detection(name, 1.0, part))
        return found

    def _hide(self, cover: Box) -> None:
        """Note that something solid was drawn over what was drawn before."""
        for index, (_, _, box) in enumerate(self._seen):
            width = min(box.x_max, cover.x_max) - max(box.x_min, cover.x_min)
            height = min(box.y_max, cover.y_max) - max(box.y_min, cover.y_min)
            if width > 0 and height > 0:
                self._hidden[index] += width * height / box.area

    def _at(self, z: float, lateral: float, height: float) -> tuple[float, float, float]:
        """Return column, row and pixels a metre of a point beside the track."""
        x = self._track._course.middle(z) + lateral
        column, row, depth = self._camera.point(x, height, z)
        return column, row, self._camera.focal / max(0.05, depth)

    def _draw_post(self, post: Post) -> None:
        track = self._track
        column, row, scale = self._at(post.z, post.lateral, post.middle)
        tall = post.size * scale
        limit = track.smallest * (1.0 if post.sign else _LIGHT_HEIGHT)
        # Objects fade in just below the size at which the truth begins to count them.
        opacity = float(np.clip((tall / limit - 0.75) / 0.25, 0.0, 1.0))
        self._draw_pole(post, scale)
        if opacity <= 0.0:
            return
        squeeze = math.cos(post.turn)
        pose = Pose((column, row), tall, -self._camera.roll, squeeze, post.brightness, opacity)
        if post.sign:
            name = post.sign
            box = place_sign(self._image, name, pose)
        else:
            name = post.state(self._time_s)
            box = place_light(self._image, name, track._styles[post.style], pose)
        self._hide(box)
        self._seen.append((name, not post.sign, box))
        self._hidden.append(0.0)

    def _draw_pole(self, post: Post, scale: float) -> None:
        hanging = post.middle > 0.9 and not post.sign
        end = 3.2 if hanging else 0.0
        top = self._at(post.z, post.lateral, post.middle)
        foot = self._at(post.z, post.lateral, end)
        thickness = max(1, round(0.022 * scale))
        grey = 95 if hanging else 150
        start, stop = (
            (round(top[0] * 16), round(top[1] * 16)),
            (round(foot[0] * 16), round(foot[1] * 16)),
        )
        cv2.line(self._image, start, stop, (grey, grey, grey), thickness, cv2.LINE_AA, 4)
        if not hanging:
            axes = (max(1, round(0.07 * scale)), max(1, round(0.02 * scale)))
            centre = (round(foot[0]), round(foot[1]))
            cv2.ellipse(self._image, centre, axes, 0, 0, 360, (45, 45, 48), -1, cv2.LINE_AA)

    def _draw_stand(self, stand: Stand) -> None:
        things: list[Thing] = self._track._low if stand.low else self._track._high
        thing = things[stand.index]
        column, row, scale = self._at(stand.z, stand.lateral, thing.height_m / 2)
        foot = self._at(stand.z, stand.lateral, 0.0)
        sprite = thing.pyramid[0]
        half = thing.height_m * scale * sprite.shape[1] / sprite.shape[0] / 2
        axes = (max(1, round(half * 1.1)), max(1, round(half * 0.12)))
        cv2.ellipse(
            self._image,
            (round(foot[0]), round(foot[1])),
            axes,
            0,
            0,
            360,
            (38, 38, 40),
            -1,
            cv2.LINE_AA,
        )
        pose = Pose((column, row), thing.height_m * scale, -self._camera.roll)
        self._hide(place_sprite(self._image, thing.pyramid, pose))
