# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks in memory: each loaded once, warmed up, and weighed."""

from __future__ import annotations

import ctypes
import gc
import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from rtmdl_ros.engine.engine import Engine, OnnxEngine
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.networks.network import Network
from rtmdl_ros.perception.functions import FunctionVariant, make_pipeline
from rtmdl_ros.perception.pipeline import Model, Pipeline, network_name
from rtmdl_ros.perception.traffic_sign import MAX_SIGNS
from rtmdl_ros.workload.errors import in_one_line

_STATM = Path('/proc/self/statm')
#: Runs of a whole detector from which the number of its segments is chosen.
_REPEATS = 5


class ResidentNetworks:
    """What loads networks and keeps them: tasks and variants that share one share its memory."""

    def __init__(
        self,
        variants: Iterable[Network],
        cache_dir: Path,
        *,
        weigh: bool = True,
        engine: Engine | None = None,
    ) -> None:
        """Export what the cache has no file of, all at once. Raises EngineError.

        Weighing takes 0.1 s a network, more than loading it does. Without an engine it is ONNX
        Runtime on the CPU.
        """
        self._engine = engine or OnnxEngine(cache_dir)
        self._weigh = weigh
        self._models: dict[tuple[str, int], Model] = {}
        self._memory: dict[str, int] = {}
        self._whole_ns: dict[str, int] = {}
        self._engine.prepare({network_name(v): v for v in variants}.values())

    @property
    def memory_bytes(self) -> Mapping[str, int]:
        """Resident memory that each network took when it was loaded and run, by `network_name`.

        Empty where they are not weighed.

        At least the size of its file, where there was room left from what was let go before. Of
        a network on a GPU that of the GPU.
        """
        return self._memory

    def pipeline(
        self, function: str, chosen: FunctionVariant, segments: int, *, urgent: bool = False
    ) -> Pipeline:
        """Return a new pipeline, the detector in some segments; its networks are loaded by then.

        That of the most urgent task is told so: see `Runner.for_urgent`.
        Only detectors are cut. The recogniser takes 3 ms for the most signs that there may be:
        nobody waits long for it, and being cut costs it 7 to 23 %. Raises EngineError, naming the
        file.
        """
        models = [self.model(v, segments if v.kind == 'detector' else 1) for v in chosen.variants]
        if urgent and self._engine.waits:
            models = [Model(each.variant, each.runner.for_urgent()) for each in models]
        return make_pipeline(function, models)

    def model(self, variant: Network, segments: int) -> Model:
        """Return a network, loaded and warmed up when it is first asked for. Raises EngineError."""
        key = network_name(variant), segments
        if key not in self._models:
            before = resident_bytes() if self._weigh else 0
            model = Model(variant, self._engine.load(variant, segments, _largest_batch(variant)))
            _warm_up(model)
            if self._weigh:
                taken = model.runner.device_bytes or resident_bytes() - before
                self._memory[key[0]] = max(self._engine.least_bytes(variant), taken)
            self._models[key] = model
        return self._models[key]

    def stored_bytes(self, variant: Network) -> tuple[int, int]:
        """Return what a network takes on disk: together with other variants, and alone."""
        return self._engine.stored_bytes(variant)

    def whole_ns(self, variant: Network) -> int:
        """Return the time in ns that a detector takes uncut: of the processor, or on the GPU.

        It is loaded for that alone, unless it is there whole, and let go again; on a GPU it is
        kept, as there it mostly stays whole. Raises EngineError.
        """
        name = network_name(variant)
        if name not in self._whole_ns:
            if self._engine.waits:
                self.model(variant, 1)
            kept = self._models.get((name, 1))
            model = kept or Model(variant, self._engine.load(variant, 1))
            _warm_up(model)
            images = variant.example(1)
            time_of = _clock_time_of if model.runner.waits else _thread_time_of
            times = [time_of(lambda: model.runner.run(images)) for _ in range(_REPEATS)]
            self._whole_ns[name] = min(times)
        return self._whole_ns[name]


def _warm_up(model: Model) -> None:
    """Run a network once for every batch size that jobs may bring, as its pipeline does."""
    # The largest and the least first: TensorRT builds anew for each beyond those that it has seen.
    largest = _largest_batch(model.variant)
    for batch in dict.fromkeys((largest, 1, *range(2, largest))):
        images = model.variant.example(batch)
        try:
            model.runner.run(images)
        except Exception as error:  # ONNX Runtime has no common class of its errors
            name = network_name(model.variant)
            raise EngineError(
                f'{name} does not take what preprocess returns, {images.dtype} {images.shape}: '
                f'{in_one_line(error)}; make both fit'
            ) from error


def _largest_batch(variant: Network) -> int:
    return MAX_SIGNS if variant.kind == 'classifier' else 1


def _clock_time_of(call: Callable[[], object]) -> int:
    start_ns = time.perf_counter_ns()
    call()
    return time.perf_counter_ns() - start_ns


def _thread_time_of(call: Callable[[], object]) -> int:
    start_ns = time.thread_time_ns()
    call()
    return time.thread_time_ns() - start_ns


def resident_bytes(statm: Path = _STATM) -> int:
    """Return the memory of this process that is resident now, what is free given back before.

    0 where the system does not tell.
    """
    gc.collect()
    with suppress(OSError, AttributeError):  # not with every C library
        ctypes.CDLL(None).malloc_trim(0)
    try:
        pages = int(statm.read_text(encoding='ascii').split()[1])
    except OSError:
        return 0
    return pages * os.sysconf('SC_PAGE_SIZE')
