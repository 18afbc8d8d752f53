# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the shipped networks learn from: which pictures, how often, and what is rendered."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np

from rtmdl_ros.scaling.crop_data import read_crops, tracks_are_known
from rtmdl_ros.scaling.data_sets import has_gtsdb, read_gtsdb, read_lights, read_road_signs
from rtmdl_ros.scaling.detection import (
    LEAST_BOXES,
    Augmentation,
    DetectorLesson,
    Views,
    as_scene,
)
from rtmdl_ros.scaling.frame_augmentation import shrunk
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.origin import checksum_of_frames
from rtmdl_ros.scaling.own_data import is_own, own_data
from rtmdl_ros.scaling.pasting import cut_lights
from rtmdl_ros.scaling.picture_files import SPLITS
from rtmdl_ros.scaling.recipe import Recipe
from rtmdl_ros.scaling.recogniser import RecogniserLesson
from rtmdl_ros.scaling.rendered import drive_frames, ensure_crops, ensure_scenes, read_scenes
from rtmdl_ros.scaling.same_moments import show_moments_of
from rtmdl_ros.scaling.sign_crops import Crops
from rtmdl_ros.scaling.sign_cuttings import cut_signs
from rtmdl_ros.scaling.unlit import all_switched_off
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES

CROPS_PER_CLASS = 100
SCENES = 700
TRACKS = 120
#: How often a frame whose lights were switched off is drawn, a real one with red ones counting 1.
UNLIT_WEIGHT = 0.8

LIGHT_AUGMENTATION = Augmentation(
    zoom=(0.5, 1.8), mosaic_zoom=(0.45, 1.3), mosaic_share=0.3, rendered_share=0.35,
    paste_share=0.5, paste_size=(14, 220), paste_count=2, turn_share=0.06,
)  # fmt: skip
SIGN_AUGMENTATION = Augmentation(
    zoom=(0.6, 2.2), mosaic_zoom=(0.6, 1.6), mosaic_share=0.4, rendered_share=0.25,
    paste_share=0.6, paste_size=(9, 56), paste_count=4,
)  # fmt: skip


def _scenes(work: Path) -> Path:
    return ensure_scenes(work / 'rendered' / 'scenes.npz', SCENES, TRACKS, seed=1)


def _drives(work: Path) -> Path:
    return work / 'rendered' / 'drives'


def _light_weight(frame: LabelledPicture) -> float:
    """Return how often a frame is drawn: yellow and off are scarce."""
    if frame.source == 'gtsdb':
        return 0.6
    shares = {'red': 1.0, 'yellow': 4.0, 'green': 1.5, 'off': 10.0}
    return max((shares[TRAFFIC_LIGHT_STATES[label]] for label in frame.labels), default=1.0)


def _host(frame: LabelledPicture) -> LabelledPicture:
    """Return a frame without objects in which nothing is rewarded or punished."""
    nowhere = np.array([(0, 0, frame.width, frame.height, 0)], np.float32)
    no_boxes = np.zeros((0, 4), np.float32)
    return replace(frame, boxes=no_boxes, labels=np.zeros(0, np.int64), regions=nowhere)


def light_lesson(recipe: Recipe, data: Path, work: Path, seed: int) -> DetectorLesson:
    """Return the lesson on lights, or on a user's pictures; raises DataError."""
    if is_own(data):
        return _own_lesson(recipe, data, work, seed)
    lights = read_lights(data, 'train')
    # Most pictures show lights before the sky. Streets give other backgrounds; their own lights
    # are not labelled, so they count only where lights are pasted into them.
    frames = lights + tuple(_host(frame) for frame in read_gtsdb(data, 'train'))
    scenes = [as_scene(frame) for frame in frames]
    unlit = [all_switched_off(scene) for scene in scenes[::2] if len(scene.boxes)]
    lit = scenes[: len(lights)]
    weights = [_light_weight(frame) for frame in frames] + [UNLIT_WEIGHT] * len(unlit)
    views = Views(
        scenes + unlit,
        np.array(weights),
        read_scenes(_scenes(work), 'light', *recipe.sizes[-1]),
        cut_lights(chain(lit, map(all_switched_off, lit))),
        classes=len(recipe.classes),
        height=recipe.base_size.height,
        augmentation=LIGHT_AUGMENTATION,
        seed=seed,
    )
    validation = [read_lights(data, 'val'), drive_frames(_drives(work), 'light')]
    return _detector_lesson(recipe, views, frames, validation, seed)


def _sign_weight(frame: LabelledPicture) -> float:
    """Return how often a frame is drawn: many pictures of one drive, few large stop signs."""
    if frame.source == 'gtsdb':
        return 1.0
    return 1.5 if 'stop' in frame.source_labels else 0.4


def sign_lesson(recipe: Recipe, data: Path, work: Path, seed: int) -> DetectorLesson:
    """Return the lesson on signs in frames, or on a user's pictures; raises DataError."""
    if is_own(data):
        return _own_lesson(recipe, data, work, seed)
    frames = read_gtsdb(data, 'train') + read_road_signs(data, 'train')
    validation = read_gtsdb(data, 'val')
    views = Views(
        [as_scene(frame) for frame in frames],
        np.array([_sign_weight(frame) for frame in frames]),
        read_scenes(_scenes(work), 'sign', *recipe.sizes[-1]),
        cut_signs(data, validation + read_gtsdb(data, 'test_public')),
        classes=len(recipe.classes),
        height=recipe.base_size.height,
        augmentation=SIGN_AUGMENTATION,
        seed=seed,
    )
    drives = drive_frames(_drives(work), 'sign')
    validation_groups = [validation, read_road_signs(data, 'val'), drives]
    return _detector_lesson(recipe, views, frames, validation_groups, seed)


def _own_lesson(recipe: Recipe, data: Path, work: Path, seed: int) -> DetectorLesson:
    """Return the lesson on a user's pictures, mixed with rendered ones as the shipped one is."""
    # What is wrong with the test is told before training too.
    training, validation, _ = (own_data(data).split(name, recipe.classes) for name in SPLITS)
    _tell_rare(validation, recipe.classes, data)
    lights = recipe.classes == TRAFFIC_LIGHT_STATES
    augmentation = LIGHT_AUGMENTATION if lights else SIGN_AUGMENTATION
    zoom = max(augmentation.zoom[1], augmentation.mosaic_zoom[1])
    height, width = (round(zoom * side) for side in recipe.sizes[-1])
    scenes, cuttings = [], []
    for frame in training:
        scene = as_scene(frame)
        scenes.append(shrunk(scene, height, width))
        if lights:
            cuttings += cut_lights((scene, all_switched_off(scene)))
    views = Views(
        scenes,
        np.ones(len(scenes)),
        read_scenes(_scenes(work), 'light' if lights else 'sign', *recipe.sizes[-1]),
        cuttings,
        classes=len(recipe.classes),
        height=recipe.base_size.height,
        augmentation=augmentation,
        seed=seed,
    )
    return _detector_lesson(recipe, views, training, [validation], seed)


def _tell_rare(validation: Sequence[LabelledPicture], classes: Sequence[str], data: Path) -> None:
    """Tell which classes have too few boxes to judge a network by."""
    counts = Counter(int(label) for frame in validation for label in frame.labels)
    rare = [f'{classes[at]} {counts[at]}' for at in sorted(counts) if counts[at] < LEAST_BOXES]
    if rare and len(rare) < len(counts):
        problem = f'too few val boxes to count in val_figure, fewer than {LEAST_BOXES}'
        print(f'{data}: {problem}: {", ".join(rare)}', file=sys.stderr)


def _detector_lesson(
    recipe: Recipe,
    views: Views,
    training: tuple[LabelledPicture, ...],
    validation: list[tuple[LabelledPicture, ...]],
    seed: int,
) -> DetectorLesson:
    return DetectorLesson(
        recipe.network, recipe.classes, recipe.scales(), recipe.sizes, recipe.base_size, views,
        validation, checksum_of_frames([training, *validation]), seed,
    )  # fmt: skip


def recogniser_lesson(recipe: Recipe, data: Path, work: Path, seed: int) -> RecogniserLesson:
    """Return the lesson on crops of signs; raises DataError."""
    # What is wrong with the test is told before training too.
    training, validation, _ = (read_crops(data, split) for split in SPLITS)
    if tracks_are_known(data) and has_gtsdb(data):
        # The whole sign task is measured on these frames.
        frames = read_gtsdb(data, 'val') + read_gtsdb(data, 'test_public')
        unseen = ~show_moments_of(frames, training, data)
        training = Crops(training.images[unseen], training.labels[unseen])
    rendered = ensure_crops(work / 'rendered' / 'crops.npz', CROPS_PER_CLASS, seed=1)
    return RecogniserLesson(
        training, validation, rendered, recipe.scales(), recipe.sizes, recipe.base_size, seed
    )
