# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The training loop on problems of seconds: it learns, resumes exactly, publishes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from rtmdl_ros.networks.zoo import read_zoo
from rtmdl_ros.scaling.command import NETWORKS, add_arguments, run
from rtmdl_ros.scaling.detection import Augmentation, DetectorLesson, Views
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.frame_augmentation import Scene
from rtmdl_ros.scaling.recipes import RECIPES, shortened
from rtmdl_ros.scaling.recogniser import RecogniserLesson
from rtmdl_ros.scaling.sign_crops import Crops
from rtmdl_ros.scaling.train import Schedule, best_so_far, train

SCHEDULE = Schedule(
    steps=8, batch=4, learning_rate=1e-2, evaluate_every=4, warmup_steps=2, average_decay=0.5
)


def coloured_crops(count: int) -> Crops:
    """Return crops whose class is seen at a glance: dark or bright."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, count)
    images = rng.integers(0, 60, (count, 32, 32, 3)) + 150 * labels[:, None, None, None]
    return Crops(images.astype(np.uint8), labels.astype(np.int64))


def lesson() -> RecogniserLesson:
    """Return a recogniser's lesson on the coloured crops."""
    return RecogniserLesson(coloured_crops(64), coloured_crops(32), None, 0.5, 0, seed=5)


def test_learning_rate_warms_up_and_falls() -> None:
    """Half at half of the warm-up, whole at its end, a hundredth at the end."""
    schedule = Schedule(steps=110, batch=1, learning_rate=1.0, evaluate_every=1, warmup_steps=10)
    assert schedule.rate_at(4) == pytest.approx(0.5)
    assert schedule.rate_at(10) == pytest.approx(1.0)
    assert schedule.rate_at(60) == pytest.approx(0.505)
    assert schedule.rate_at(110) == pytest.approx(0.01)


def test_resumed_run_equals_whole_run(tmp_path: Path) -> None:
    """Stopped after half of the steps and gone on, the weights are the same."""
    whole = train(lesson(), SCHEDULE, tmp_path / 'whole', seed=1)

    @dataclass
    class Stopping(RecogniserLesson):
        def batches(
            self, first_step: int, schedule: Schedule
        ) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
            for number, batch in enumerate(super().batches(first_step, schedule)):
                if number == 6:
                    raise KeyboardInterrupt
                yield batch

    stopping = Stopping(coloured_crops(64), coloured_crops(32), None, 0.5, 0, seed=5)
    with pytest.raises(KeyboardInterrupt):
        train(stopping, SCHEDULE, tmp_path / 'parts', seed=1)
    resumed = train(lesson(), SCHEDULE, tmp_path / 'parts', seed=1)
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(resumed.state_dict()[name], tensor, msg=name)
    log = (tmp_path / 'parts' / 'log.txt').read_text()
    assert 'step 4 ' in log and 'step 8 ' in log


def test_batches_depend_on_the_step_alone() -> None:
    """What a resumed run sees from step 3 on is what the whole run saw."""
    whole = list(lesson().batches(0, SCHEDULE))
    rest = list(lesson().batches(3, SCHEDULE))
    for (images, labels), (again, same) in zip(whole[3:], rest, strict=True):
        assert torch.equal(images, again) and torch.equal(labels, same)


def test_best_weights_are_asked_for(tmp_path: Path) -> None:
    """Without a run there is nothing to publish: path and remedy."""
    with pytest.raises(DataError, match=r'best\.pt: is missing; train this network first'):
        best_so_far(nn.Linear(1, 1), tmp_path)


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


def test_detector_learns_squares() -> None:
    """Forty steps bring the loss down to less than a third."""
    augmentation = Augmentation((0.9, 1.1), (0.9, 1.1), 0.2, 0.0, 0.0, (10, 20))
    views = Views(
        squares(16), np.ones(16), [], [],
        classes=1, height=64, width=96, augmentation=augmentation, seed=1,
    )  # fmt: skip
    study = DetectorLesson('squares', ('square',), views, [], 64, 96, 0.5, 0, workers=0)
    torch.manual_seed(0)
    model = study.model().train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    schedule = replace(SCHEDULE, steps=40, batch=8)
    losses = []
    for batch in study.batches(0, schedule):
        loss = study.loss(model, batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 3


def test_recipes_are_the_commands_networks() -> None:
    """The command's choices and the recipes are the same three."""
    assert set(NETWORKS) == set(RECIPES)
    recipe = RECIPES['traffic_light_detector']
    assert recipe.variant_id == 'w100_d1_320x416'
    assert shortened(recipe, 20).schedule.warmup_steps == 5


def arguments(*words: str) -> object:
    """Parse words as `rtmdl scale` does."""
    import argparse

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_missing_data_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and the path that was looked for."""
    words = ('traffic_light_detector', '--data', str(tmp_path), '--work', str(tmp_path / 'w'))
    assert run(arguments(*words, '--out', str(tmp_path / 'zoo'), '--threads', '1')) == 1
    error = capsys.readouterr().err
    assert error.count('\n') == 1
    assert f'{tmp_path}/traffic_light/labels.json: is missing' in error


def test_a_run_from_images_to_zoo(
    tmp_path: Path, synthetic_gtsrb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two steps on synthetic GTSRB files end in a zoo that can be read."""
    work = tmp_path / 'work'
    crops = coloured_crops(86)
    (work / 'rendered').mkdir(parents=True)
    np.savez(work / 'rendered' / 'crops.npz', images=crops.images, labels=crops.labels)
    words = ('traffic_sign_recogniser', '--data', str(synthetic_gtsrb), '--work', str(work))
    options = ('--out', str(tmp_path / 'zoo'), '--steps', '2', '--threads', '1')
    assert run(arguments(*words, *options)) == 0
    (variant,) = read_zoo(tmp_path / 'zoo')
    assert variant.id == 'w100_d1_32x32' and len(variant.classes) == 43
    assert 0 <= variant.accuracy['test_public_top1'] <= 1
    assert 'test_public_top1' in capsys.readouterr().out
    index = json.loads((tmp_path / 'zoo' / 'traffic_sign_recogniser' / 'index.json').read_text())
    assert index['training']['seed'] == 1
    assert index['training']['data'][0]['licence']
