# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What loads networks on a device, and which one the parameters ask for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from rtmdl_ros.engine.accuracy import HALF_BOUND, relative_error, telling_input
from rtmdl_ros.engine.cache import cached_path, ensure_exported, load_runner
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.gpu import driver_loaded, driver_name, found_gpus, refusal
from rtmdl_ros.engine.providers import ON_PROCESSOR, Providers, check_available
from rtmdl_ros.engine.runner import Runner
from rtmdl_ros.networks.network import Network, onnx_files
from rtmdl_ros.workload.device_name import DeviceName, device_in
from rtmdl_ros.workload.parameters import NodeParameters

Log = Callable[[str], None]

#: What `Engine.fields` returns of ONNX Runtime on the CPU.
ON_CPU: Mapping[str, str] = MappingProxyType({'engine': 'ONNX Runtime, CPU'})


class Engine(ABC):
    """Loads networks on one device."""

    @property
    @abstractmethod
    def waits(self) -> bool:
        """Whether networks compute elsewhere than on the processor: see Runner."""

    @abstractmethod
    def fields(self) -> dict[str, str]:
        """Return what times and answers of networks depend on, by name, for keys of caches."""

    def takes_own_memory(self, variant: Network) -> bool:
        """Tell whether a network takes memory of this process, and not of a GPU alone."""
        return True

    @abstractmethod
    def prepare(self, variants: Iterable[Network]) -> None:
        """Make at once what loading them needs. Raises EngineError."""

    @abstractmethod
    def load(self, variant: Network, segments: int, batch: int = 1) -> Runner:
        """Load a variant in segments, for batches of up to so many images.

        Raises EngineError, naming the network, and its OutOfMemoryError.
        """

    def stored_bytes(self, variant: Network) -> tuple[int, int]:
        """Return what a loaded network takes on disk: together with other variants, and alone."""
        if variant.shared_bytes or variant.private_bytes:
            return variant.shared_bytes, variant.private_bytes
        return 0, self.least_bytes(variant)

    @abstractmethod
    def least_bytes(self, variant: Network) -> int:
        """Return what a loaded network takes in memory at the least."""


class OnnxEngine(Engine):
    """ONNX Runtime with its execution providers."""

    def __init__(
        self, cache_dir: Path, providers: Providers = ON_PROCESSOR, log: Log = lambda text: None
    ) -> None:
        """Take the folder of exported networks. Raises EngineError for providers it has not."""
        check_available(providers.names)
        self._cache_dir = cache_dir
        self._providers = providers
        self._log = log

    @property
    def waits(self) -> bool:
        """Whether a provider is on a GPU."""
        return self._providers.on_gpu

    def fields(self) -> dict[str, str]:
        """Return the providers and, where one is on a GPU, that and the precision."""
        providers = self._providers
        if not providers.on_gpu:
            return dict(ON_CPU)
        return {
            'engine': f'ONNX Runtime, {", ".join(providers.names)}',
            'gpu': driver_name(providers.index) or f'number {providers.index}',
            'precision': 'half' if providers.may_be_half else 'single',
        }

    def prepare(self, variants: Iterable[Network]) -> None:
        """Export those that the cache has no file of."""
        ensure_exported(variants, self._cache_dir)

    def load(self, variant: Network, segments: int, batch: int = 1) -> Runner:
        """Load it; in half precision only if it answers nearly the same."""
        runner = load_runner(variant, segments, self._cache_dir, self._providers)
        if not self._providers.may_be_half:
            return runner
        images = telling_input(variant)
        expected = load_runner(variant, 1, self._cache_dir).run(images)
        error = relative_error(expected, runner.run(images))
        if error <= HALF_BOUND:
            return runner
        self._log(single_instead(variant, error))
        single = replace(self._providers, half=False)
        return load_runner(variant, segments, self._cache_dir, single)

    def least_bytes(self, variant: Network) -> int:
        """Return the size of the ONNX file and of the weights beside it."""
        files = onnx_files(cached_path(variant, self._cache_dir))
        return sum(file.stat().st_size for file in files)


def single_instead(variant: Network, error: float) -> str:
    """Tell why a network does not run in half precision."""
    return (
        f'{variant.name}: half precision changes its answers by {error:.2g}, more '
        f'than {HALF_BOUND:g}: it runs in single precision'
    )


def open_engine(node: NodeParameters, cache_dir: Path, log: Log) -> Engine:
    """Return what runs networks as device, precision and onnx_providers say.

    `auto` tells by `log` why it is the processor where there is no GPU for it. Raises EngineError,
    naming the parameter and a remedy, for a GPU or a provider that is asked for and not there.
    """
    device = device_in(node.device)
    half = node.precision == 'half'
    providers = Providers(node.onnx_providers, device.index, half, cache_dir / 'tensorrt')
    if providers.on_gpu:
        log(f'device: {providers.names[0]} by ONNX Runtime on GPU {device.index}')
        return OnnxEngine(cache_dir, providers, log)
    reason = _why_not(device)
    if not reason:
        from rtmdl_ros.engine.cuda_engine import CudaEngine

        return CudaEngine(device.index, node.lanes, half, OnnxEngine(cache_dir), log)
    if device.kind == 'cuda':
        raise EngineError(
            f'device is {device}, but that GPU cannot be used: {reason}; or set device to auto or '
            'cpu'
        )
    if device.kind == 'auto':
        log(f'device: cpu, as no GPU can be used: {reason}')
    return OnnxEngine(cache_dir)


def _why_not(device: DeviceName) -> str:
    """Return why networks do not run on a GPU; '' where they do."""
    if device.kind == 'cpu':
        return 'device is cpu'
    if device.kind == 'auto' and not driver_loaded():
        return 'no driver for one is loaded'
    return refusal(found_gpus(device.index), device.index)
