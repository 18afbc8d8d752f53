# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Execution providers of ONNX Runtime: which are there, and with what options they run.

Options as in onnxruntime.ai/docs/execution-providers, pages CUDA and TensorRT.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import onnxruntime

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.networks.network import onnx_files

#: By the name in the parameter onnx_providers.
NAMES = {
    'tensorrt': 'TensorrtExecutionProvider',
    'cuda': 'CUDAExecutionProvider',
    'cpu': 'CPUExecutionProvider',
}
#: What installs those that pip's onnxruntime lacks.
_REMEDY = (
    "install onnxruntime-gpu (on a Jetson NVIDIA's build of it) in place of onnxruntime, or take "
    'it off the list'
)
Options = dict[str, str]
#: Digits of a checksum that are kept.
_SHORT = 12


@dataclass(frozen=True)
class Providers:
    """What runs the operations of a network: the first of `names` that can."""

    names: tuple[str, ...] = ('cpu',)
    #: Number of the GPU.
    index: int = 0
    #: TensorRT computes in half precision.
    half: bool = False
    #: Where TensorRT keeps what it built of a network: see `for_network`.
    engine_dir: Path | None = None

    @property
    def on_gpu(self) -> bool:
        """Whether one of them computes on a GPU."""
        return any(name != 'cpu' for name in self.names)

    @property
    def may_be_half(self) -> bool:
        """Whether some operations are in half precision."""
        return self.half and 'tensorrt' in self.names

    def for_network(self, path: Path, part: str = 'whole') -> Providers:
        """Return the same with a folder of its own for an ONNX file, or for a part of it.

        TensorRT tells networks apart by the shape of their graphs, not by their weights; the folder
        by both. The kind of GPU is in the names of its own files. Raises OSError.
        """
        if self.engine_dir is None:
            return self
        precision = 'half' if self.half else 'single'
        name = f'{path.stem}-{_checksum(path)[:_SHORT]}-{part}-{precision}'
        return replace(self, engine_dir=self.engine_dir / name)

    def arguments(self) -> list[tuple[str, Options]]:
        """Return what InferenceSession takes as providers."""
        # What TensorRT and CUDA cannot, the processor does.
        names = self.names if 'cpu' in self.names else (*self.names, 'cpu')
        return [(NAMES[name], self._options(name)) for name in names]

    def _options(self, name: str) -> Options:
        if name == 'cpu':
            return {}
        options = {'device_id': str(self.index)}
        if name == 'tensorrt':
            options['trt_fp16_enable'] = str(self.half)
            if self.engine_dir is not None:
                options |= {
                    'trt_engine_cache_enable': 'True',
                    'trt_engine_cache_path': str(self.engine_dir),
                    'trt_timing_cache_enable': 'True',
                    # Of all networks; without it in whatever folder the process was started.
                    'trt_timing_cache_path': str(self.engine_dir.parent),
                }
        return options


#: The processor alone.
ON_PROCESSOR = Providers()


def check_available(names: Sequence[str], available: Sequence[str] | None = None) -> None:
    """Refuse providers that this ONNX Runtime lacks with EngineError, naming those it has."""
    has = onnxruntime.get_available_providers() if available is None else available
    for name in names:
        if NAMES[name] not in has:
            known = ', '.join(each for each, long in NAMES.items() if long in has)
            raise EngineError(
                f'onnx_providers: this onnxruntime ({onnxruntime.__version__}) has no {name}, it '
                f'has: {known}; {_REMEDY}'
            )


def check_used(names: Sequence[str], used: Sequence[str], network: str) -> None:
    """Refuse a network that ONNX Runtime runs without a provider that was asked for.

    Where the libraries of one do not load it only warns, and runs on the processor. Raises
    EngineError.
    """
    for name in names:
        if NAMES[name] not in used:
            raise EngineError(
                f'{network}: onnx_providers: {name} does not start, ONNX Runtime would run without '
                'it; see its message above, mostly a library of CUDA, cuDNN or TensorRT is missing'
            )


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    for file in onnx_files(path):
        digest.update(file.read_bytes())
    return digest.hexdigest()
