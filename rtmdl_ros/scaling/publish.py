# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From trained weights to a folder of the zoo, with threshold and figures."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from torch import nn

from rtmdl_ros.networks.build import count_macs, count_parameters, save_weights
from rtmdl_ros.networks.zoo import FORMAT, Variant, sha256_of, write_index
from rtmdl_ros.perception.pipeline import Model
from rtmdl_ros.scaling.detector_figures import best_threshold, detect_all
from rtmdl_ros.scaling.evaluate import (
    Figures,
    detector_split_figures,
    frames_of,
    model_of,
    probabilities,
    recogniser_figures,
)
from rtmdl_ros.scaling.provenance import SOURCES
from rtmdl_ros.scaling.recipes import Recipe
from rtmdl_ros.scaling.sign_crops import Crops, read_public_test, read_training_crops

WEIGHTS = 'weights.safetensors'
#: Share of right answers on the validation crops that the recogniser's threshold may cost.
TOLERATED_LOSS = 0.002


def _variant(recipe: Recipe, network: nn.Module, weights: Path) -> Variant:
    return Variant(
        network=recipe.network,
        id=recipe.variant_id,
        kind=recipe.kind,
        width=recipe.width,
        depth=recipe.depth,
        input_height=recipe.input_height,
        input_width=recipe.input_width,
        classes=recipe.classes,
        score_threshold=0.0,
        weights_path=weights,
        weights_sha256=sha256_of(weights),
        parameters=count_parameters(network),
        macs=count_macs(network, recipe.input_height, recipe.input_width),
        accuracy={},
    )


def _detector_threshold(model: Model, data: Path) -> float:
    """Return the score with the best F1 on the fully labelled validation frames."""
    groups = frames_of(model.variant.network, data, 'val')
    frames = groups.get('all') or groups['gtsdb']
    return best_threshold(frames, detect_all(model, frames), model.variant.classes)


def _recogniser_threshold(model: Model, validation: Crops) -> float:
    """Return the highest probability to ask for that hardly costs a right answer."""
    rows = probabilities(model, validation)
    right = rows.max(axis=1)[rows.argmax(axis=1) == validation.labels]
    return round(float(np.clip(np.quantile(right, TOLERATED_LOSS) - 0.005, 0.05, 0.9)), 2)


def _examined(model: Model, data: Path) -> tuple[Variant, Figures]:
    """Return the variant with its threshold, and its figures."""
    variant = model.variant
    if variant.kind == 'detector':
        variant = replace(variant, score_threshold=_detector_threshold(model, data))
        model = Model(variant, model.runner)
        figures = detector_split_figures(model, data, 'val', 'val')
        figures |= detector_split_figures(model, data, 'test_public', 'test_public')
        return variant, figures
    _, validation = read_training_crops(data)
    variant = replace(variant, score_threshold=_recogniser_threshold(model, validation))
    test = read_public_test(data)
    figures = recogniser_figures(
        probabilities(model, validation), validation, variant.classes, 'val'
    )
    return variant, figures | recogniser_figures(
        probabilities(model, test), test, variant.classes, 'test_public'
    )


def _entry(variant: Variant, figures: Figures) -> dict[str, Any]:
    return {
        'id': variant.id,
        'width': variant.width,
        'depth': variant.depth,
        'input_height': variant.input_height,
        'input_width': variant.input_width,
        'score_threshold': variant.score_threshold,
        'weights': variant.weights_path.name,
        'weights_sha256': variant.weights_sha256,
        'parameters': variant.parameters,
        'macs': variant.macs,
        'bytes': variant.weights_path.stat().st_size,
        'accuracy': {name: round(value, 4) for name, value in figures.items()},
    }


def publish(
    recipe: Recipe, network: nn.Module, *, data: Path, work: Path, zoo: Path, seed: int
) -> Variant:
    """Write weights and index of a trained network into zoo/<network> and return the variant."""
    folder, draft = zoo / recipe.network, work / recipe.network / WEIGHTS
    save_weights(network, draft)
    model = model_of(_variant(recipe, network, draft), work / recipe.network)
    variant, figures = _examined(model, data)
    # Only now, so that the zoo is never without an index that fits its weights for long.
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(draft, folder / f'{WEIGHTS}.partial')
    os.replace(folder / f'{WEIGHTS}.partial', folder / WEIGHTS)
    write_index(
        folder,
        {
            'format': FORMAT,
            'network': recipe.network,
            'kind': recipe.kind,
            'classes': list(recipe.classes),
            'training': {
                'data': [SOURCES[name] for name in recipe.data],
                'seed': seed,
                'steps': recipe.schedule.steps,
                'batch': recipe.schedule.batch,
                'command': f'rtmdl scale {recipe.network} --data ../shared/data --seed {seed}',
            },
            'variants': [_entry(variant, figures)],
        },
    )
    return replace(variant, accuracy=figures, weights_path=folder / WEIGHTS)
