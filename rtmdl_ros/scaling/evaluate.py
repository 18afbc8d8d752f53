# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Figures of a network on validation and public test data."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.engine.onnx_runner import OnnxRunner
from rtmdl_ros.networks.network import Network
from rtmdl_ros.networks.scale import InputSize
from rtmdl_ros.networks.zoo import Variant
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Model, run_whole
from rtmdl_ros.perception.traffic_sign import TrafficSignPipeline
from rtmdl_ros.scaling.coco import Precision, average_precision
from rtmdl_ros.scaling.crop_data import read_crops
from rtmdl_ros.scaling.data_sets import read_gtsdb, read_lights, read_road_signs
from rtmdl_ros.scaling.detector_figures import Match, detect_all, f1_of, match_all
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.own_data import is_own, own_data
from rtmdl_ros.scaling.sign_crops import Crops, resized
from rtmdl_ros.workload.detection import Detection

Figures = dict[str, float]
BATCH = 256
#: Names of the splits in data of users, by those in the public data.
OWN_SPLITS = {'train': 'train', 'val': 'val', 'test_public': 'test'}


def model_of(variant: Variant, work: Path) -> Model:
    """Export a variant into the work folder and load it."""
    from rtmdl_ros.networks.export import export_onnx

    path = work / f'{variant.network}-{variant.id}.onnx'
    export_onnx(variant, path)
    return Model(variant, OnnxRunner(path))


def probabilities(model: Model, crops: Crops) -> NDArray[np.float32]:
    """Return (N, K) probabilities of crops."""
    variant = model.variant
    images = resized(crops, InputSize(variant.input_height, variant.input_width)).images
    parts = [
        model.runner.run(np.ascontiguousarray(images[at : at + BATCH]))[0]
        for at in range(0, len(images), BATCH)
    ]
    return np.concatenate(parts)


def recogniser_figures(
    rows: NDArray[np.float32], crops: Crops, classes: Sequence[str], prefix: str
) -> Figures:
    """Return top-1 accuracy, the mean over classes and each class; rows as `probabilities`."""
    right = rows.argmax(axis=1) == crops.labels
    per_class = {
        classes[label]: float(right[crops.labels == label].mean())
        for label in np.unique(crops.labels)
    }
    figures = {f'{prefix}_top1': float(right.mean())}
    figures[f'{prefix}_class_mean'] = float(np.mean(list(per_class.values())))
    return figures | {f'{prefix}_top1_{name}': value for name, value in per_class.items()}


def _named(precision: Precision, prefix: str) -> Figures:
    figures = {f'{prefix}_map50': precision.ap50, f'{prefix}_map50_95': precision.ap50_95}
    return figures | {
        f'{prefix}_ap50_{name}': value for name, value in precision.per_class_ap50.items()
    }


def detector_figures(
    frames: Sequence[LabelledPicture],
    found: Sequence[Sequence[Detection]],
    variant: Network,
    prefix: str,
) -> Figures:
    """Return average precisions by class and without classes, F1 at the variant's threshold.

    No figures where no frame shows an object: there is nothing to be precise about.
    """
    if not any(len(frame.boxes) for frame in frames):
        return {}
    classes = variant.classes
    figures = _named(average_precision(frames, found, classes), prefix)
    merged = average_precision(frames, found, classes, merged=True)
    figures[f'{prefix}_ap50_any_class'] = merged.ap50
    f1, precision, recall = f1_of(match_all(frames, found, classes, variant.score_threshold))
    figures |= {f'{prefix}_f1': f1, f'{prefix}_precision': precision, f'{prefix}_recall': recall}
    return figures


def frames_of(detector: Network, data: Path, split: str) -> dict[str, tuple[LabelledPicture, ...]]:
    """Return a detector's frames of a split by group: all together, or by source.

    The test split of a user's own data may be empty.
    """
    if is_own(data):
        return {'all': own_data(data).split(OWN_SPLITS[split], detector.classes)}
    if detector.network == 'traffic_sign_detector':
        return {
            'gtsdb': read_gtsdb(data, split),
            'road_sign_detection': read_road_signs(data, split),
        }
    frames = read_lights(data, split)
    groups = {'all': frames}
    for source in sorted({frame.source for frame in frames}):
        groups[source] = tuple(frame for frame in frames if frame.source == source)
    return groups


def crops_of(data: Path, split: str) -> Crops:
    """Return the recogniser's crops of a split; the test split may be empty."""
    return read_crops(data, OWN_SPLITS[split])


def detector_split_figures(model: Model, data: Path, split: str, prefix: str) -> Figures:
    """Return the figures of a detector on all groups of a split."""
    figures: Figures = {}
    for group, frames in frames_of(model.variant, data, split).items():
        if not frames:
            continue
        name = prefix if group == 'all' else f'{prefix}_{group}'
        figures |= detector_figures(frames, detect_all(model, frames), model.variant, name)
    return figures


def named_signs(
    detector: Model, recogniser: Model, frames: Sequence[LabelledPicture]
) -> list[tuple[Detection, ...]]:
    """Return what the whole traffic-sign task answers for every frame."""
    pipeline = TrafficSignPipeline(detector, recogniser)
    return [run_whole(pipeline, Frame(frame.image, 0, None)) for frame in frames]


def named_figures(matches: Sequence[Match], prefix: str) -> Figures:
    """Return F1, precision and recall of signs found and named, and naming alone."""
    f1, precision, recall = f1_of(matches)
    placed = [match for match in matches if match.detection and match.truth]
    right = sum(match.right for match in placed) / max(1, len(placed))
    return {
        f'{prefix}_named_f1': f1,
        f'{prefix}_named_precision': precision,
        f'{prefix}_named_recall': recall,
        f'{prefix}_right_where_found': right,
    }
