# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Random changes of the detectors' training frames: crops, mosaics, pasted objects, light."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.networks.letterbox import GREY

Image = NDArray[np.uint8]
Array = NDArray[np.float32]
#: An object of which less is left after a crop is neither rewarded nor punished.
LEAST_VISIBLE = 0.6
#: Smallest longer side, in input pixels, that an object is trained at.
LEAST_SIZE = 6.0


@dataclass(frozen=True)
class Scene:
    """An image with its boxes (N, 4), labels (N,) and regions (R, 5) as in `frames.Frame`."""

    image: Image
    boxes: Array
    labels: NDArray[np.int64]
    regions: Array


def blank(height: int, width: int) -> Scene:
    """Return a grey scene without objects."""
    return Scene(
        np.full((height, width, 3), GREY, np.uint8),
        np.zeros((0, 4), np.float32),
        np.zeros(0, np.int64),
        np.zeros((0, 5), np.float32),
    )


def shrunk(scene: Scene, height: int, width: int) -> Scene:
    """Return the scene no larger than fits into height x width, as it is or turned a quarter."""
    rows, columns = scene.image.shape[:2]
    scale = min(max(height, width) / max(rows, columns), min(height, width) / min(rows, columns))
    if scale >= 1.0:
        return scene
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    image = np.asarray(cv2.resize(scene.image, size, interpolation=cv2.INTER_AREA), np.uint8)
    exact = size[0] / columns, size[1] / rows
    boxes, regions = (_moved(rows, exact, (0.0, 0.0)) for rows in (scene.boxes, scene.regions))
    return Scene(image, boxes, scene.labels, regions)


def mirror(scene: Scene) -> Scene:
    """Return the scene mirrored left to right."""
    width = scene.image.shape[1]
    boxes, regions = scene.boxes.copy(), scene.regions.copy()
    boxes[:, [0, 2]] = width - scene.boxes[:, [2, 0]]
    regions[:, [0, 2]] = width - scene.regions[:, [2, 0]]
    return Scene(np.ascontiguousarray(scene.image[:, ::-1]), boxes, scene.labels, regions)


def turn(scene: Scene) -> Scene:
    """Return the scene turned a quarter to the left: upright lights become lying ones, red left."""
    width = scene.image.shape[1]

    def turned(rows: Array) -> Array:
        rows = rows.copy()
        corners = rows[:, :4].copy()
        rows[:, 0], rows[:, 2] = corners[:, 1], corners[:, 3]
        rows[:, 1], rows[:, 3] = width - corners[:, 2], width - corners[:, 0]
        return rows

    image = np.ascontiguousarray(np.rot90(scene.image))
    return Scene(image, turned(scene.boxes), scene.labels, turned(scene.regions))


def _moved(rows: Array, scale: tuple[float, float], shift: tuple[float, float]) -> Array:
    rows = rows.copy()
    rows[:, [0, 2]] = rows[:, [0, 2]] * scale[0] + shift[0]
    rows[:, [1, 3]] = rows[:, [1, 3]] * scale[1] + shift[1]
    return rows


def _clip(rows: Array, window: tuple[int, int, int, int]) -> Array:
    rows = rows.copy()
    rows[:, [0, 2]] = rows[:, [0, 2]].clip(window[0], window[2])
    rows[:, [1, 3]] = rows[:, [1, 3]].clip(window[1], window[3])
    return rows


def _areas(boxes: Array) -> Array:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def place(
    canvas: Scene,
    scene: Scene,
    window: tuple[int, int, int, int],
    scale: tuple[float, float],
    shift: tuple[float, float],
) -> Scene:
    """Draw `scene`, scaled then shifted (x, y), into the window (x0, y0, x1, y1) of the canvas.

    Objects that the window cuts off become regions without reward; too small ones likewise. The
    canvas's image is written to.
    """
    _draw(canvas.image, scene.image, window, scale, shift)
    moved = _moved(scene.boxes, scale, shift)
    clipped = _clip(moved, window)
    visible = _areas(clipped) / np.maximum(_areas(moved), 1e-6)
    longest = np.maximum(clipped[:, 2] - clipped[:, 0], clipped[:, 3] - clipped[:, 1])
    kept = (visible >= LEAST_VISIBLE) & (longest >= LEAST_SIZE)
    lost = clipped[(visible > 0.02) & ~kept]
    regions = _clip(_moved(scene.regions, scale, shift), window)
    regions = regions[_areas(regions) > 0.0]
    lost_regions = np.concatenate([lost, np.zeros((len(lost), 1), np.float32)], axis=1)
    return Scene(
        canvas.image,
        np.concatenate([canvas.boxes, clipped[kept]]),
        np.concatenate([canvas.labels, scene.labels[kept]]),
        np.concatenate([canvas.regions, regions, lost_regions]),
    )


def _draw(
    canvas: Image,
    image: Image,
    window: tuple[int, int, int, int],
    scale: tuple[float, float],
    shift: tuple[float, float],
) -> None:
    """Draw the scaled, shifted image into the window; what it does not cover stays."""
    x0, y0, x1, y1 = window
    size = image.shape[1], image.shape[0]
    if max(scale) < 0.6:
        small = (max(1, round(size[0] * scale[0])), max(1, round(size[1] * scale[1])))
        image = np.asarray(cv2.resize(image, small, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        scale = (1.0, 1.0)
    matrix = np.array(
        [[scale[0], 0, shift[0] - x0 + 0.5 * scale[0] - 0.5],
         [0, scale[1], shift[1] - y0 + 0.5 * scale[1] - 0.5]]
    )  # fmt: skip
    cv2.warpAffine(
        image, matrix, (x1 - x0, y1 - y0), dst=(part := canvas[y0:y1, x0:x1].copy()),
        flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT,
    )  # fmt: skip
    canvas[y0:y1, x0:x1] = part


def random_view(
    scene: Scene,
    height: int,
    width: int,
    zoom: tuple[float, float],
    rng: np.random.Generator,
) -> Scene:
    """Return an input-sized view: the letterbox's scale times a random zoom, randomly shifted.

    Like the letterbox, part of the views are at the top-left corner.
    """
    rows, columns = scene.image.shape[:2]
    fit = min(width / columns, height / rows) * float(np.exp(rng.uniform(*np.log(zoom))))
    stretch = float(np.exp(rng.uniform(-0.1, 0.1)))
    scale = (fit * stretch, fit / stretch)
    free = width - columns * scale[0], height - rows * scale[1]
    shift = [float(rng.uniform(min(0.0, room), max(0.0, room))) for room in free]
    if rng.random() < 0.3:
        shift = [min(0.0, part) for part in shift]
    window = (0, 0, width, height)
    return place(blank(height, width), scene, window, scale, (shift[0], shift[1]))


def mosaic(
    scenes: list[Scene], height: int, width: int, zoom: tuple[float, float],
    rng: np.random.Generator,
) -> Scene:  # fmt: skip
    """Return four scenes around a random centre (YOLOv4, arXiv 2004.10934)."""
    x = int(rng.uniform(0.3, 0.7) * width)
    y = int(rng.uniform(0.3, 0.7) * height)
    canvas = blank(height, width)
    windows = ((0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height))
    for scene, window in zip(scenes, windows, strict=True):
        rows, columns = scene.image.shape[:2]
        fit = min(width / columns, height / rows) * float(np.exp(rng.uniform(*np.log(zoom))))
        room = window[2] - window[0] - columns * fit, window[3] - window[1] - rows * fit
        shift = [
            start + float(rng.uniform(min(0.0, free), max(0.0, free)))
            for start, free in zip(window[:2], room, strict=True)
        ]
        canvas = place(canvas, scene, window, (fit, fit), (shift[0], shift[1]))
    return canvas


def relight(image: Image, rng: np.random.Generator) -> Image:
    """Change brightness, contrast, gamma and slightly the white balance of the whole image."""
    levels = np.arange(256, dtype=np.float32)[:, None]
    contrast = float(np.exp(rng.uniform(-0.35, 0.25)))
    gain = np.exp(rng.uniform(-0.45, 0.2) + rng.uniform(-0.07, 0.07, 3))
    curve = ((levels - GREY) * contrast + GREY) * gain[None, :] + rng.uniform(-12, 12)
    gamma = float(np.exp(rng.uniform(-0.3, 0.3)))
    table = 255 * (curve.clip(0, 255) / 255) ** gamma
    return np.asarray(cv2.LUT(image, table.astype(np.uint8)[None]), dtype=np.uint8)


def _motion_kernel(rng: np.random.Generator) -> Array:
    length, angle = int(rng.integers(3, 8)), float(rng.uniform(0, np.pi))
    kernel = np.zeros((9, 9), np.float32)
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    start, end = (round(4 - dx), round(4 - dy)), (round(4 + dx), round(4 + dy))
    cv2.line(kernel, start, end, 1.0)
    return np.asarray(kernel / kernel.sum(), np.float32)


def degrade(image: Image, rng: np.random.Generator) -> Image:
    """Blur, add noise or compress, each seldom, as cameras and their transports do."""
    if rng.random() < 0.15:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.3)), np.uint8)
    elif rng.random() < 0.12:
        image = np.asarray(cv2.filter2D(image, -1, _motion_kernel(rng)), np.uint8)
    if rng.random() < 0.25:
        noise = np.empty(image.shape, np.int16)
        cv2.setRNGSeed(int(rng.integers(1 << 30)))
        deviation = rng.uniform(1, 12) * rng.uniform(0.1, 1)
        cv2.randn(noise, np.zeros(3), np.full(3, deviation))
        image = np.asarray(cv2.add(image, noise, dtype=cv2.CV_8U), np.uint8)
    if rng.random() < 0.15:
        quality = int(rng.integers(35, 90))
        packed = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        image = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return image


def finish(scene: Scene, rng: np.random.Generator) -> Scene:
    """Mirror half of the scenes, then change light and quality."""
    if rng.random() < 0.5:
        scene = mirror(scene)
    return replace(scene, image=degrade(relight(scene.image, rng), rng))
