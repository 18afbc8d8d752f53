# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Changes of crops keep what they must keep."""

from pathlib import Path

import numpy as np
import pytest
import torch

from rtmdl_ros import rendering
from rtmdl_ros.networks.scale import InputSize
from rtmdl_ros.scaling import crop_augmentation as change
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.rendered import ensure_crops, ensure_scenes, read_scenes

SIZE = InputSize(32, 32)


def generator() -> torch.Generator:
    """Return a seeded generator."""
    return torch.Generator().manual_seed(4)


def test_blur_keeps_flat_images() -> None:
    """Kernels sum to one, also at the border."""
    flat = torch.full((3, 3, 32, 32), 80.0)
    torch.testing.assert_close(change.blur(flat, generator()), flat)


def test_warp_never_mirrors() -> None:
    """A ramp from left to right still rises from left to right, for each of 200 images."""
    ramp = torch.arange(32.0).expand(200, 3, 32, 32)
    warped = change.warp(ramp, SIZE, generator())
    assert (warped[:, 0, 16, 22] > warped[:, 0, 16, 10]).all()
    falling = change.warp(ramp.transpose(2, 3), SIZE, generator())
    assert (falling[:, 0, 22, 16] > falling[:, 0, 10, 16]).all()


def test_augmented_crops_are_pixels() -> None:
    """Same shape, 0 to 255, different from the input, the same for the same generator."""
    images = torch.rand(8, 3, 32, 32, generator=generator()) * 255
    first = change.augment(images, SIZE, generator())
    assert first.shape == images.shape
    assert float(first.min()) >= 0 and float(first.max()) <= 255
    assert not torch.equal(first, images)
    assert torch.equal(first, change.augment(images, SIZE, generator()))


def test_crops_come_in_any_size() -> None:
    """Warped straight into it."""
    images = torch.rand(2, 3, 32, 32) * 255
    assert change.augment(images, InputSize(40, 24), generator()).shape == (2, 3, 40, 24)


def test_rendered_pictures_are_made_once(tmp_path: Path) -> None:
    """A second call reads the file; lights and signs come back with boxes in the image."""
    path = ensure_scenes(tmp_path / 'scenes.npz', 3, 1, seed=1)
    stamp = path.stat().st_mtime_ns
    assert ensure_scenes(path, 3, 1, seed=1).stat().st_mtime_ns == stamp
    for kind in ('light', 'sign'):
        scenes = read_scenes(path, kind, 320, 416)
        assert len(scenes) == 8
        for scene in scenes:
            assert scene.image.shape == (312, 416, 3)
            assert (scene.boxes >= 0).all() and (scene.boxes[:, 2] <= 416).all()
            assert (scene.labels < 4).all()


def test_what_another_renderer_made_is_made_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other settings, other sources, or a file that does not tell."""
    path = tmp_path / 'crops.npz'
    count = len(ensure_crops(path, 1, seed=1).labels)
    assert len(ensure_crops(path, 2, seed=1).labels) == 2 * count
    told = f'{path}: is of another renderer or other settings, made anew\n'
    assert capsys.readouterr().err == told
    np.savez(path, images=np.zeros((1, 32, 32, 3), np.uint8), labels=np.zeros(1, np.int64))
    assert len(ensure_crops(path, 1, seed=1).labels) == count
    assert capsys.readouterr().err == told
    source = tmp_path / 'rendering' / '__init__.py'
    source.parent.mkdir()
    source.touch()
    monkeypatch.setattr(rendering, '__file__', str(source))
    ensure_crops(path, 1, seed=1)
    assert capsys.readouterr().err == told
    ensure_crops(path, 1, seed=1)
    assert capsys.readouterr().err == ''


def test_rendered_crops(tmp_path: Path) -> None:
    """One crop for each sign that can be drawn, then from the file."""
    crops = ensure_crops(tmp_path / 'crops.npz', 1, seed=1)
    assert len(crops.labels) == len(set(crops.labels.tolist())) >= 12
    again = ensure_crops(tmp_path / 'crops.npz', 1, seed=1)
    np.testing.assert_array_equal(crops.images, again.images)


def test_rendered_pictures_that_are_cut_off_are_named(tmp_path: Path) -> None:
    """So is a file of something else; nothing partial is left where they are written."""
    scenes, crops = tmp_path / 'scenes.npz', tmp_path / 'crops.npz'
    ensure_scenes(scenes, 2, 1, seed=1)
    assert list(tmp_path.iterdir()) == [scenes]
    scenes.write_bytes(scenes.read_bytes()[:1000])
    with pytest.raises(DataError, match=f'{scenes}: is damaged .*; remove it'):
        read_scenes(scenes, 'light', 320, 416)
    crops.write_bytes(b'')
    with pytest.raises(DataError, match=f'{crops}: is damaged .*; remove it'):
        ensure_crops(crops, 1, seed=1)
