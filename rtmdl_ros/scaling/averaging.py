# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The mean of what several trainings of a network have learned."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from rtmdl_ros.networks.build import shared_weights
from rtmdl_ros.networks.zoo import INDEX, ZooError, read_zoo


def mean_weights(folders: Sequence[Path]) -> dict[str, torch.Tensor]:
    """Return the mean of the learned values of a network in several folders of zoos.

    Of runs that began with the same weights: their mean answers much as all of them together
    would, for the price of one (M. Wortsman et al., "Model soups", ICML 2022). Raises ZooError
    for a folder that holds no network, or another one than the first.
    """
    zoos = [read_zoo(folder) for folder in folders]
    weights = [shared_weights(variants) for variants in zoos]
    forms = [
        (variants[0].classes, {name: tensor.shape for name, tensor in learned.items()})
        for variants, learned in zip(zoos, weights, strict=True)
    ]
    for folder, form in zip(folders, forms, strict=True):
        if form != forms[0]:
            problem = f'has other classes, or another most accurate variant, than {folders[0]}'
            raise ZooError(folder, problem, 'average runs that ended with the same ones')
    return {
        name: torch.stack([learned[name] for learned in weights]).mean(dim=0)
        for name in weights[0]
    }


def trainings(folders: Sequence[Path]) -> list[dict[str, Any]]:
    """Return how the networks in some folders were trained, as their indices tell."""
    indices = [json.loads((folder / INDEX).read_text(encoding='utf-8')) for folder in folders]
    return [index.get('training', {}) for index in indices]
