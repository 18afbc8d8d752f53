# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Data sets in miniature, in the format of the real ones."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch


@pytest.fixture
def synthetic_gtsrb(tmp_path: Path) -> Path:
    """Return a data folder with two training and one validation crop a class, and test crops."""
    folder = tmp_path / 'data' / 'gtsrb'
    (folder / 'train').mkdir(parents=True)
    rng = np.random.default_rng(1)
    for label in range(43):
        sheet = rng.integers(0, 256, (32, 32 * 32, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / 'train' / f'{label:02d}.jpg'), sheet)
    labels = np.repeat(np.arange(43, dtype=np.uint8), 3)
    np.savez(
        folder / 'train_index.npz', label=labels, sheet=labels,
        tile=np.tile(np.arange(3), 43), is_val=np.tile([0, 0, 1], 43),
        track=np.tile([0, 0, 1], 43), orig_size=np.full((129, 2), 30),
        roi=np.tile([1.0, 1.0, 31.0, 31.0], (129, 1)),
    )  # fmt: skip
    np.savez(
        folder / 'test_public.npz',
        images=rng.integers(0, 256, (43, 32, 32, 3), dtype=np.uint8),
        labels=np.arange(43, dtype=np.uint8),
    )
    return tmp_path / 'data'


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Keep torch to one thread: spinning OpenMP threads are slow beside other tests."""
    torch.set_num_threads(1)
