# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Figures and pictures of one network, or of the whole traffic-sign task, on one split."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.progress import track

from rtmdl_ros.networks.zoo import Variant
from rtmdl_ros.perception.pipeline import Model
from rtmdl_ros.scaling.confusion import confusion_of, draw_confusion
from rtmdl_ros.scaling.crop_folder import has_crop_folders
from rtmdl_ros.scaling.detector_figures import detect_all, match_all
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.evaluate import (
    Figures,
    crops_of,
    detector_figures,
    frames_of,
    model_of,
    named_figures,
    named_signs,
    probabilities,
    recogniser_figures,
)
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.ladder_picture import Rung, draw_ladder
from rtmdl_ros.scaling.pictures import save_confused_crops, save_error_sheets
from rtmdl_ros.scaling.sign_crops import Crops
from rtmdl_ros.workload.units import NS_PER_MS

#: The figure that a ladder is drawn by, of the first group that has it.
HEADLINES = {'detector': 'map50', 'classifier': 'top1'}
WARM_UP, TIMINGS = 5, 50
#: By the name of a group of pictures: what figures begin with.
Groups = Mapping[str, Sequence[LabelledPicture] | Crops]


def network_report(variant: Variant, data: Path, split: str, out: Path) -> Figures:
    """Measure one network on a split and write the sheets of its errors into `out`.

    Raises DataError for a split without images or objects.
    """
    groups = _groups(variant, data, split)
    return _model_report(model_of(variant, out), groups, split, out)


def _groups(variant: Variant, data: Path, split: str) -> Groups:
    """Return what a network is measured on.

    Raises DataError for a split without images, and for one that shows a detector no object.
    """
    groups: Groups
    if variant.kind == 'classifier':
        crops = crops_of(data, split)
        groups = {'all' if has_crop_folders(data) else 'gtsrb': crops}
        empty = not len(crops.labels)
    else:
        groups = frames_of(variant, data, split)
        empty = not all(groups.values())
    if empty:
        raise DataError(data, f'has no images of the split {split}', 'choose another --split')
    if not any(map(_shows_signs_or_lights, groups.values())):
        problem = f'no image of the split {split} shows an object of a class of {variant.network}'
        raise DataError(data, problem, 'choose another --split or --network')
    return groups


def _shows_signs_or_lights(labelled: Sequence[LabelledPicture] | Crops) -> bool:
    return isinstance(labelled, Crops) or any(len(frame.boxes) for frame in labelled)


def _model_report(model: Model, groups: Groups, split: str, out: Path) -> Figures:
    figures: Figures = {}
    for group, labelled in groups.items():
        if isinstance(labelled, Crops):
            figures |= _recogniser_report(model, labelled, split, group, out)
        else:
            figures |= _detector_report(model, labelled, group, out)
    return figures


def _detector_report(
    model: Model, frames: Sequence[LabelledPicture], group: str, out: Path
) -> Figures:
    variant = model.variant
    found = detect_all(model, frames)
    matches = match_all(frames, found, variant.classes, variant.score_threshold)
    save_error_sheets(matches, frames, out, f'{variant.network}_{group}')
    return detector_figures(frames, found, variant, group)


def ladder_report(
    variants: Sequence[Variant], data: Path, split: str, out: Path
) -> dict[str, Figures]:
    """Measure variants of one network and draw what they score against what they cost.

    The figures by 'network id', with the inference time in ms. Raises DataError for a split
    without images or objects.
    """
    figures: dict[str, Figures] = {}
    rungs = []
    name = HEADLINES[variants[0].kind]
    # Before there is a bar: reading has its own, and rich before 14.1 shows only one at a time.
    groups = _groups(variants[0], data, split)
    for variant in track(variants, f'measuring {variants[0].network}'):
        model = model_of(variant, out)
        found = _model_report(model, groups, split, out / variant.id)
        scores = [value for key, value in found.items() if key.endswith(name)]
        rungs.append(Rung(variant, scores[0], inference_ms(model)))
        cost = {'inference_ms': rungs[-1].inference_ms, 'million_macs': variant.macs / 1e6}
        figures[f'{variant.network} {variant.id}'] = cost | found
    draw_ladder(rungs, f'{split} {name}', out / f'{variants[0].network}_ladder.png')
    return figures


def inference_ms(model: Model) -> float:
    """Return the median time of an inference of one image on one core, in milliseconds."""
    variant = model.variant
    image = np.zeros((1, variant.input_height, variant.input_width, 3), np.uint8)
    times = []
    for _ in range(WARM_UP + TIMINGS):
        start_ns = time.perf_counter_ns()
        model.runner.run(image)
        times.append((time.perf_counter_ns() - start_ns) / NS_PER_MS)
    return float(np.median(times[WARM_UP:]))


def _recogniser_report(
    model: Model, crops: Crops, split: str, group: str, out: Path
) -> Figures:
    rows = probabilities(model, crops)
    path = out / f'{model.variant.network}_confused.png'
    classes = model.variant.classes
    save_confused_crops(crops, rows, classes, path)
    counts = confusion_of(crops.labels, rows.argmax(axis=1), len(classes))
    path = out / f'{model.variant.network}_confusion.png'
    draw_confusion(counts, classes, f'{model.variant.id} on {split}', path)
    return recogniser_figures(rows, crops, model.variant.classes, group)


def sign_task_report(
    detector: Variant, recogniser: Variant, data: Path, split: str, out: Path
) -> Figures:
    """Measure signs found and named by the whole task on the German frames of a split."""
    names = recogniser.classes
    frames = tuple(
        replace(frame, labels=np.array([names.index(n) for n in frame.source_labels], np.int64))
        for frame in frames_of(detector, data, split)['gtsdb']
    )
    answers = named_signs(model_of(detector, out), model_of(recogniser, out), frames)
    matches = match_all(frames, answers, names, 0.0)
    save_error_sheets(matches, frames, out, 'traffic_sign_gtsdb')
    return named_figures(matches, 'gtsdb')
