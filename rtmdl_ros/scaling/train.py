# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The training loop: all scales of a network at once, checkpoints that resume exactly."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Generic

import numpy as np
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
from torch.func import functional_call

from rtmdl_ros.networks.slicing import SliceError, slice_for
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.lesson import Batch, Lesson
from rtmdl_ros.scaling.origin import Origin, origin_of
from rtmdl_ros.scaling.precision import training_type
from rtmdl_ros.scaling.run_files import (
    BEST,
    CHECKPOINT,
    Trained,
    read_best,
    write_best,
    write_log,
)
from rtmdl_ros.scaling.schedule import Schedule
from rtmdl_ros.scaling.step_choice import sandwich
from rtmdl_ros.scaling.training_state import TrainingState, start_from

_CPU = torch.device('cpu')


class _Trainer(Generic[Batch]):
    """One run: the state and what each step needs."""

    def __init__(
        self,
        lesson: Lesson[Batch],
        schedule: Schedule,
        work: Path,
        seed: int,
        device: torch.device,
        start: Mapping[str, torch.Tensor] | None,
    ) -> None:
        self.lesson, self.schedule, self.work, self.seed = lesson, schedule, work, seed
        self._device = device
        origin = origin_of(lesson.data_checksum, seed, start, lesson.sizes, lesson.scales)
        self.state = TrainingState(lesson.untrained(lesson.scales[-1]), schedule, device, origin)
        if (work / CHECKPOINT).exists():
            self.state.load(work / CHECKPOINT)
            if schedule.steps > self.state.steps:
                self.state.lengthened_at = self.state.step
        elif start is not None:
            start_from(self.state.network, start)
        # Measured once a run: by another one a resumed run would not equal a whole one.
        self._dtype = self.state.number_type = self.state.number_type or training_type(device)
        #: The form of each scale's network; the weights are slices of the state's.
        self._forms = {
            scale: lesson.untrained(scale).to(device).train() for scale in lesson.scales
        }

    def step(self, batch: Batch) -> float:
        """Take one optimisation step; returns the largest network's loss."""
        state = self.state
        for group in state.optimizer.param_groups:
            group['lr'] = self.schedule.rate_at(state.step)
        # What dropout draws depends on the step alone, so that a resumed run draws the same.
        torch.manual_seed(self.seed * 1_000_003 + state.step)
        state.optimizer.zero_grad(set_to_none=True)
        loss = self._gradients(batch)
        length = nn.utils.clip_grad_norm_(state.network.parameters(), 10.0)
        self._refuse_divergence('loss', loss + float(length))
        state.optimizer.step()
        # Early averages are dominated by the random start, so they begin after the warm-up.
        if state.step >= self.schedule.warmup_steps:
            state.average.update_parameters(state.network)
        state.step += 1
        state.steps = self.schedule.steps
        return loss

    def _gradients(self, batch: Batch) -> float:
        """Add up the gradients of the step's scales; returns the largest one's loss.

        The largest learns from the labels, the others from it as well: in-place distillation
        (Yu and Huang, ICCV 2019, section 3.2).
        """
        weights = dict(self.state.network.named_parameters())
        images = batch.images.to(self._device)
        images = images.contiguous(memory_format=torch.channels_last)
        scales = sandwich(self.lesson.scales, self.state.step, self.seed)
        teacher, first = None, 0.0
        for scale in scales:
            form = self._forms[scale]
            with torch.autocast(
                self._device.type, self._dtype, enabled=self._dtype != torch.float32
            ):
                output = functional_call(form, slice_for(form, weights), (images,))
            loss = self.lesson.loss(output, batch, teacher) / len(scales)
            torch.autograd.backward(loss)
            if teacher is None:
                teacher, first = output, float(loss.detach()) * len(scales)
        return first

    def examine(self) -> float:
        """Validate the averaged weights and keep them where they are the best so far.

        The figure is the mean of the largest and the least scale's.
        """
        state, lesson = self.state, self.lesson
        weights = state.averaged()
        figures = [
            lesson.validate(lesson.calibrated(weights, scale, lesson.base_size), lesson.base_size)
            for scale in (lesson.scales[-1], lesson.scales[0])
        ]
        figure = float(np.mean(figures))
        self._refuse_divergence('validation', figure)
        if figure >= state.best:
            state.best, state.best_step = figure, state.step
            write_best(self.work, Trained(weights, state.step, state.steps), state.origin)
        state.save(self.work)
        return figure

    def _refuse_divergence(self, name: str, value: float) -> None:
        if not math.isfinite(value):
            problem = f'training diverged at step {self.state.step} ({name} {value})'
            remedy = 'remove the folder and begin with --start or with another --seed'
            raise DataError(self.work, problem, remedy)

    @property
    def finished(self) -> bool:
        """The schedule is at its end, or nothing has got better for its patience."""
        return self.state.step >= self.schedule.steps or self.out_of_patience

    @property
    def out_of_patience(self) -> bool:
        """Nothing has got better for so long that training ends early."""
        state = self.state
        waited = state.step - max(state.best_step, state.lengthened_at) if state.best_step else 0
        return waited >= self.schedule.patience_steps


def _bar() -> Progress:
    return Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )


def train(
    lesson: Lesson[Batch],
    schedule: Schedule,
    work: Path,
    seed: int,
    device: torch.device = _CPU,
    start: Mapping[str, torch.Tensor] | None = None,
) -> Trained:
    """Train all scales together and return the largest one's weights that validated best.

    A run begins with random weights or, as far as they reach, with those of `start`.

    `work` receives the checkpoint, the best weights and log.txt; a run that finds a checkpoint
    there goes on from it and sees the same batches as one that was never stopped. Raises
    DataError for the checkpoint of another network, of other data, seed or start, and where
    training diverges, and OSError where a file cannot be written.
    """
    work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    trainer = _Trainer(lesson, schedule, work, seed, device, start)
    state = trainer.state
    if not (trainer.finished and state.best_step):
        with _bar() as bar:
            _run(trainer, bar)
    if trainer.out_of_patience and state.step < schedule.steps:
        problem = f'ended at step {state.step}, nothing has got better since step {state.best_step}'
        remedy = f'give more --steps than {state.steps} to go on'
        print(f'{lesson.name}: {problem}; {remedy}', file=sys.stderr)
    return best_so_far(work, lesson, state.origin)


def _run(trainer: _Trainer[Any], bar: Progress) -> None:
    name, state, schedule = trainer.lesson.name, trainer.state, trainer.schedule
    row = bar.add_task(name, total=schedule.steps, completed=state.step)
    recent = 0.0
    for batch in trainer.lesson.batches(state.step, schedule):
        loss = trainer.step(batch)
        recent = loss if not recent else 0.98 * recent + 0.02 * loss
        bar.update(row, completed=state.step, description=f'{name} loss {recent:.3f}')
        if state.step % schedule.evaluate_every == 0 or state.step == schedule.steps:
            _examine(trainer, bar, f' loss {recent:.4f}')
            if trainer.finished:
                return
        elif state.step % schedule.save_every == 0:
            state.save(trainer.work)
    if not state.best_step:  # stopped before it was examined, and now to take no step more
        _examine(trainer, bar)


def _examine(trainer: _Trainer[Any], bar: Progress, loss: str = '') -> None:
    """Validate and log what comes out."""
    figure = trainer.examine()
    line = f'{trainer.lesson.name} step {trainer.state.step}{loss} validation {figure:.4f}'
    write_log(trainer.work, line)
    bar.console.print(f'{line} best {trainer.state.best:.4f}')


def best_so_far(work: Path, lesson: Lesson[Any], origin: Origin) -> Trained:
    """Return the weights of a run of this origin that validated best, finished or not.

    They may be those of a larger network than the lesson's. Raises DataError where there are
    none, those of a smaller one, or those of another run.
    """
    trained = read_best(work, origin)
    check_reach(trained.weights, lesson, work / BEST)
    return trained


def check_reach(weights: Mapping[str, torch.Tensor], lesson: Lesson[Any], path: Path) -> None:
    """Raise DataError, naming their path, for weights of a smaller network than the lesson's."""
    try:
        slice_for(lesson.untrained(lesson.scales[-1]), weights)
    except SliceError as error:
        problem = f'has smaller networks than this storage bound wants ({error})'
        raise DataError(path, problem, 'give a smaller --storage-mb or train anew') from error
