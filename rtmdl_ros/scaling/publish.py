# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From trained weights to a folder of the zoo: the ladder of variants, thresholds and figures."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from rich.progress import track

from rtmdl_ros.networks.build import save_weights
from rtmdl_ros.networks.scale import Scale
from rtmdl_ros.networks.slicing import slice_for
from rtmdl_ros.networks.zoo import FORMAT, INDEX, Variant, read_zoo, sha256_of, write_index
from rtmdl_ros.perception.pipeline import Model
from rtmdl_ros.scaling.detector_figures import best_threshold, detect_all
from rtmdl_ros.scaling.evaluate import (
    Figures,
    crops_of,
    detector_split_figures,
    frames_of,
    model_of,
    probabilities,
    recogniser_figures,
)
from rtmdl_ros.scaling.ladder import Examiner, ZooCandidate, candidates_of, pareto, within
from rtmdl_ros.scaling.provenance import sources_of
from rtmdl_ros.scaling.recipe import Recipe
from rtmdl_ros.scaling.sign_crops import Crops
from rtmdl_ros.scaling.storage import (
    BYTES_A_PARAMETER,
    BYTES_A_STATISTIC,
    ENTRY_BYTES,
    StorageError,
)
from rtmdl_ros.workload.text_file import replacing

WEIGHTS = 'weights.safetensors'
#: Share of right answers on the validation crops that the recogniser's threshold may cost.
TOLERATED_LOSS = 0.002
LEAST_THRESHOLD, MOST_THRESHOLD = 0.05, 0.9
THRESHOLD = 'score_threshold'
#: What a variant was chosen by (`Examiner.validate`).
FIGURE = 'val_figure'


def _detector_threshold(model: Model, data: Path) -> float:
    """Return the score with the best F1 on the fully labelled validation frames."""
    groups = frames_of(model.variant, data, 'val')
    frames = groups.get('all') or groups['gtsdb']
    return best_threshold(frames, detect_all(model, frames), model.variant.classes)


def _recogniser_threshold(model: Model, validation: Crops) -> float:
    """Return the highest probability to ask for that hardly costs a right answer."""
    rows = probabilities(model, validation)
    right = rows.max(axis=1)[rows.argmax(axis=1) == validation.labels]
    if not len(right):
        return LEAST_THRESHOLD
    least = np.quantile(right, TOLERATED_LOSS) - 0.005
    return round(float(np.clip(least, LEAST_THRESHOLD, MOST_THRESHOLD)), 2)


def _examined(model: Model, data: Path) -> Figures:
    """Return a variant's figures and its threshold among them."""
    if model.variant.kind == 'detector':
        threshold = _detector_threshold(model, data)
        model = Model(replace(model.variant, score_threshold=threshold), model.runner)
        figures = detector_split_figures(model, data, 'val', 'val')
        figures |= detector_split_figures(model, data, 'test_public', 'test_public')
        return figures | {THRESHOLD: threshold}
    figures = {THRESHOLD: _recogniser_threshold(model, crops_of(data, 'val'))}
    for name in ('val', 'test_public'):
        crops = crops_of(data, name)
        if not len(crops.labels):
            continue
        rows = probabilities(model, crops)
        figures |= recogniser_figures(rows, crops, model.variant.classes, name)
    return figures


@dataclass(frozen=True)
class Made:
    """How weights came about, for their index."""

    #: What to type to make the same again.
    command: str
    #: What a training tells: seed, steps, best_step and batch; or, as `averaged`, what those told
    #: whose mean they are.
    training: Mapping[str, Any]


class _Draft:
    """A network's folder while it is made, in the work folder."""

    def __init__(
        self,
        recipe: Recipe,
        weights: Mapping[str, torch.Tensor],
        data: Path,
        made: Made,
        parent: Path,
    ) -> None:
        self._recipe, self._weights, self._data, self._made = recipe, weights, data, made
        self.folder = parent / recipe.network

    def write(
        self, ladder: Sequence[ZooCandidate], found: Mapping[str, Figures] | None = None
    ) -> int:
        """Write weights and index of some variants; returns the bytes of both.

        `found` holds each variant's threshold and figures; without it they are still zero.
        """
        scales = [candidate.scale for candidate in ladder]
        whole = Scale(max(s.width for s in scales), max(s.depth for s in scales))
        learned = slice_for(self._recipe.untrained(whole), self._weights)
        path = self.folder / WEIGHTS
        save_weights(learned, {c.id: c.statistics for c in ladder}, path)
        entries = [_entry(candidate, (found or {}).get(candidate.id, {})) for candidate in ladder]
        write_index(self.folder, self._index(entries, sha256_of(path)))
        return path.stat().st_size + (self.folder / INDEX).stat().st_size

    def _index(self, entries: list[dict[str, Any]], checksum: str) -> dict[str, Any]:
        recipe = self._recipe
        return {
            'format': FORMAT,
            'network': recipe.network,
            'kind': recipe.kind,
            'classes': list(recipe.classes),
            'weights': WEIGHTS,
            'weights_sha256': checksum,
            'storage_bound_bytes': recipe.storage_bytes,
            'separate_bytes': sum(e['shared_bytes'] + e['private_bytes'] for e in entries),
            'training': {
                'data': sources_of(self._data, recipe.data),
                'command': self._made.command,
                **self._made.training,
            },
            'variants': entries,
        }


def _entry(candidate: ZooCandidate, found: Figures) -> dict[str, Any]:
    # A recogniser's is top-1 less a hair of the loss, which is below zero where nothing is right.
    figures = {FIGURE: round(max(0.0, candidate.figure), 4)} | {
        name: round(value, 4) for name, value in found.items() if name != THRESHOLD
    }
    return {
        'id': candidate.id,
        'width': candidate.scale.width,
        'depth': candidate.scale.depth,
        'input_height': candidate.size.height,
        'input_width': candidate.size.width,
        'score_threshold': found.get(THRESHOLD, 0.0),
        'parameters': candidate.parameters,
        'macs': candidate.macs,
        'shared_bytes': BYTES_A_PARAMETER * candidate.parameters,
        'private_bytes': BYTES_A_STATISTIC * candidate.statistics.numel(),
        'accuracy': figures,
    }


def publish(
    recipe: Recipe,
    lesson: Examiner,
    weights: Mapping[str, torch.Tensor],
    *,
    data: Path,
    work: Path,
    zoo: Path,
    made: Made,
) -> tuple[Variant, ...]:
    """Choose the variants, measure them as the node runs them, write zoo/<network>.

    Only the validation split decides which variants there are and their thresholds. Raises
    StorageError where no variant keeps the storage bound, and OSError.
    """
    front = pareto(candidates_of(lesson, weights))
    work.mkdir(parents=True, exist_ok=True)
    # A folder of its own: what a run has learned so far is also published while it goes on.
    with TemporaryDirectory(prefix='draft-', dir=work) as parent:
        draft = _Draft(recipe, weights, data, made, Path(parent))
        ladder = _ladder(recipe, front, draft)
        draft.write(ladder)
        found = {
            variant.id: _examined(model_of(variant, draft.folder), data)
            for variant in track(read_zoo(draft.folder), 'measuring variants')
        }
        _write_with_figures(recipe, ladder, draft, found)
        _move(draft.folder, zoo / recipe.network)
    return read_zoo(zoo / recipe.network)


def _ladder(recipe: Recipe, front: Sequence[ZooCandidate], draft: _Draft) -> list[ZooCandidate]:
    """Return the most variants whose files, figures included, keep the storage bound."""
    reserve = ENTRY_BYTES[recipe.kind]
    ladder = within(
        front,
        recipe.variants,
        recipe.storage_bytes,
        lambda some: draft.write(some) + reserve * len(some),
    )
    if not ladder:
        raise StorageError(_does_not_fit(recipe))
    return ladder


def _write_with_figures(
    recipe: Recipe, ladder: Sequence[ZooCandidate], draft: _Draft, found: Mapping[str, Figures]
) -> None:
    """Write the variants with their figures; fewer where these are longer than was reserved."""
    size_of = partial(draft.write, found=found)
    if size_of(ladder) <= recipe.storage_bytes:
        return
    if not within(ladder, recipe.variants, recipe.storage_bytes, size_of):
        raise StorageError(_does_not_fit(recipe))


def _does_not_fit(recipe: Recipe) -> str:
    return f'no variant of {recipe.network} fits in {recipe.storage_mb:g} MB'


def _move(draft: Path, folder: Path) -> None:
    """Replace weights and index one right after the other, each whole. Raises OSError."""
    with replacing(folder / INDEX) as index, replacing(folder / WEIGHTS) as weights:
        shutil.copyfile(draft / INDEX, index)
        shutil.copyfile(draft / WEIGHTS, weights)
