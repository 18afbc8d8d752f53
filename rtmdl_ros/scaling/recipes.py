# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What each shipped network is and how it is trained."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from torch import nn

from rtmdl_ros.networks.build import untrained
from rtmdl_ros.scaling.detection import Augmentation, DetectorLesson, Views, as_scene
from rtmdl_ros.scaling.frames import Frame, read_gtsdb, read_lights, read_road_signs
from rtmdl_ros.scaling.pasting import cut_lights
from rtmdl_ros.scaling.recogniser import RecogniserLesson
from rtmdl_ros.scaling.rendered import ensure_crops, ensure_scenes, read_scenes
from rtmdl_ros.scaling.sign_crops import read_training_crops
from rtmdl_ros.scaling.sign_cuttings import cut_signs
from rtmdl_ros.scaling.train import Lesson, Schedule
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES, TRAFFIC_SIGN_FAMILIES, TRAFFIC_SIGNS

CROPS_PER_CLASS = 100
SCENES = 700
TRACKS = 120


@dataclass(frozen=True)
class Recipe:
    """One network: its kind, its size and its training."""

    network: str
    #: 'detector' or 'classifier'.
    kind: str
    classes: tuple[str, ...]
    input_height: int
    input_width: int
    schedule: Schedule
    lesson: Callable[['Recipe', Path, Path, int], Lesson]
    #: Names in provenance.SOURCES.
    data: tuple[str, ...]
    width: float = 1.0
    depth: int = 1

    @property
    def variant_id(self) -> str:
        """Return width in percent, depth and input size as one name."""
        size = f'{self.input_height}x{self.input_width}'
        return f'w{round(self.width * 100)}_d{self.depth}_{size}'

    def untrained(self) -> nn.Module:
        """Return the network with random weights."""
        return untrained(self.kind, len(self.classes), self.width, self.depth)


def _scenes(work: Path) -> Path:
    return ensure_scenes(work / 'rendered' / 'scenes.npz', SCENES, TRACKS, seed=1)


def _light_weight(frame: Frame) -> float:
    """Return how often a frame is drawn: yellow and off are scarce."""
    if frame.source == 'gtsdb':
        return 0.6
    shares = {'red': 1.0, 'yellow': 4.0, 'green': 1.5, 'off': 5.0}
    return max((shares[TRAFFIC_LIGHT_STATES[label]] for label in frame.labels), default=1.0)


def _host(frame: Frame) -> Frame:
    """Return a frame without objects in which nothing is rewarded or punished."""
    nowhere = np.array([(0, 0, frame.width, frame.height, 0)], np.float32)
    no_boxes = np.zeros((0, 4), np.float32)
    return replace(frame, boxes=no_boxes, labels=np.zeros(0, np.int64), regions=nowhere)


def _light_lesson(recipe: Recipe, data: Path, work: Path, seed: int) -> Lesson:
    lights = read_lights(data, 'train')
    # Most pictures show lights before the sky. Streets give other backgrounds; their own lights
    # are not labelled, so they count only where lights are pasted into them.
    frames = lights + tuple(_host(frame) for frame in read_gtsdb(data, 'train'))
    views = Views(
        [as_scene(frame) for frame in frames],
        np.array([_light_weight(frame) for frame in frames]),
        read_scenes(_scenes(work), 'light', recipe.input_height, recipe.input_width),
        cut_lights(lights),
        classes=len(recipe.classes),
        height=recipe.input_height,
        width=recipe.input_width,
        augmentation=Augmentation(
            zoom=(0.5, 1.8), mosaic_zoom=(0.45, 1.3), mosaic_share=0.3, rendered_share=0.35,
            paste_share=0.5, paste_size=(14, 220), paste_count=2,
            paste_weights=(0.35, 0.25, 0.3, 0.1), turn_share=0.06,
        ),
        seed=seed,
    )  # fmt: skip
    return _detector_lesson(recipe, views, [read_lights(data, 'val')])


def _sign_weight(frame: Frame) -> float:
    """Return how often a frame is drawn: many pictures of one drive, few large stop signs."""
    if frame.source == 'gtsdb':
        return 1.0
    return 1.5 if 'stop' in frame.source_labels else 0.4


def _sign_lesson(recipe: Recipe, data: Path, work: Path, seed: int) -> Lesson:
    frames = read_gtsdb(data, 'train') + read_road_signs(data, 'train')
    validation = read_gtsdb(data, 'val')
    views = Views(
        [as_scene(frame) for frame in frames],
        np.array([_sign_weight(frame) for frame in frames]),
        read_scenes(_scenes(work), 'sign', recipe.input_height, recipe.input_width),
        cut_signs(data, validation + read_gtsdb(data, 'test_public')),
        classes=len(recipe.classes),
        height=recipe.input_height,
        width=recipe.input_width,
        augmentation=Augmentation(
            zoom=(0.6, 2.2), mosaic_zoom=(0.6, 1.6), mosaic_share=0.4, rendered_share=0.25,
            paste_share=0.6, paste_size=(9, 56), paste_count=4,
        ),
        seed=seed,
    )  # fmt: skip
    return _detector_lesson(recipe, views, [validation, read_road_signs(data, 'val')])


def _detector_lesson(
    recipe: Recipe, views: Views, validation: list[tuple[Frame, ...]]
) -> DetectorLesson:
    return DetectorLesson(
        recipe.network, recipe.classes, views, validation, recipe.input_height,
        recipe.input_width, recipe.width, recipe.depth,
    )  # fmt: skip


def _recogniser_lesson(recipe: Recipe, data: Path, work: Path, seed: int) -> Lesson:
    training, validation = read_training_crops(data)
    rendered = ensure_crops(work / 'rendered' / 'crops.npz', CROPS_PER_CLASS, seed=1)
    return RecogniserLesson(training, validation, rendered, recipe.width, recipe.depth, seed)


RECIPES = {
    recipe.network: recipe
    for recipe in (
        Recipe(
            'traffic_light_detector',
            'detector',
            TRAFFIC_LIGHT_STATES,
            320,
            416,
            Schedule(steps=10000, batch=16, learning_rate=2e-3, evaluate_every=500),
            _light_lesson,
            ('cinta_v2', 'road_sign_detection', 'gtsdb', 'rendered'),
        ),
        Recipe(
            'traffic_sign_detector',
            'detector',
            TRAFFIC_SIGN_FAMILIES,
            384,
            640,
            Schedule(steps=4000, batch=16, learning_rate=2e-3, evaluate_every=500),
            _sign_lesson,
            ('gtsdb', 'road_sign_detection', 'gtsrb', 'rendered'),
        ),
        Recipe(
            'traffic_sign_recogniser',
            'classifier',
            TRAFFIC_SIGNS,
            32,
            32,
            Schedule(steps=5000, batch=256, learning_rate=4e-3, evaluate_every=500),
            _recogniser_lesson,
            ('gtsrb', 'rendered'),
        ),
    )
}


def shortened(recipe: Recipe, steps: int) -> Recipe:
    """Return the recipe with another number of steps, for a quick try."""
    schedule = replace(
        recipe.schedule,
        steps=steps,
        evaluate_every=min(recipe.schedule.evaluate_every, steps),
        warmup_steps=min(recipe.schedule.warmup_steps, max(1, steps // 4)),
    )
    return replace(recipe, schedule=schedule)
