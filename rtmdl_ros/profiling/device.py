# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a profile depends on: the device, the versions of what runs there, and the networks."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from rtmdl_ros.engine.cache import EXPORT_VERSION
from rtmdl_ros.engine.engine import ON_CPU
from rtmdl_ros.perception.functions import FunctionVariant
from rtmdl_ros.runtime.real_time import usable_cores
from rtmdl_ros.workload.core_list import core_list
from rtmdl_ros.workload.image_kind import USUAL_IMAGES, ImageKind
from rtmdl_ros.workload.short_key import KEY_DIGITS, short_key

_CPUINFO = Path('/proc/cpuinfo')
#: Where a board tells its name: 'NVIDIA Jetson Orin Nano Developer Kit'.
_BOARD = Path('/proc/device-tree/model')
#: How the fields of `fingerprint` begin that tell networks, and with how they are cut and what
#: images they get all that is the same on any device.
OF_NETWORKS = ('zoo ', 'variants ')
OF_ANY_DEVICE = (*OF_NETWORKS, 'segments ', 'images ')


def fingerprint(
    functions: Mapping[str, Sequence[FunctionVariant]],
    *,
    tasks: int,
    segments: Mapping[str, int] | None = None,
    images: Mapping[str, ImageKind] | None = None,
    lane_cores: Sequence[int] = (),
    engine: Mapping[str, str] = ON_CPU,
) -> dict[str, str]:
    """Return what must be the same where a profile is used, by field.

    `functions` holds the variants of each (see `perception.functions.ladder`), `tasks` is how many
    the node has, `segments` the number of segments of a function's detectors where it was asked
    for, `images` what each gets to see where that is not usual, `lane_cores` the cores of the lanes
    (none: any), `engine` what `Engine.fields` returns. To be called before this thread is bound to
    fewer cores than the node is given.
    """
    zoos = {v.network: v for chosen in functions.values() for c in chosen for v in c.variants}
    return {
        'processor': processor(),
        'cores': str(len(usable_cores())),
        'lane_cores': core_list(sorted(lane_cores)) or 'any',
        **engine,
        'onnxruntime': str(onnxruntime.__version__),
        'numpy': np.__version__,
        'opencv': cv2.__version__,
        'export': str(EXPORT_VERSION),
        **{f'zoo {name}': v.weights_sha256[:KEY_DIGITS] for name, v in sorted(zoos.items())},
        **{
            f'variants {function}': _ladder_in_short(functions[function])
            for function in sorted(functions)
        },
        **{
            f'segments {function}': _segments_in_words((segments or {}).get(function, 0), tasks)
            for function in sorted(functions)
        },
        **{f'images {f}': str((images or {}).get(f, USUAL_IMAGES)) for f in sorted(functions)},
    }


def _ladder_in_short(ladder: Sequence[FunctionVariant]) -> str:
    """Return their number and a checksum of names and accuracies: weights do not tell them."""
    text = repr([(each.name, each.accuracy) for each in ladder])
    return f'{len(ladder)}, {short_key(text)}'


def _segments_in_words(asked: int, tasks: int) -> str:
    # Chosen by its time, the detector of the only task is never cut.
    return str(asked or 1) if asked or tasks == 1 else 'auto'


def processor(cpuinfo: Path = _CPUINFO, board: Path = _BOARD) -> str:
    """Return the model of the processor, after the name of the board where it has one."""
    return ', '.join(filter(None, (_board(board), _model(cpuinfo)))) or platform.machine()


def device_name() -> str:
    """Return the processor and how many cores this process may use, for people to read."""
    cores = len(usable_cores())
    return f'{processor()}, {cores} core{"s" if cores > 1 else ""}'


def _board(path: Path) -> str:
    try:
        return path.read_text(encoding='utf-8').strip('\0\n ')
    except (OSError, ValueError):
        return ''


def _model(cpuinfo: Path) -> str:
    try:
        lines = cpuinfo.read_text(encoding='utf-8').splitlines()
    except (OSError, ValueError):
        lines = []
    names = (line.partition(':')[2].strip() for line in lines if line.startswith('model name'))
    return next(names, platform.processor())
