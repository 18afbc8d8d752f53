# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the weights of a training run come from, so that no other run goes on with them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from rtmdl_ros.networks.scale import InputSize, Scale
from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.frames import LabelledPicture

_REMEDY = 'give what the run began with, or another --work, or remove the folder to start anew'


@dataclass(frozen=True)
class Origin:
    """What a run keeps to from its first step to its last; its schedule may change."""

    #: Checksum of the training and validation data with their labels.
    data: str
    seed: str
    #: Checksum of the weights that the first step began with; '': random ones.
    start: str
    sizes: str
    scales: str

    def content(self) -> dict[str, str]:
        """Return what a file of the run keeps, for `check`."""
        return asdict(self)

    def check(
        self, path: Path, content: Mapping[str, str] | None, leave: Sequence[str] = ()
    ) -> None:
        """Raise DataError where a file of a run, by what it keeps, is of another run.

        Fields to `leave` may differ. A file that keeps nothing is of another run.
        """
        if content is None:
            raise DataError(path, 'does not tell what it was trained on', _REMEDY)
        own = self.content()
        other = [name for name in own if name not in leave and content.get(name) != own[name]]
        if other:
            raise DataError(path, f'is of a run with other {", ".join(other)}', _REMEDY)


def origin_of(
    data: str,
    seed: int,
    start: Mapping[str, torch.Tensor] | None,
    sizes: Iterable[InputSize],
    scales: Iterable[Scale],
) -> Origin:
    """Return the origin of a run on data of a checksum, begun with some weights or by chance."""
    return Origin(
        data, str(seed), '' if start is None else _checksum_of_weights(start),
        ' '.join(map(str, map(tuple, sizes))), ' '.join(map(str, map(tuple, scales))),
    )  # fmt: skip


def _checksum_of_weights(weights: Mapping[str, torch.Tensor]) -> str:
    total = hashlib.sha256()
    for name in sorted(weights):
        total.update(name.encode())
        _add(total, weights[name].detach().cpu().numpy())
    return total.hexdigest()


def checksum_of_arrays(*arrays: NDArray[np.generic]) -> str:
    """Return the checksum of arrays, their shapes included."""
    total = hashlib.sha256()
    for array in arrays:
        _add(total, array)
    return total.hexdigest()


def checksum_of_frames(groups: Iterable[Sequence[LabelledPicture]]) -> str:
    """Return the checksum of groups of frames: labels and image files, wherever those are.

    Raises DataError for a file that is missing.
    """
    total = hashlib.sha256()
    for frames in groups:
        total.update(f'{len(frames)} frames'.encode())
        for frame in frames:
            try:
                total.update(hashlib.sha256(frame.path.read_bytes()).digest())
            except OSError as error:
                problem = f'cannot be read ({error.strerror})'
                raise DataError(frame.path, problem, 'restore it from the source') from error
            for array in (frame.boxes, frame.labels, frame.regions):
                _add(total, array)
    return total.hexdigest()


def _add(total: hashlib._Hash, array: NDArray[np.generic]) -> None:
    total.update(f'{array.dtype} {array.shape}'.encode())
    total.update(array.tobytes())
