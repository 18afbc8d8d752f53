# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What each shipped network is and how it is trained."""

from dataclasses import replace

from rtmdl_ros.networks.scale import InputSize, Scale, variant_id
from rtmdl_ros.scaling.lessons import light_lesson, recogniser_lesson, sign_lesson
from rtmdl_ros.scaling.recipe import Recipe
from rtmdl_ros.scaling.schedule import Schedule
from rtmdl_ros.workload.classes import TRAFFIC_LIGHT_STATES, TRAFFIC_SIGN_FAMILIES, TRAFFIC_SIGNS


class UnknownVariantError(ValueError):
    """An id that no variant of a network has."""


def _family(widths: tuple[float, ...]) -> tuple[Scale, ...]:
    return tuple(Scale(width, depth) for width in widths for depth in (1, 2))


def _sizes(*sizes: tuple[int, int]) -> tuple[InputSize, ...]:
    return tuple(InputSize(*size) for size in sizes)


# Narrower or shallower ones cost the others more than they are worth: without blocks, and a quarter
# as wide, the recogniser validated at 60 %.
DETECTOR_FAMILY = _family((0.375, 0.5, 0.625, 0.75, 1.0, 1.25, 1.5))
# Deeper ones that are narrower than the first whole one were never worth their operations here;
# without them the others learn twice as often.
LIGHT_FAMILY = tuple(s for s in DETECTOR_FAMILY if s.depth == 1 or s.width >= 1.0)
CLASSIFIER_FAMILY = _family((0.375, 0.5, 0.75, 1.0, 1.25, 1.5))

RECIPES = {
    recipe.network: recipe
    for recipe in (
        Recipe(
            'traffic_light_detector',
            'detector',
            TRAFFIC_LIGHT_STATES,
            LIGHT_FAMILY,
            _sizes((160, 224), (192, 256), (256, 352), (320, 416), (384, 512)),
            InputSize(320, 416),
            Schedule(steps=8000, batch=16, learning_rate=2e-3, evaluate_every=500),
            light_lesson,
            ('cinta_v2', 'road_sign_detection', 'gtsdb', 'rendered'),
            storage_mb=3.0,
            variants=16,
        ),
        Recipe(
            'traffic_sign_detector',
            'detector',
            TRAFFIC_SIGN_FAMILIES,
            DETECTOR_FAMILY,
            _sizes((192, 320), (288, 480), (384, 640), (480, 800), (576, 960)),
            InputSize(384, 640),
            Schedule(steps=7000, batch=16, learning_rate=2e-3, evaluate_every=500),
            sign_lesson,
            ('gtsdb', 'road_sign_detection', 'gtsrb', 'rendered'),
            storage_mb=3.0,
            variants=16,
        ),
        Recipe(
            'traffic_sign_recogniser',
            'classifier',
            TRAFFIC_SIGNS,
            CLASSIFIER_FAMILY,
            _sizes((24, 24), (32, 32), (40, 40)),
            InputSize(32, 32),
            Schedule(steps=8000, batch=128, learning_rate=4e-3, evaluate_every=500),
            recogniser_lesson,
            ('gtsrb', 'rendered'),
            storage_mb=2.0,
            variants=12,
        ),
    )
}


def only(recipe: Recipe, wanted: str) -> Recipe:
    """Return the recipe for one variant alone, by its id, with the same schedule.

    Raises UnknownVariantError, naming the ids there are, for one that the recipe does not have.
    """
    pairs = [(scale, size) for size in recipe.sizes for scale in recipe.family]
    ids = {variant_id(*pair): pair for pair in pairs}
    if wanted not in ids:
        raise UnknownVariantError(f'{wanted} is no variant of {recipe.network}: {", ".join(ids)}')
    scale, size = ids[wanted]
    return replace(recipe, family=(scale,), sizes=(size,), base_size=size, variants=1)


def shortened(recipe: Recipe, steps: int) -> Recipe:
    """Return the recipe with another number of steps, for a quick try."""
    schedule = replace(
        recipe.schedule,
        steps=steps,
        evaluate_every=min(recipe.schedule.evaluate_every, steps),
        warmup_steps=min(recipe.schedule.warmup_steps, max(1, steps // 4)),
    )
    return replace(recipe, schedule=schedule)
