# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Shapes, sizes and the sliceability of the networks."""

import pytest
import torch

from rtmdl_ros.networks.blocks import Normalise, ResidualBlock, scaled
from rtmdl_ros.networks.build import count_macs, count_parameters
from rtmdl_ros.networks.classifier import Classifier
from rtmdl_ros.networks.detector import (
    PRIOR,
    DeployedDetector,
    Detector,
    boxes_of,
    cell_centres,
)


@pytest.mark.parametrize(
    ('channels', 'width', 'expected'), [(48, 1, 48), (48, 0.5, 24), (16, 0.25, 8), (80, 0.75, 64)]
)
def test_scaled_channels(channels: int, width: float, expected: int) -> None:
    """Multiples of 8, never below 8 (60 is as near to 56 as to 64; Python rounds to even)."""
    assert scaled(channels, width) == expected


def test_grey_is_zero() -> None:
    """So that the letterbox's margin equals the padding of the convolutions."""
    image = torch.tensor([114.0, 178.0, 50.0])
    assert Normalise()(image).tolist() == [0.0, 1.0, -1.0]


def test_fresh_block_is_the_identity() -> None:
    """On features that a ReLU made."""
    features = torch.rand(1, 8, 4, 4)
    assert torch.equal(ResidualBlock(8).eval()(features), features)


def test_detector_maps() -> None:
    """An eighth of the input's size, distances above 0, heat at its prior."""
    output = Detector(3, width=0.5).eval()(torch.zeros(2, 3, 64, 96))
    assert output.logits.shape == (2, 3, 8, 12)
    assert output.distances.shape == (2, 4, 8, 12)
    assert (output.distances > 0).all()
    assert torch.sigmoid(output.logits).mean().item() == pytest.approx(PRIOR, abs=0.005)


def test_cell_centres_and_boxes() -> None:
    """Cell (row 1, column 2) is at (20, 12); distances go left, up, right, down."""
    centres = cell_centres(2, 3)
    assert centres[:, 1, 2].tolist() == [20.0, 12.0]
    distances = torch.tensor([1.0, 2.0, 3.0, 4.0]).reshape(1, 4, 1, 1).expand(1, 4, 2, 3)
    assert boxes_of(distances, centres)[0, :, 1, 2].tolist() == [19.0, 10.0, 23.0, 16.0]


def test_only_peaks_keep_their_score() -> None:
    """Of two neighbours the weaker is zeroed; a lone cell further off stays."""
    detector = Detector(1, width=0.5).eval()
    deployed = DeployedDetector(detector, 64, 64).eval()
    image = torch.randint(0, 256, (1, 64, 64, 3), dtype=torch.uint8)
    scores, boxes = deployed(image)
    raw = torch.sigmoid(detector(image.permute(0, 3, 1, 2)).logits)
    peaks = scores > 0
    assert torch.equal(scores[peaks], raw[peaks]) and peaks.any()
    rows, columns = torch.nonzero(peaks[0, 0], as_tuple=True)
    gaps = torch.maximum(
        (rows[:, None] - rows).abs(), (columns[:, None] - columns).abs()
    ) + 9 * torch.eye(len(rows), dtype=torch.int64)
    assert int(gaps.min()) >= 2
    assert boxes.shape == (1, 4, 8, 8)


def test_shipped_sizes() -> None:
    """The budgets that the networks were designed for."""
    detector, classifier = Detector(4), Classifier(43)
    assert count_macs(detector, 320, 416) == 423_321_600
    assert count_macs(detector, 384, 640) == 781_516_800
    assert count_parameters(detector) == 730_328
    assert count_macs(classifier, 32, 32) == 14_822_768
    assert count_parameters(classifier) == 281_483


@pytest.mark.parametrize('kind', [Detector, Classifier])
def test_narrow_weights_are_corners_of_wide_ones(kind: type[Detector | Classifier]) -> None:
    """Every tensor of a narrower, shallower network fits into the wider one's first channels."""
    wide = kind(4, width=1.0, depth=2).state_dict()
    narrow = kind(4, width=0.5, depth=1).state_dict()
    for name, tensor in narrow.items():
        assert tensor.ndim == wide[name].ndim
        assert all(a <= b for a, b in zip(tensor.shape, wide[name].shape, strict=True))
