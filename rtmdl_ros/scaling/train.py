# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The training loop: bfloat16 on the CPU, averaged weights, checkpoints that resume exactly."""

import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from rtmdl_ros.scaling.errors import DataError

BEST = 'best.pt'


@dataclass(frozen=True)
class Schedule:
    """How long and how fast a network learns."""

    steps: int
    batch: int
    learning_rate: float
    evaluate_every: int
    weight_decay: float = 0.02
    warmup_steps: int = 300
    #: Share of the averaged weights that survives a step.
    average_decay: float = 0.998

    def rate_at(self, step: int) -> float:
        """Return the learning rate: linear warm-up, then half a cosine down to 1 %."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        done = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        return self.learning_rate * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))


class Lesson(Protocol):
    """What one network learns from: its data, its loss and its examination."""

    name: str

    def model(self) -> nn.Module:
        """Return the untrained network."""

    def batches(self, first_step: int, schedule: Schedule) -> Iterable[Any]:
        """Yield the batches of the steps from `first_step` on, the same for the same seed."""

    def loss(self, model: nn.Module, batch: Any) -> torch.Tensor:
        """Return the mean loss of one batch."""

    def validate(self, model: nn.Module) -> float:
        """Return the figure on the validation split, the larger the better."""


@dataclass
class _State:
    """Everything that a resumed run needs."""

    model: nn.Module
    average: AveragedModel
    optimizer: torch.optim.AdamW
    step: int = 0
    best: float = -1.0

    def save(self, path: Path) -> None:
        """Write the state atomically."""
        content = {
            'model': self.model.state_dict(),
            'average': self.average.state_dict(),
            'optimizer': self.optimizer.state_dict(),
            'step': self.step,
            'best': self.best,
        }
        partial = path.with_suffix('.partial')
        torch.save(content, partial)
        os.replace(partial, path)

    def load(self, path: Path) -> None:
        """Continue from a file that `save` wrote."""
        content = torch.load(path, weights_only=True)
        self.model.load_state_dict(content['model'])
        self.average.load_state_dict(content['average'])
        self.optimizer.load_state_dict(content['optimizer'])
        self.step, self.best = content['step'], content['best']


def _parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Return matrices with and vectors (normalisation, biases) without weight decay."""
    decayed = [p for p in model.parameters() if p.ndim > 1]
    free = [p for p in model.parameters() if p.ndim <= 1]
    return [
        {'params': decayed, 'weight_decay': weight_decay},
        {'params': free, 'weight_decay': 0.0},
    ]


def _start(lesson: Lesson, schedule: Schedule, checkpoint: Path) -> _State:
    model = lesson.model().to(memory_format=torch.channels_last)
    average = AveragedModel(
        model,
        multi_avg_fn=get_ema_multi_avg_fn(schedule.average_decay),  # type: ignore[no-untyped-call]
        use_buffers=True,
    )
    groups = _parameter_groups(model, schedule.weight_decay)
    state = _State(model, average, torch.optim.AdamW(groups, lr=schedule.learning_rate))
    if checkpoint.exists():
        state.load(checkpoint)
    return state


def _step(state: _State, lesson: Lesson, schedule: Schedule, batch: Any, seed: int) -> float:
    """Take one optimisation step and return its loss."""
    for group in state.optimizer.param_groups:
        group['lr'] = schedule.rate_at(state.step)
    state.model.train()
    # What dropout draws depends on the step alone, so that a resumed run draws the same.
    torch.manual_seed(seed * 1_000_003 + state.step)
    loss = lesson.loss(state.model, batch)
    state.optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(state.model.parameters(), 10.0)
    state.optimizer.step()
    # Early averages are dominated by the random start, so they begin after the warm-up.
    if state.step >= schedule.warmup_steps:
        state.average.update_parameters(state.model)
    state.step += 1
    return float(loss.detach())


def _examine(state: _State, lesson: Lesson, work: Path) -> float:
    """Validate the averaged network and keep it where it is the best so far."""
    network = state.average.module if state.average.n_averaged else state.model
    network.eval()
    with torch.no_grad():
        figure = lesson.validate(network)
    if figure >= state.best:
        state.best = figure
        torch.save(network.state_dict(), work / BEST)
    state.save(work / 'checkpoint.pt')
    return figure


def _bar() -> Progress:
    return Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )


def train(lesson: Lesson, schedule: Schedule, work: Path, seed: int) -> nn.Module:
    """Train until the schedule's end and return the network that validated best.

    `work` receives checkpoint.pt, best.pt and log.txt; a run that finds a checkpoint there goes
    on from it and sees the same batches as one that was never stopped.
    """
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    state = _start(lesson, schedule, work / 'checkpoint.pt')
    with _bar() as bar, (work / 'log.txt').open('a') as log:
        row = bar.add_task(lesson.name, total=schedule.steps, completed=state.step)
        recent = 0.0
        for batch in _limited(lesson.batches(state.step, schedule), schedule.steps - state.step):
            loss = _step(state, lesson, schedule, batch, seed)
            recent = loss if not recent else 0.98 * recent + 0.02 * loss
            bar.update(row, completed=state.step, description=f'{lesson.name} loss {recent:.3f}')
            if state.step % schedule.evaluate_every == 0 or state.step == schedule.steps:
                figure = _examine(state, lesson, work)
                line = f'{lesson.name} step {state.step} loss {recent:.4f} validation {figure:.4f}'
                log.write(line + '\n')
                log.flush()
                bar.console.print(f'{line} best {state.best:.4f}')
    return best_so_far(lesson.model(), work)


def best_so_far(model: nn.Module, work: Path) -> nn.Module:
    """Load the weights of a run that validated best, finished or not, into an equal network."""
    path = work / BEST
    if not path.exists():
        raise DataError(path, 'is missing', 'train this network first')
    model.load_state_dict(torch.load(path, weights_only=True))
    return model.eval()


def _limited(batches: Iterable[Any], count: int) -> Iterator[Any]:
    for _, batch in zip(range(count), batches, strict=False):
        yield batch
