# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The detector's losses."""

from typing import NamedTuple

import torch
from torch.nn import functional
from torchvision.ops import generalized_box_iou_loss

from rtmdl_ros.networks.detector import DetectorOutput, boxes_of, cell_centres

BOX_WEIGHT = 5.0
IMITATION_WEIGHT = 2.0
#: Heat of an object's centre, rounding allowed for.
CENTRE = 0.9999


class TargetMaps(NamedTuple):
    """A batch of `targets.Targets`: heat (N, C, h, w), weight, boxes (N, 4, h, w) and valid."""

    heat: torch.Tensor
    weight: torch.Tensor
    boxes: torch.Tensor
    valid: torch.Tensor


def heat_loss(logits: torch.Tensor, heat: torch.Tensor, valid: torch.Tensor) -> torch.Tensor:
    """Return the focal loss of CornerNet (arXiv 1808.01244, equation 1) an object.

    logits and heat are (N, C, h, w), valid (N, h, w). Cells near a centre are punished less, by
    (1 - heat) to the fourth.
    """
    chance = torch.sigmoid(logits)
    centre = (heat >= CENTRE).float()
    positive = (1 - chance) ** 2 * functional.softplus(-logits) * centre
    negative = chance**2 * functional.softplus(logits) * (1 - heat) ** 4 * (1 - centre)
    total = ((positive + negative) * valid[:, None]).sum()
    return total / centre.sum().clamp(min=1)


def box_loss(distances: torch.Tensor, boxes: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Return the mean GIoU loss (arXiv 1902.09630) of objects, each cell by its weight (N, h, w).

    distances and boxes are (N, 4, h, w) in input pixels.
    """
    centres = cell_centres(distances.shape[2], distances.shape[3]).to(distances.device)
    chosen = weight > 0
    predicted = boxes_of(distances, centres).permute(0, 2, 3, 1)[chosen]
    wanted = boxes.permute(0, 2, 3, 1)[chosen]
    shares = weight[chosen]
    loss = generalized_box_iou_loss(predicted, wanted, reduction='none')
    total: torch.Tensor = (loss * shares).sum() / shares.sum().clamp(min=1)
    return total


def imitation_loss(
    logits: torch.Tensor, teacher: torch.Tensor, heat: torch.Tensor, valid: torch.Tensor
) -> torch.Tensor:
    """Return the quality focal loss (arXiv 2006.04388, equation 2) an object of heat maps.

    logits, teacher's logits and heat are (N, C, h, w), valid (N, h, w). The teacher's heat is the
    quality to meet; cells on which both agree hardly count.
    """
    wanted = torch.sigmoid(teacher.detach())
    chance = torch.sigmoid(logits)
    entropy = functional.binary_cross_entropy_with_logits(logits, wanted, reduction='none')
    total = ((wanted - chance) ** 2 * entropy * valid[:, None]).sum()
    return total / (heat >= CENTRE).float().sum().clamp(min=1)


def detection_loss(
    output: DetectorOutput, targets: TargetMaps, teacher: DetectorOutput | None = None
) -> torch.Tensor:
    """Return heat-map and box loss of a batch; with a teacher also of a heat unlike its."""
    heat, valid = targets.heat, targets.valid
    loss = heat_loss(output.logits, heat, valid)
    loss = loss + BOX_WEIGHT * box_loss(output.distances, targets.boxes, targets.weight)
    if teacher is not None:
        imitation = imitation_loss(output.logits, teacher.logits, heat, valid)
        loss = loss + IMITATION_WEIGHT * imitation
    return loss
