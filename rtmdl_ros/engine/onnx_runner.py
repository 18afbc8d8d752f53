# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One network by ONNX Runtime, whole or in segments: on the CPU or by what else it has.

ONNX Runtime releases the GIL for the whole call and, with one intra-op thread, computes in the
thread that calls: a lane is then exactly one thread, and lanes do not fight over cores. Between
two segments a lane is free to take a more urgent job, and to go on later with the tensors that
crossed the cut.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.providers import ON_PROCESSOR, Providers, check_used
from rtmdl_ros.engine.runner import Outputs, Runner, Tensors
from rtmdl_ros.engine.segments import CuttableNetwork


class OnnxRunner(Runner):
    """A loaded network: see Runner."""

    def __init__(
        self, path: Path, segments: int = 1, threads: int = 1, providers: Providers = ON_PROCESSOR
    ) -> None:
        """Load an ONNX file, cut in memory into segments of nearly equal work.

        With more than one of the threads, others beside the one that calls compute too. Raises
        EngineError where the file cannot be loaded or cut (see CuttableNetwork), or not by the
        providers.
        """
        self.waits = providers.on_gpu
        if segments == 1:
            # Uncut, networks will do that cannot be cut.
            own = providers.for_network(path)
            self._sessions = [_open_session(str(path), f'{path}', threads, own)]
            self._outputs = [output.name for output in self._sessions[0].get_outputs()]
            _check_inputs(path, [each.name for each in self._sessions[0].get_inputs()])
        else:
            network = CuttableNetwork(path)
            self._sessions = [
                _open_session(
                    model.SerializeToString(),
                    f'{path}, segment {number} of {segments}',
                    threads,
                    providers.for_network(path, f'{number}of{segments}'),
                )
                for number, model in enumerate(network.cut(segments), 1)
            ]
            self._outputs = network.outputs
        self._image: str = self._sessions[0].get_inputs()[0].name
        self._inputs = [[i.name for i in session.get_inputs()] for session in self._sessions]
        self._made = [[o.name for o in session.get_outputs()] for session in self._sessions]
        # What is still needed when a segment has run: the rest is let go, to free its memory.
        self._needed_after = [
            set(self._outputs).union(*self._inputs[index + 1 :]) for index in range(self.segments)
        ]

    @property
    def segments(self) -> int:
        """How many there are, at least 1."""
        return len(self._sessions)

    def start(self, images: NDArray[Any]) -> Tensors:
        """Return the tensors for segment 0."""
        return {self._image: images}

    def run_segment(self, index: int, tensors: Tensors) -> Tensors:
        """Run one segment and return the tensors for the next."""
        if not 0 <= index < self.segments:
            raise IndexError(f'segment {index} of {self.segments}')
        feeds = {name: tensors[name] for name in self._inputs[index]}
        made = self._made[index]
        results = dict(zip(made, self._sessions[index].run(made, feeds), strict=True))
        needed = self._needed_after[index]
        return {name: t for name, t in (*tensors.items(), *results.items()) if name in needed}

    def outputs(self, tensors: Tensors) -> Outputs:
        """Return the network's outputs from what the last segment returned."""
        return tuple(tensors[name] for name in self._outputs)

    def run(self, images: NDArray[Any]) -> Outputs:
        """Run all segments."""
        tensors = self.start(images)
        for index in range(self.segments):
            tensors = self.run_segment(index, tensors)
        return self.outputs(tensors)


def _check_inputs(path: Path, names: Sequence[str]) -> None:
    if len(names) != 1:
        which = f'{len(names)} inputs ({", ".join(names)})' if names else 'no input'
        raise EngineError(
            f'{path}: has {which}, and a network gets one image; export it with one input'
        )


def _open_session(
    model: str | bytes, name: str, threads: int, providers: Providers
) -> onnxruntime.InferenceSession:
    """Load a model by its path or from memory; name it in the error."""
    try:
        if providers.engine_dir is not None:
            providers.engine_dir.mkdir(parents=True, exist_ok=True)
        _share_working_memory()
        options, arguments = _options(threads), providers.arguments()
        # It would fall back on the processor where a provider fails, in the middle of a drive, too.
        session = onnxruntime.InferenceSession(
            model, options, providers=arguments, enable_fallback=0
        )
    except Exception as error:  # the binding has no common class of its errors
        raise EngineError(f'{name}: ONNX Runtime cannot load it: {error}') from error
    check_used(providers.names, session.get_providers(), name)
    return session


@cache
def _share_working_memory() -> None:
    """Make the one arena from which all networks of this process take what a run needs.

    Otherwise each keeps an arena of its own: 60 variants took 280 MB so beside their weights, and
    17 MB together, in the same time.
    """
    processor = onnxruntime.OrtMemoryInfo(
        'Cpu',
        onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR,
        0,
        onnxruntime.OrtMemType.DEFAULT,
    )
    onnxruntime.create_and_register_allocator(processor, None)


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # From its second run on, a network would keep one piece of memory for all that it makes beside
    # what its first run took, 2 to 7 MB for ours, and be no faster (on one core, within 1 %).
    options.enable_mem_pattern = False
    options.add_session_config_entry('session.use_env_allocators', '1')
    # A waiting pool thread must sleep: on two cores a spinning one takes a core from a lane.
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    options.log_severity_level = 3
    return options
