# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Whether there is a GPU that torch can use, found out without torch where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.workload.errors import in_one_line

#: What NVIDIA's drivers make: on a PC, on Jetsons, in WSL.
_DEVICE_FILES = ('/dev/nvidiactl', '/dev/nvhost-gpu', '/dev/nvgpu', '/dev/dxg')
_INFORMATION = Path('/proc/driver/nvidia/gpus')


@dataclass(frozen=True)
class Gpus:
    """What torch says of the GPUs of this machine."""

    #: '' where torch is not installed, or cannot be imported, see `error`.
    torch: str
    #: Version of CUDA that torch is built with; '': without.
    cuda: str
    #: Names of the GPUs that torch sees.
    names: tuple[str, ...] = ()
    #: What went wrong when the wanted one was tried; '': nothing.
    error: str = ''


def driver_loaded(files: Iterable[str] = _DEVICE_FILES) -> bool:
    """Tell whether a driver for NVIDIA GPUs is loaded. Takes no time and no memory."""
    return any(Path(file).exists() for file in files)


def found_gpus(index: int) -> Gpus:
    """Ask torch, and try the GPU number `index`. Importing torch takes seconds and some 400 MB."""
    try:
        import torch
    except ModuleNotFoundError as error:
        return Gpus('', '', (), '' if error.name == 'torch' else in_one_line(error))
    except Exception as error:  # of libraries that do not load or are not found
        return Gpus('', '', (), in_one_line(error))
    version, cuda = str(torch.__version__), str(torch.version.cuda or '')
    try:
        names = tuple(map(torch.cuda.get_device_name, range(torch.cuda.device_count())))
        if index < len(names):
            # A GPU too old for this build fails in its first kernel.
            (torch.zeros(1, device=f'cuda:{index}') + 1).item()
    except Exception as error:  # torch has errors of its own beside RuntimeError
        return Gpus(version, cuda, (), in_one_line(error))
    return Gpus(version, cuda, names)


def refusal(gpus: Gpus, index: int) -> str:
    """Return why the GPU number `index` cannot be used and what helps; '' where it can."""
    if not gpus.torch and gpus.error:
        return f'torch cannot be imported ({gpus.error}): install a build that fits'
    if not gpus.torch:
        return 'torch is not installed: pip install torch'
    if not gpus.cuda:
        return f'torch {gpus.torch} is built without CUDA: install a build with it'
    if gpus.error:
        return (
            f'it does not work with torch {gpus.torch} for CUDA {gpus.cuda} ({gpus.error}): '
            'install a driver and a build of torch that fit'
        )
    if not gpus.names:
        return (
            f'torch {gpus.torch} for CUDA {gpus.cuda} sees none: see whether nvidia-smi does, and '
            'in a container start that with --gpus all'
        )
    if index >= len(gpus.names):
        numbers = ', '.join(f'cuda:{each} ({name})' for each, name in enumerate(gpus.names))
        return f'there are only: {numbers}'
    return ''


def driver_name(index: int, folder: Path = _INFORMATION) -> str:
    """Return the model of a GPU as its driver tells it, without torch; '' where it does not."""
    try:
        text = sorted(folder.iterdir())[index].joinpath('information').read_text(encoding='utf-8')
    except (OSError, ValueError, IndexError):
        return ''
    models = [line.partition(':')[2].strip() for line in text.splitlines() if 'Model:' in line]
    return models[0] if models else ''
