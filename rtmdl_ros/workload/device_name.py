# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the parameter `device` may say: auto, cpu, cuda or the number of a GPU, cuda:1."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r'(auto|cpu|cuda)|cuda:(\d{1,2})')


@dataclass(frozen=True)
class DeviceName:
    """A device by its kind, 'auto', 'cpu' or 'cuda', and the number of the GPU, from 0."""

    kind: str
    index: int = 0

    def __str__(self) -> str:
        """Return it as the parameter has it."""
        return f'{self.kind}:{self.index}' if self.index else self.kind


def device_in(text: str) -> DeviceName:
    """Return the device that a text names. Raises ValueError."""
    match = _NAME.fullmatch(text)
    if match is None:
        raise ValueError(f'is {text!r}; give auto, cpu, cuda, or cuda:1 and so on')
    return DeviceName(match[1]) if match[1] else DeviceName('cuda', int(match[2]))
