# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks on an NVIDIA GPU, as CUDA graphs by torch.

Each network is captured in every lane: whichever a stage takes, its graphs are there. Weights are
on the GPU once, for all lanes and tasks. Variants of one network have their own, although they are
slices of the same file: with batch normalisation folded in, which saves a launch for each
convolution, they differ. All shipped variants together take 27 MB in half precision.

Images are still resized on the processor, as for ONNX Runtime, so that both see the same pixels;
normalisation is a part of the network.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from rtmdl_ros.engine.accuracy import HALF_BOUND, relative_error, telling_input
from rtmdl_ros.engine.cuda_graphs import CapturedNetwork, exact_cudnn
from rtmdl_ros.engine.cuda_lanes import CudaLane, CudaLanes
from rtmdl_ros.engine.cuda_layout import Layout
from rtmdl_ros.engine.cuda_runner import CudaRunner
from rtmdl_ros.engine.engine import Engine, Log, single_instead
from rtmdl_ros.engine.errors import EngineError, OutOfMemoryError
from rtmdl_ros.engine.gpu_memory import GpuMemory, available_bytes, undisturbed_capture
from rtmdl_ros.engine.runner import Outputs, Runner
from rtmdl_ros.engine.torch_segments import (
    TorchSegment,
    cut_module,
    folded,
    is_out_of_memory,
    to_half,
    whole_module,
)
from rtmdl_ros.networks.network import Network
from rtmdl_ros.networks.zoo import ZooError
from rtmdl_ros.workload.errors import in_one_line

#: By more than this folding batch normalisations must not change answers; rounding does by 1e-6.
_FOLDING_BOUND = 1e-4


class CudaEngine(Engine):
    """See Engine."""

    def __init__(
        self, index: int, lanes: int, half: bool, processor: Engine, log: Log = lambda text: None
    ) -> None:
        """Take the number of a GPU that can be used (see `gpu.refusal`) and make lanes on it.

        `processor` runs networks that are no torch modules. A node's lanes are made anew with each
        engine, and torch has 32 streams of a priority: the 33rd is the first again. Raises
        EngineError where that fails.
        """
        self._device = torch.device('cuda', index)
        try:
            with undisturbed_capture():
                self.lanes = CudaLanes(self._device, lanes)
        except RuntimeError as error:
            raise EngineError(
                f'device is cuda:{index}, but lanes cannot be made on it: {in_one_line(error)}; '
                'set device to cpu'
            ) from error
        self._half = half
        self._processor = processor
        self._log = log
        self._told: set[str] = set()
        self._weights: dict[str, int] = {}
        log(f'device: {torch.cuda.get_device_name(index)} (cuda:{index}), {self.memory()}')

    @property
    def waits(self) -> bool:
        """Networks compute on the GPU."""
        return True

    def memory(self) -> GpuMemory:
        """Return what the GPU has, whoever took the rest."""
        free, total = torch.cuda.mem_get_info(self._device)
        if torch.cuda.get_device_properties(self._device).is_integrated:
            free = max(free, available_bytes())
        return GpuMemory(free, total)

    def fields(self) -> dict[str, str]:
        """Return the GPU, the precision, the lanes and the versions that choose kernels.

        The lanes, because with one alone networks cannot be measured side by side.
        """
        return {
            'engine': 'CUDA graphs',
            'gpu': torch.cuda.get_device_name(self._device),
            'precision': 'half' if self._half else 'single',
            'torch': str(torch.__version__),
            'cuda': str(torch.version.cuda),
            'lanes': str(len(self.lanes.all)),
        }

    def takes_own_memory(self, variant: Network) -> bool:
        """Those that the processor runs do."""
        return variant.is_onnx

    def prepare(self, variants: Iterable[Network]) -> None:
        """Export those that the processor runs."""
        self._processor.prepare([v for v in variants if v.is_onnx])

    def load(self, variant: Network, segments: int, batch: int = 1) -> Runner:
        """Capture a variant in all lanes; in half precision only if it answers nearly the same."""
        if variant.is_onnx:
            self._tell(
                f'{variant.name} is an ONNX file: it runs on the processor; set '
                'onnx_providers to run it on the GPU'
            )
            return self._processor.load(variant, segments, batch)
        # On the current device lie events that are told of no stream.
        with undisturbed_capture(), torch.cuda.device(self._device):
            memory = self.memory()
            if memory.is_full:
                raise _out_of_memory(variant, memory)
            try:
                return self._captured(variant, segments, batch)
            except (EngineError, ZooError):
                raise
            except Exception as error:  # whatever making, moving or capturing it raises
                # cuDNN and cuBLAS say in other words that there is no memory.
                if is_out_of_memory(error) or self.memory().is_full:
                    raise _out_of_memory(variant, self.memory()) from error
                raise EngineError(
                    f'{variant.name}: cannot be captured on the GPU: {in_one_line(_first(error))}'
                    '; set device to cpu, or change what it does, and start again'
                ) from error

    def least_bytes(self, variant: Network) -> int:
        """Return what its weights take; 0 for one that was not loaded."""
        if variant.is_onnx:
            return self._processor.least_bytes(variant)
        return self._weights.get(variant.name, 0)

    def _captured(self, variant: Network, segments: int, batch: int) -> CudaRunner:
        module = variant.module()
        images = torch.from_numpy(telling_input(variant, batch))
        expected = _outputs(module, images)
        module = _folded(module, images, expected)
        if self._half:
            try:
                half = to_half(copy.deepcopy(module))
                runner, off = self._checked(variant, half, segments, images, batch, expected)
                if off <= HALF_BOUND:
                    return runner
                self._tell(single_instead(variant, off))
                del runner
            except EngineError as error:
                self._tell(f'{error}; in half precision, so it is tried in single precision')
        runner, off = self._checked(variant, module, segments, images, batch, expected)
        if off > HALF_BOUND:
            raise EngineError(
                f'{variant.name}: its answers on the GPU are off by {off:.2g}; set device to cpu'
            )
        return runner

    def _tell(self, text: str) -> None:
        """Log it once, however often a network is loaded, cut in other ways."""
        if text not in self._told:
            self._told.add(text)
            self._log(text)

    def _checked(
        self, variant: Network, module: nn.Module, segments: int, images: Tensor, batch: int,
        expected: Outputs,
    ) -> tuple[CudaRunner, float]:  # fmt: skip
        """Return a network captured in all lanes and its largest error in any of them."""
        torch.cuda.empty_cache()
        before = torch.cuda.memory_reserved(self._device)
        layout = Layout(half=_is_half(module))
        module = layout.of_weights(module, self._device)
        example = layout.of_images(images[:1] if batch > 1 else images)
        # From the first run on, as cuDNN keeps what it chose for a shape.
        with exact_cudnn(tries_algorithms=True):
            pieces = _pieces(variant, module, segments, example.to(self._device))
        sizes = batch_sizes(batch) if batch > 1 else (len(images),)
        networks: dict[tuple[int, int], CapturedNetwork] = {}
        off = 0.0
        for lane in self.lanes.all:
            with self.lanes.held(lane):
                own = {
                    size: CapturedNetwork(lane, pieces, layout.of_images(images[:size]))
                    for size in sizes
                }
                off = max(off, _largest_error(self.lanes, lane, own, images, expected))
            networks.update({(lane.number, size): network for size, network in own.items()})
        torch.cuda.empty_cache()
        taken = torch.cuda.memory_reserved(self._device) - before
        weights = self._weights[variant.name] = weight_bytes(module)
        precision = 'half' if _is_half(module) else 'single'
        runner = CudaRunner(self.lanes, networks, max(taken, weights), precision)
        return runner, off


def batch_sizes(most: int) -> tuple[int, ...]:
    """Return the sizes that batches of 1 to `most` images are filled up to: powers of 2, `most`."""
    powers = (2**power for power in range(most.bit_length()))
    return (*(size for size in powers if size < most), most)


def weight_bytes(module: nn.Module) -> int:
    """Return what parameters and buffers of a module take."""
    return sum(tensor.numel() * tensor.element_size() for tensor in module.state_dict().values())


def _pieces(
    variant: Network, module: nn.Module, segments: int, example: Tensor
) -> Sequence[TorchSegment]:
    try:
        return cut_module(module, example, segments, variant.name)
    except EngineError:
        if segments > 1 or _is_half(module):
            raise
        return whole_module(module, example)


def _folded(module: nn.Module, images: Tensor, expected: Outputs) -> nn.Module:
    """Return a module with batch normalisations folded, or as it is where that changes its answers.

    It does where a layer runs twice, such as one head on several features: torch 2.15 folds that
    once for each time.
    """
    found = folded(module)
    if found is module or relative_error(expected, _outputs(found, images)) <= _FOLDING_BOUND:
        return found
    return module


def _is_half(module: nn.Module) -> bool:
    return any(each.dtype == torch.float16 for each in module.parameters())


def _outputs(module: nn.Module, images: Tensor) -> Outputs:
    with torch.no_grad():
        made = module(images)
    outputs = made if isinstance(made, (tuple, list)) else [made]
    return tuple(output.float().numpy() for output in outputs)


def _largest_error(
    lanes: CudaLanes,
    lane: CudaLane,
    networks: Mapping[int, CapturedNetwork],
    images: Tensor,
    expected: Outputs,
) -> float:
    """Return the largest error of a network in a lane, captured for some batch sizes."""
    largest = 0.0
    for size, network in networks.items():
        started = network.started(lanes.uploads, images[:size].numpy())
        with torch.cuda.stream(lane.stream):
            found = network.run_whole(lane, started)
        whole = size == len(images)  # whose outputs need not have a row for each image
        wanted = expected if whole else [each[:size] for each in expected]
        largest = max(largest, relative_error(wanted, found))
    return largest


def _first(error: BaseException) -> BaseException:
    """Return the error that led to this one: a capture that one ends fails with its own."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return error


def _out_of_memory(variant: Network, memory: GpuMemory) -> OutOfMemoryError:
    return OutOfMemoryError(f'{variant.name}: the GPU has no memory left for it ({memory})')
