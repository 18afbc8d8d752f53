# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The training loop on problems of seconds: it learns and resumes exactly."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.scaling import recogniser, worker_room
from rtmdl_ros.scaling.detection import Augmentation, DetectorLesson, Views
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.frame_augmentation import Scene
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.ladder import ZooCandidate
from rtmdl_ros.scaling.origin import Origin, origin_of
from rtmdl_ros.scaling.publish import _entry
from rtmdl_ros.scaling.recogniser import CropBatch, RecogniserLesson
from rtmdl_ros.scaling.schedule import Schedule
from rtmdl_ros.scaling.sign_crops import Crops
from rtmdl_ros.scaling.train import best_so_far, train

SCHEDULE = Schedule(
    steps=8, batch=4, learning_rate=1e-2, evaluate_every=4, warmup_steps=2, average_decay=0.5
)


@pytest.fixture(autouse=True)
def quick_calibration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take statistics from few crops."""
    monkeypatch.setattr(recogniser, 'CALIBRATION_CROPS', 64)


def coloured_crops(count: int) -> Crops:
    """Return crops whose class is seen at a glance: blue or red."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, count)
    images = rng.integers(0, 60, (count, 32, 32, 3))
    images[labels == 0, :, :, 0] += 150
    images[labels == 1, :, :, 2] += 150
    return Crops(images.astype(np.uint8), labels.astype(np.int64))


SIZES = (InputSize(24, 24), InputSize(32, 32))
SCALES = (Scale(0.25, 0), Scale(0.5, 0), Scale(0.5, 1))


Kind = TypeVar('Kind', bound=RecogniserLesson)


def lesson(kind: type[Kind] = RecogniserLesson) -> Kind:
    """Return a recogniser's lesson on the coloured crops."""
    training, validation, rendered = map(coloured_crops, (64, 32, 16))
    return kind(training, validation, rendered, SCALES, SIZES, SIZES[1], seed=5)


def origin(study: RecogniserLesson, start: dict[str, torch.Tensor] | None = None) -> Origin:
    """Return what a lesson's run with seed 1 is of."""
    return origin_of(study.data_checksum, 1, start, study.sizes, study.scales)


def test_learning_rate_warms_up_and_falls() -> None:
    """Half at half of the warm-up, whole at its end, a hundredth at the end."""
    schedule = Schedule(steps=110, batch=1, learning_rate=1.0, evaluate_every=1, warmup_steps=10)
    assert schedule.rate_at(4) == pytest.approx(0.5)
    assert schedule.rate_at(10) == pytest.approx(1.0)
    assert schedule.rate_at(60) == pytest.approx(0.505)
    assert schedule.rate_at(110) == pytest.approx(0.01)
    assert schedule.of_trained().rate_at(10) == pytest.approx(0.6)


def test_resumed_run_equals_whole_run(tmp_path: Path) -> None:
    """Stopped after half of the steps and gone on, the weights are the same."""
    whole = train(lesson(), SCHEDULE, tmp_path / 'whole', seed=1)

    class Stopping(RecogniserLesson):
        def batches(self, first_step: int, schedule: Schedule) -> Iterator[CropBatch]:
            for number, batch in enumerate(super().batches(first_step, schedule)):
                if number == 6:
                    raise KeyboardInterrupt
                yield batch

    with pytest.raises(KeyboardInterrupt):
        train(lesson(Stopping), SCHEDULE, tmp_path / 'parts', seed=1)
    resumed = train(lesson(), SCHEDULE, tmp_path / 'parts', seed=1)
    assert resumed.weights.keys() == whole.weights.keys()
    for name, tensor in whole.weights.items():
        torch.testing.assert_close(resumed.weights[name], tensor, msg=name)
    log = (tmp_path / 'parts' / 'log.txt').read_text()
    assert 'step 4 ' in log and 'step 8 ' in log
    again = train(lesson(), SCHEDULE, tmp_path / 'parts', seed=1)
    torch.testing.assert_close(again.weights, resumed.weights)
    assert (tmp_path / 'parts' / 'log.txt').read_text() == log, 'a finished run is not run again'


def test_a_killed_run_loses_few_steps(tmp_path: Path) -> None:
    """It is saved between examinations too."""

    class Killed(RecogniserLesson):
        def batches(self, first_step: int, schedule: Schedule) -> Iterator[CropBatch]:
            yield from list(super().batches(first_step, schedule))[:5]
            raise KeyboardInterrupt

    schedule = replace(SCHEDULE, evaluate_every=8, save_every=2)
    with pytest.raises(KeyboardInterrupt):
        train(lesson(Killed), schedule, tmp_path, seed=1)
    assert torch.load(tmp_path / 'checkpoint.pt', weights_only=True)['step'] == 4


class Falling(RecogniserLesson):
    """Validates worse each time."""

    figure = 0.5

    def validate(self, network: nn.Module, size: InputSize) -> float:
        self.figure -= 0.01
        return self.figure


def test_nothing_better_for_long_ends_training(tmp_path: Path) -> None:
    """The weights are those of the best examination."""
    schedule = replace(SCHEDULE, steps=40, evaluate_every=4, patience_steps=8)
    train(lesson(Falling), schedule, tmp_path, seed=1)
    log = (tmp_path / 'log.txt').read_text().splitlines()
    assert [line.split()[2] for line in log] == ['4', '8', '12']


def test_more_steps_continue_what_ended_for_want_of_patience(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The longer schedule gets its patience; the same one says why there is nothing to do."""
    schedule = replace(SCHEDULE, steps=40, patience_steps=8)
    assert train(lesson(Falling), schedule, tmp_path, seed=1).best_step == 4
    told = (
        'traffic_sign_recogniser: ended at step 12, nothing has got better since step 4; '
        'give more --steps than 40 to go on\n'
    )
    assert capsys.readouterr().err == told
    train(lesson(Falling), schedule, tmp_path, seed=1)
    assert capsys.readouterr().err == told
    worse = lesson(Falling)
    worse.figure = 0.3
    trained = train(worse, replace(schedule, steps=44), tmp_path, seed=1)
    log = (tmp_path / 'log.txt').read_text().splitlines()
    assert [line.split()[2] for line in log] == ['4', '8', '12', '16', '20']
    assert 'ended at step 20' in capsys.readouterr().err
    assert (trained.best_step, trained.steps) == (4, 40)


def test_fewer_steps_than_a_stopped_run_took_are_examined_first(tmp_path: Path) -> None:
    """They were taken by the longer schedule."""

    class Stopped(RecogniserLesson):
        def batches(self, first_step: int, schedule: Schedule) -> Iterator[CropBatch]:
            yield from list(super().batches(first_step, schedule))[:6]
            raise KeyboardInterrupt

    schedule = replace(SCHEDULE, evaluate_every=8, save_every=2)
    with pytest.raises(KeyboardInterrupt):
        train(lesson(Stopped), schedule, tmp_path, seed=1)
    trained = train(lesson(), replace(schedule, steps=3, evaluate_every=3), tmp_path, seed=1)
    assert (trained.best_step, trained.steps) == (6, 8)
    assert (tmp_path / 'log.txt').read_text().startswith('traffic_sign_recogniser step 6 valid')


def test_another_runs_checkpoint_is_refused(tmp_path: Path) -> None:
    """Another storage bound makes another network: path, reason and remedy, one line."""
    train(lesson(), SCHEDULE, tmp_path, seed=1)
    wider = lesson()
    wider.scales = (*SCALES, Scale(0.75, 1))
    with pytest.raises(DataError, match=r'checkpoint\.pt: is of a run with other scales') as caught:
        train(wider, SCHEDULE, tmp_path, seed=1)
    assert '\n' not in str(caught.value) and 'or another --work, or' in str(caught.value)
    (tmp_path / 'checkpoint.pt').write_bytes(b'torn')
    with pytest.raises(DataError, match='is not a checkpoint of this'):
        train(lesson(), SCHEDULE, tmp_path, seed=1)


def test_a_run_keeps_to_its_data_seed_and_start(tmp_path: Path) -> None:
    """Neither is it gone on with otherwise, nor published; more steps are welcome."""
    start = {'head.bias': torch.ones(43)}
    train(lesson(), SCHEDULE, tmp_path, seed=1, start=start)
    before = (tmp_path / 'best.safetensors').read_bytes()
    relabelled = lesson()
    labels = relabelled.validation.labels.copy()
    labels[0] = 1 - labels[0]
    relabelled.validation = Crops(relabelled.validation.images, labels)
    other_start = {'head.bias': torch.zeros(43)}
    for study, seed, begin, field in (
        (relabelled, 1, start, 'data'),
        (lesson(), 2, start, 'seed'),
        (lesson(), 1, other_start, 'start'),
        (lesson(), 1, None, 'start'),
    ):
        problem = f'is of a run with other {field}; give what the run began with, or another'
        with pytest.raises(DataError, match=rf'checkpoint\.pt: {problem}'):
            train(study, SCHEDULE, tmp_path, seed=seed, start=begin)
        its = origin_of(study.data_checksum, seed, begin, study.sizes, study.scales)
        with pytest.raises(DataError, match=rf'best\.safetensors: {problem}'):
            best_so_far(tmp_path, study, its)
    assert (tmp_path / 'best.safetensors').read_bytes() == before
    assert best_so_far(tmp_path, lesson(), origin(lesson(), start))
    train(lesson(), replace(SCHEDULE, steps=12), tmp_path, seed=1, start=start)
    assert 'step 12 ' in (tmp_path / 'log.txt').read_text()


def test_files_that_do_not_tell_their_run_are_of_another(tmp_path: Path) -> None:
    """As those that were written before they did."""
    train(lesson(), SCHEDULE, tmp_path, seed=1)
    content = torch.load(tmp_path / 'checkpoint.pt', weights_only=True)
    del content['origin']
    torch.save(content, tmp_path / 'checkpoint.pt')
    save_file(load_file(tmp_path / 'best.safetensors'), tmp_path / 'best.safetensors')
    problem = 'does not tell what it was trained on; give what the run began with'
    with pytest.raises(DataError, match=problem):
        train(lesson(), SCHEDULE, tmp_path, seed=1)
    with pytest.raises(DataError, match=problem):
        best_so_far(tmp_path, lesson(), origin(lesson()))


def test_damaged_best_weights_are_one_line(tmp_path: Path) -> None:
    """With path and remedy."""
    path = tmp_path / 'best.safetensors'
    path.write_bytes(b'abc')
    with pytest.raises(DataError) as caught:
        best_so_far(tmp_path, lesson(), origin(lesson()))
    told, remedy = str(caught.value).split('; ')
    assert told.startswith(f'{path}: is damaged (')
    assert remedy == 'restore it, or remove the folder and train this network anew'


def test_a_resumed_run_keeps_its_number_format(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is measured, and might come out otherwise."""
    monkeypatch.setattr('rtmdl_ros.scaling.train.training_type', lambda device: torch.bfloat16)
    train(lesson(), SCHEDULE, tmp_path / 'run', seed=1)
    shutil.copytree(tmp_path / 'run', tmp_path / 'resumed')
    longer = replace(SCHEDULE, steps=12)
    whole = train(lesson(), longer, tmp_path / 'run', seed=1).weights
    monkeypatch.setattr('rtmdl_ros.scaling.train.training_type', lambda device: torch.float32)
    resumed = train(lesson(), longer, tmp_path / 'resumed', seed=1).weights
    torch.testing.assert_close(resumed, whole)
    number_type = torch.load(tmp_path / 'resumed' / 'checkpoint.pt', weights_only=True)
    assert number_type['number_type'] == torch.bfloat16


def test_a_figure_below_zero_is_a_figure(tmp_path: Path) -> None:
    """A recogniser's is where nothing is right yet; the zoo holds shares, which begin at zero."""

    class Low(RecogniserLesson):
        def validate(self, network: nn.Module, size: InputSize) -> float:
            return -1.2

    assert train(lesson(Low), SCHEDULE, tmp_path, seed=1)
    candidate = ZooCandidate(SCALES[0], SIZES[0], 1, 1, -0.0038, torch.zeros(2, 1))
    assert _entry(candidate, {})['accuracy'] == {'val_figure': 0.0}


@pytest.mark.parametrize(('name', 'method'), [('loss', 'loss'), ('validation', 'validate')])
def test_training_that_diverges_is_told(tmp_path: Path, name: str, method: str) -> None:
    """With the step, and before it is saved."""

    class Diverging(RecogniserLesson):
        def loss(self, output, batch, teacher):
            loss = super().loss(output, batch, teacher)
            return loss * (float('nan') if method == 'loss' else 1)

        def validate(self, network, size):
            return float('nan') if method == 'validate' else 0.5

    problem = rf'training diverged at step \d \({name} nan\); remove the folder and begin with'
    with pytest.raises(DataError, match=problem):
        train(lesson(Diverging), SCHEDULE, tmp_path, seed=1)
    assert not (tmp_path / 'checkpoint.pt').exists()


def test_small_networks_learn_from_the_large_one(tmp_path: Path) -> None:
    """All scales tell blue from red after some dozens of steps."""
    schedule = replace(SCHEDULE, steps=40, evaluate_every=40, batch=16)
    study = lesson()
    weights = train(study, schedule, tmp_path, seed=1).weights
    for scale in SCALES:
        for size in SIZES:
            network = study.calibrated(weights, scale, size)
            assert study.validate(network, size) > 0.9, (scale, size)


def test_batches_depend_on_the_step_alone() -> None:
    """What a resumed run sees from step 3 on is what the whole run saw."""
    whole = list(lesson().batches(0, SCHEDULE))
    rest = list(lesson().batches(3, SCHEDULE))
    for (images, labels), (again, same) in zip(whole[3:], rest, strict=True):
        assert torch.equal(images, again) and torch.equal(labels, same)


def test_best_weights_are_asked_for(tmp_path: Path) -> None:
    """Without a run there is nothing to publish: path and remedy."""
    with pytest.raises(DataError, match=r'best\.safetensors: is missing; train this network'):
        best_so_far(tmp_path, lesson(), origin(lesson()))


def test_weights_do_for_smaller_bounds_only(tmp_path: Path) -> None:
    """Slices of them are published; for more they are too small."""
    train(lesson(), SCHEDULE, tmp_path, seed=1)
    smaller, larger = lesson(), lesson()
    smaller.scales, larger.scales = SCALES[:1], (*SCALES, Scale(1.0, 1))
    assert best_so_far(tmp_path, smaller, origin(smaller))
    with pytest.raises(DataError, match=r'smaller networks than this storage bound wants .*stem'):
        best_so_far(tmp_path, larger, origin(larger))


def squares(count: int) -> list[Scene]:
    """Return scenes with one bright square each on a dark ground."""
    scenes = []
    for at in range(count):
        rng = np.random.default_rng(at)
        image = rng.integers(0, 60, (64, 96, 3)).astype(np.uint8)
        x, y = int(rng.integers(4, 60)), int(rng.integers(4, 28))
        image[y : y + 28, x : x + 28] = 220
        box = np.array([(x, y, x + 28, y + 28)], np.float32)
        scenes.append(Scene(image, box, np.array([0]), np.zeros((0, 5), np.float32)))
    return scenes


def detector_lesson(frames: list[LabelledPicture], workers: int) -> DetectorLesson:
    """Return a detector's lesson on the squares, validated on frames."""
    augmentation = Augmentation((0.9, 1.1), (0.9, 1.1), 0.2, 0.0, 0.0, (10, 20))
    views = Views(
        squares(16), np.ones(16), [], [],
        classes=1, height=64, augmentation=augmentation, seed=1,
    )  # fmt: skip
    size, scales = InputSize(64, 96), (Scale(0.25, 0), Scale(0.5, 0))
    return DetectorLesson(
        'squares', ('square',), scales, (size,), size, views, [frames], '', seed=1, workers=workers
    )


def test_detector_learns_squares(tmp_path: Path) -> None:
    """Both scales find them after some dozens of steps."""
    frames = []
    for at, scene in enumerate(squares(6)):
        path = tmp_path / f'{at}.png'
        cv2.imwrite(str(path), scene.image)
        boxes = scene.boxes, scene.labels, scene.regions
        frames.append(LabelledPicture(path, 's', *boxes, ('a',), 96, 64))
    study = detector_lesson(frames, workers=0)
    schedule = replace(SCHEDULE, steps=60, batch=8, evaluate_every=60)
    weights = train(study, schedule, tmp_path / 'work', seed=1).weights
    for scale in study.scales:
        network = study.calibrated(weights, scale, study.base_size)
        assert study.validate(network, study.base_size) > 0.5


def test_without_room_for_a_worker_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The batches are the same."""
    study = detector_lesson([], workers=1)
    usual = list(study.batches(0, replace(SCHEDULE, steps=2)))
    assert capsys.readouterr().err == ''
    monkeypatch.setattr(worker_room, '_SHARED_MEMORY', tmp_path / 'none')
    for batch, same in zip(study.batches(0, replace(SCHEDULE, steps=2)), usual, strict=True):
        assert torch.equal(batch.images, same.images)
    told = f'{tmp_path}/none: has 0 MB free of the 0 that a worker process needs; training goes on'
    assert capsys.readouterr().err.startswith(told)
