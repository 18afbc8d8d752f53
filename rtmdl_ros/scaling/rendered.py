# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Rendered training pictures, kept in the work folder until they would come out otherwise."""

import hashlib
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from rtmdl_ros import rendering
from rtmdl_ros.rendering.crops import random_sign_crop
from rtmdl_ros.rendering.picture import RenderedFrame
from rtmdl_ros.rendering.scene import random_scene
from rtmdl_ros.rendering.signs import SIGN_CLASSES, sign_family
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.frame_augmentation import Scene
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.sign_crops import TILE, Crops
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES, TRAFFIC_SIGN_FAMILIES, TRAFFIC_SIGNS
from rtmdl_ros.workload.detection import Detection
from rtmdl_ros.workload.errors import one_line
from rtmdl_ros.workload.text_file import write_whole

WIDTH, HEIGHT = 640, 480
QUALITY = 95
FIRST_TRACK = 10_000
FRAMES_A_TRACK = 5
#: Nor are these for training.
FIRST_VALIDATION_TRACK, VALIDATION_TRACKS = 9_000, 12
#: Frames are drawn from the first minute of a drive at 30 frames a second.
DRIVE_FRAMES = 1800
_RENDERER = 'renderer'


def _rows(detections: Sequence[Detection]) -> NDArray[np.float32]:
    rows = [(d.box.x_min, d.box.y_min, d.box.x_max, d.box.y_max) for d in detections]
    return np.array(rows, np.float32).reshape(-1, 4)


def _renderer(*settings: int) -> str:
    """Return what tells pictures of one renderer and its settings from those of another."""
    total = hashlib.sha256(str(settings).encode())
    for source in (Path(__file__), *sorted(Path(rendering.__file__).parent.glob('*.py'))):
        total.update(source.read_bytes())
    return total.hexdigest()


def _is_made(path: Path, renderer: str) -> bool:
    """Tell whether a file holds what a renderer makes; say so where it holds something else."""
    if not path.exists():
        return False
    with _content_of(path) as content:
        if _RENDERER in content and str(content[_RENDERER]) == renderer:
            return True
    print(f'{path}: is of another renderer or other settings, made anew', file=sys.stderr)
    return False


def _save(path: Path, frames: Sequence[RenderedFrame], renderer: str) -> None:
    """Write the frames as JPEG bytes and box tables into one file, atomically."""
    content: dict[str, NDArray[np.generic]] = {_RENDERER: np.array(renderer)}
    for number, frame in enumerate(frames):
        packed = cv2.imencode('.jpg', frame.image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
        states = [TRAFFIC_LIGHT_STATES.index(light.class_name) for light in frame.lights]
        signs = [TRAFFIC_SIGNS.index(sign.class_name) for sign in frame.signs]
        content[f'image_{number}'] = np.asarray(packed)
        content[f'light_boxes_{number}'] = _rows(frame.lights)
        content[f'light_labels_{number}'] = np.array(states, np.int64)
        content[f'sign_boxes_{number}'] = _rows(frame.signs)
        content[f'sign_labels_{number}'] = np.array(signs, np.int64)
    _write(path, content)


def _write(path: Path, content: Mapping[str, NDArray[np.generic]]) -> None:
    packed = io.BytesIO()
    np.savez(packed, **content)  # type: ignore[arg-type]
    write_whole(path, packed.getvalue())


@contextmanager
def _content_of(path: Path) -> Iterator[Any]:
    """Open what was rendered before. Raises DataError for a file that is cut off."""
    try:
        with np.load(path) as content:
            yield content
    except (EOFError, KeyError, ValueError, BadZipFile) as error:
        problem = f'is damaged ({one_line(error)})'
        raise DataError(path, problem, 'remove it, and it is rendered anew') from error


def _drive(track_seed: int, rng: np.random.Generator) -> list[RenderedFrame]:
    """Return a few frames of a drive on a track of its own."""
    course = Track(track_seed, WIDTH, HEIGHT)
    return [course.frame(int(rng.integers(DRIVE_FRAMES))) for _ in range(FRAMES_A_TRACK)]


def ensure_scenes(path: Path, count: int, tracks: int, seed: int) -> Path:
    """Render random scenes and drives to `path` unless that has been done; return the path.

    The drives are on tracks with seeds from FIRST_TRACK on: smaller ones are for tests and shows.
    Raises DataError for a file that is cut off, and OSError.
    """
    renderer = _renderer(count, tracks, seed)
    if not _is_made(path, renderer):
        path.parent.mkdir(parents=True, exist_ok=True)
        numbers = track(range(count), description='rendering scenes')
        frames = [
            random_scene(np.random.default_rng((seed, number)), WIDTH, HEIGHT) for number in numbers
        ]
        for number in track(range(tracks), description='rendering drives'):
            frames += _drive(FIRST_TRACK + number, np.random.default_rng((seed, 1, number)))
        _save(path, frames, renderer)
    return path


def _families(signs: NDArray[np.int64]) -> NDArray[np.int64]:
    families = [TRAFFIC_SIGN_FAMILIES.index(sign_family(TRAFFIC_SIGNS[sign])) for sign in signs]
    return np.array(families, np.int64)


def read_scenes(path: Path, kind: str, height: int, width: int) -> list[Scene]:
    """Return the scenes with boxes of a kind, 'light' or 'sign', fitted into height x width."""
    scenes = []
    scale = min(height / HEIGHT, width / WIDTH, 1.0)
    size = round(WIDTH * scale), round(HEIGHT * scale)
    with _content_of(path) as content:
        count = sum(name.startswith('image_') for name in content.files)
        for number in range(count):
            image = np.asarray(cv2.imdecode(content[f'image_{number}'], cv2.IMREAD_COLOR))
            labels = content[f'{kind}_labels_{number}']
            scenes.append(
                Scene(
                    np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8),
                    content[f'{kind}_boxes_{number}'] * np.float32(scale),
                    labels if kind == 'light' else _families(labels),
                    np.zeros((0, 5), np.float32),
                )
            )
    return scenes


def drive_frames(folder: Path, kind: str) -> tuple[LabelledPicture, ...]:
    """Return frames of drives that nobody trains on, with boxes of a kind, 'light' or 'sign'.

    Real validation pictures mostly show one large object; a car sees small ones first. The images
    are written to `folder` each time, so that they are those of the boxes. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    frames = []
    for number in track(range(VALIDATION_TRACKS), description='rendering drives to validate on'):
        rng = np.random.default_rng((2, number))
        for index, rendered in enumerate(_drive(FIRST_VALIDATION_TRACK + number, rng)):
            path = folder / f'drive_{number}_{index}.png'
            write_whole(path, cv2.imencode('.png', rendered.image)[1].tobytes())
            frames.append(_validation_frame(path, rendered, kind))
    return tuple(frames)


def _validation_frame(path: Path, rendered: RenderedFrame, kind: str) -> LabelledPicture:
    found = rendered.lights if kind == 'light' else rendered.signs
    names = tuple(each.class_name for each in found)
    if kind == 'light':
        labels = np.array([TRAFFIC_LIGHT_STATES.index(name) for name in names], np.int64)
    else:
        labels = _families(np.array([TRAFFIC_SIGNS.index(name) for name in names], np.int64))
    nothing = np.zeros((0, 5), np.float32)
    return LabelledPicture(path, 'rendered', _rows(found), labels, nothing, names, WIDTH, HEIGHT)


def ensure_crops(path: Path, per_class: int, seed: int) -> Crops:
    """Return rendered sign crops, from `path` if they have been made before.

    Raises DataError for a file that is cut off, and OSError.
    """
    renderer = _renderer(per_class, seed)
    if not _is_made(path, renderer):
        path.parent.mkdir(parents=True, exist_ok=True)
        images, labels = [], []
        for name in track(SIGN_CLASSES, description='rendering crops'):
            class_id = TRAFFIC_SIGNS.index(name)
            rng = np.random.default_rng((seed, class_id))
            images += [random_sign_crop(rng, name, TILE) for _ in range(per_class)]
            labels += [class_id] * per_class
        made: dict[str, NDArray[np.generic]] = {
            _RENDERER: np.array(renderer),
            'images': np.stack(images),
            'labels': np.array(labels, np.int64),
        }
        _write(path, made)
    with _content_of(path) as content:
        return Crops(content['images'], content['labels'])
