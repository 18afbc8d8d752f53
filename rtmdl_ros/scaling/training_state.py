# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Everything that a resumed run needs, and its checkpoint."""

from __future__ import annotations

import math
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.origin import Origin
from rtmdl_ros.scaling.run_files import write_checkpoint
from rtmdl_ros.scaling.schedule import Schedule


class TrainingState:
    """Everything that a resumed run needs."""

    def __init__(
        self, network: nn.Module, schedule: Schedule, device: torch.device, origin: Origin
    ) -> None:
        self.origin = origin
        self.network = network.to(device).to(memory_format=torch.channels_last)
        self.average = AveragedModel(
            self.network,
            multi_avg_fn=get_ema_multi_avg_fn(schedule.average_decay),  # type: ignore[no-untyped-call]
        )
        groups = _parameter_groups(self.network, schedule.weight_decay)
        self.optimizer = torch.optim.AdamW(groups, lr=schedule.learning_rate)
        self.step = 0
        #: Of the schedule by which the last step was taken.
        self.steps = schedule.steps
        self.best = -math.inf
        #: 0: nothing has been examined yet.
        self.best_step = 0
        #: Patience counts from here where nothing was better since: the schedule became longer.
        self.lengthened_at = 0
        #: In which number format the steps are taken; None: not chosen yet.
        self.number_type: torch.dtype | None = None

    def averaged(self) -> dict[str, torch.Tensor]:
        """Return the learned values, averaged over the last steps, on the CPU."""
        network = self.average.module if self.average.n_averaged else self.network
        learned = network.named_parameters()
        return {name: value.detach().cpu().contiguous() for name, value in learned}

    def save(self, work: Path) -> None:
        """Write the state whole. Raises OSError."""
        content = {
            'network': self.network.state_dict(),
            'average': self.average.state_dict(),
            'optimizer': self.optimizer.state_dict(),
            'step': self.step,
            'steps': self.steps,
            'best': self.best,
            'best_step': self.best_step,
            'lengthened_at': self.lengthened_at,
            'number_type': self.number_type,
            'origin': self.origin.content(),
        }
        write_checkpoint(work, content)

    def load(self, path: Path) -> None:
        """Continue from a file that `save` wrote; raises DataError where it is another run's."""
        try:
            content = torch.load(path, weights_only=True, map_location='cpu')
            self.origin.check(path, content.get('origin'))
            self.network.load_state_dict(content['network'])
            self.average.load_state_dict(content['average'])
            self.optimizer.load_state_dict(content['optimizer'])
            self.step, self.steps = content['step'], content['steps']
            self.best, self.best_step = content['best'], content['best_step']
            self.lengthened_at, self.number_type = content['lengthened_at'], content['number_type']
        except (
            RuntimeError, LookupError, ValueError, AttributeError, pickle.UnpicklingError, EOFError
        ) as error:  # fmt: skip
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise DataError(
                path,
                f'is not a checkpoint of this network and storage bound ({reason})',
                'choose another --work or remove the file to start anew',
            ) from error


def _parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Return matrices with and vectors (normalisation, biases) without weight decay."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    free = [p for p in model.parameters() if p.ndim <= 1]
    return [
        {'params': decayed, 'weight_decay': weight_decay},
        {'params': free, 'weight_decay': 0.0},
    ]


def start_from(network: nn.Module, weights: Mapping[str, torch.Tensor]) -> None:
    """Copy what another network of the same form has learned into the first channels and blocks.

    Channels that only this one has are not heard by the copied ones before they have learned (T.
    Chen, I. Goodfellow, J. Shlens, "Net2Net", ICLR 2016): its slice computes what was learned.
    """
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            learned = weights.get(name)
            if learned is not None and learned.ndim == parameter.ndim:
                sides = [min(pair) for pair in zip(learned.shape, parameter.shape, strict=True)]
                part = tuple(slice(side) for side in sides)
                if parameter.ndim > 1:
                    parameter[: sides[0], sides[1] :] = 0.0
                parameter[part] = learned[part].to(parameter)
