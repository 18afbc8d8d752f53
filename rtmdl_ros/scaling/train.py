# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The training loop: all scales of a network at once, checkpoints that resume exactly."""

from __future__ import annotations

import math
import pickle
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

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
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.networks.slicing import SliceError, slice_for
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.ladder import Examiner
from rtmdl_ros.scaling.origin import Origin, origin_of
from rtmdl_ros.scaling.precision import training_type
from rtmdl_ros.scaling.run_files import (
    BEST,
    CHECKPOINT,
    Trained,
    read_best,
    write_best,
    write_checkpoint,
    write_log,
)
from rtmdl_ros.scaling.schedule import Schedule
from rtmdl_ros.scaling.step_choice import sandwich

_CPU = torch.device('cpu')


class ImageBatch(Protocol):
    """A batch of any lesson."""

    @property
    def images(self) -> torch.Tensor:
        """Return the images (N, 3, H, W)."""


Batch = TypeVar('Batch', bound=ImageBatch)


class Lesson(Examiner, Protocol[Batch]):
    """What one network learns from: its data, its loss and its examination.

    Its scales are trained together.
    """

    name: str
    #: The input size of the examinations during training.
    base_size: InputSize

    @property
    def data_checksum(self) -> str:
        """Return a checksum of the training and validation data with their labels."""

    def untrained(self, scale: Scale) -> nn.Module:
        """Return the network of a scale with random weights."""

    def batches(self, first_step: int, schedule: Schedule) -> Iterable[Batch]:
        """Yield the batches of the steps from `first_step` on, the same for the same seed."""

    def loss(self, output: Any, batch: Batch, teacher: Any | None) -> torch.Tensor:
        """Return the mean loss of a batch; with a teacher's output also of not being like it.

        No gradient may go into the teacher's output.
        """


class _State:
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
        self.state = _State(lesson.untrained(lesson.scales[-1]), schedule, device, origin)
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
