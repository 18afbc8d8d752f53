# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Targets and losses with numbers worked out by hand."""

import math

import numpy as np
import pytest
import torch

from rtmdl_ros.networks.detector import DetectorOutput
from rtmdl_ros.scaling.losses import (
    TargetMaps,
    box_loss,
    detection_loss,
    heat_loss,
    imitation_loss,
)
from rtmdl_ros.scaling.targets import Targets, make_targets, valid_cells

NONE = np.zeros((0, 5), np.float32)


def targets(boxes: list[tuple[float, ...]], labels: list[int], regions: object = NONE) -> Targets:
    """Return the targets of 6 x 8 cells (48 x 64 pixels) and two classes."""
    return make_targets(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(labels, np.int64),
        np.array(regions, np.float32).reshape(-1, 5),
        2,
        6,
        8,
    )


def test_no_object_is_all_zero() -> None:
    """And everything counts as background."""
    made = targets([], [])
    assert not made.heat.any() and not made.weight.any()
    assert (made.valid == 1).all()


def test_centre_cell_is_one() -> None:
    """A box of 16 x 8 pixels around (20, 28): cell column 2, row 3, of its class only."""
    made = targets([(12, 24, 28, 32)], [1])
    assert made.heat[1, 3, 2] == 1.0
    assert np.argwhere(made.heat == 1).tolist() == [[1, 3, 2]]
    assert not made.heat[0].any()
    assert made.weight.sum() == pytest.approx(1.0)
    assert made.boxes[:, 3, 2].tolist() == [12, 24, 28, 32]


def test_bump_falls_with_its_sigma() -> None:
    """48 pixels across are 6 cells; sigma 6 * 0.54 / 6 = 0.54 cells."""
    made = targets([(0, 0, 48, 8)], [0])
    assert made.heat[0, 0, 3] == 1.0
    assert made.heat[0, 0, 4] == pytest.approx(math.exp(-0.5 / 0.54**2), rel=1e-5)


def test_small_object_keeps_its_cells() -> None:
    """The centre cell of the smaller of two concentric boxes is the smaller's."""
    made = targets([(16, 16, 24, 24), (4, 4, 36, 36)], [0, 1])
    assert made.boxes[:, 2, 2].tolist() == [16, 16, 24, 24]


def test_regions_are_painted_in_order() -> None:
    """Nothing counts, but around one box, but not in its corner."""
    regions = [(0, 0, 64, 48, 0), (16, 16, 32, 32, 1), (24, 24, 32, 32, 0)]
    valid = valid_cells(np.array(regions, np.float32), 6, 8)
    assert valid.sum() == 3
    assert valid[2:4, 2:4].tolist() == [[1, 1], [1, 0]]


def test_centres_always_count() -> None:
    """An object inside a region without reward is still an object."""
    made = targets([(16, 16, 24, 24)], [0], [(0, 0, 64, 48, 0)])
    assert made.valid.sum() == 1 and made.valid[2, 2] == 1


def test_heat_loss_by_hand() -> None:
    """One centre at chance 0.5, one background cell at 0.5, one that does not count."""
    logits = torch.zeros(1, 1, 1, 3)
    heat = torch.tensor([1.0, 0.0, 0.0]).reshape(1, 1, 1, 3)
    valid = torch.tensor([1.0, 1.0, 0.0]).reshape(1, 1, 3)
    expected = 0.25 * math.log(2) * 2
    assert heat_loss(logits, heat, valid).item() == pytest.approx(expected)


def test_cells_near_a_centre_are_punished_less() -> None:
    """By (1 - heat) to the fourth."""
    logits, valid = torch.zeros(1, 1, 1, 1), torch.ones(1, 1, 1)
    near = heat_loss(logits, torch.full((1, 1, 1, 1), 0.5), valid)
    far = heat_loss(logits, torch.zeros(1, 1, 1, 1), valid)
    assert near.item() == pytest.approx(far.item() / 16)


def test_box_loss_is_zero_for_the_right_box_only() -> None:
    """Distances of 4 from the centre (4, 4) are the box 0..8; GIoU of half of it is 0.5."""
    weight, right = torch.ones(1, 1, 1), torch.full((1, 4, 1, 1), 4.0)
    wanted = torch.tensor([0.0, 0.0, 8.0, 8.0]).reshape(1, 4, 1, 1)
    assert box_loss(right, wanted, weight).item() == pytest.approx(0.0, abs=1e-6)
    narrow = torch.tensor([4.0, 4.0, 0.0, 4.0]).reshape(1, 4, 1, 1)
    assert box_loss(narrow, wanted, weight).item() == pytest.approx(0.5, abs=1e-6)


def test_loss_without_objects_is_finite() -> None:
    """A batch of empty scenes still teaches the background."""
    output = DetectorOutput(torch.zeros(1, 2, 6, 8), torch.ones(1, 4, 6, 8))
    made = targets([], [])
    parts = (made.heat, made.weight, made.boxes, made.valid)
    maps = TargetMaps(*(torch.from_numpy(part)[None] for part in parts))
    loss = detection_loss(output, maps)
    assert loss.item() == pytest.approx(2 * 48 * 0.25 * math.log(2), rel=1e-5)


def test_imitation_is_the_quality_focal_loss() -> None:
    """Cells at 0.5 (logit 0) beside a teacher's 0.8: 0.3 squared times the entropy ln 2."""
    teacher = torch.full((1, 1, 1, 2), math.log(4))
    logits, heat, valid = torch.zeros(1, 1, 1, 2), torch.zeros(1, 1, 1, 2), torch.ones(1, 1, 2)
    loss = imitation_loss(logits, teacher, heat, valid)
    assert loss.item() == pytest.approx(2 * 0.09 * math.log(2), rel=1e-5)
    assert imitation_loss(teacher, teacher, heat, valid).item() == pytest.approx(0.0, abs=1e-9)
    valid[0, 0, 0] = 0
    assert imitation_loss(logits, teacher, heat, valid).item() == pytest.approx(loss.item() / 2)


def test_no_gradient_goes_into_the_teacher() -> None:
    """It learns from the labels alone."""
    teacher = DetectorOutput(torch.zeros(1, 2, 6, 8, requires_grad=True), torch.ones(1, 4, 6, 8))
    small = DetectorOutput(torch.ones(1, 2, 6, 8, requires_grad=True), torch.ones(1, 4, 6, 8))
    made = targets([(8, 8, 24, 24)], [1])
    parts = (made.heat, made.weight, made.boxes, made.valid)
    maps = TargetMaps(*(torch.from_numpy(part)[None] for part in parts))
    detection_loss(small, maps, teacher).backward()
    assert teacher.logits.grad is None and small.logits.grad is not None
