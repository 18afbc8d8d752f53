# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks in memory: each loaded once, warmed up, and weighed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.engine.engine import Engine, OnnxEngine
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.networks.network import Network
from rtmdl_ros.perception.functions import FunctionVariant, make_pipeline
from rtmdl_ros.perception.pipeline import Model, Pipeline
from rtmdl_ros.perception.traffic_sign import MAX_SIGNS
from rtmdl_ros.runtime.heap import trim_heap
from rtmdl_ros.runtime.memory import resident_bytes
from rtmdl_ros.workload.errors import in_one_line

#: Runs of a whole detector from which the number of its segments is chosen.
_REPEATS = 5


@dataclass(frozen=True)
class ResidentMemory:
    """What a network takes in memory."""

    #: As long as it is loaded.
    kept_bytes: int
    #: While it runs, at the most: what those that ran before it in this process needed is in it.
    working_bytes: int


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
        self._memory: dict[str, ResidentMemory] = {}
        #: What the runs of all networks so far have taken, which they share.
        self._working_bytes = 0
        self._whole_ns: dict[str, int] = {}
        own = {v.name: v for v in variants}
        self._engine.prepare(own.values())
        if weigh:
            self._load_libraries(v for v in own.values() if self._engine.takes_own_memory(v))

    def _load_libraries(self, variants: Iterable[Network]) -> None:
        """Load and drop the smallest detector, whole and cut.

        The first network would be charged with what that takes of a process once: 10 MB of ONNX
        Runtime, 8 MB of onnx, which cuts, and hundreds of a GPU's with its first run.
        """
        detectors = (variant for variant in variants if variant.kind == 'detector')
        smallest = min(detectors, key=lambda variant: variant.macs, default=None)
        if smallest is not None:
            with suppress(Exception):  # told of where it is wanted
                for segments in (1,) if self._engine.waits else (1, 2):
                    runner = self._engine.load(smallest, segments)
                    if runner.waits:
                        runner.run(smallest.example(1))

    @property
    def memory(self) -> Mapping[str, ResidentMemory]:
        """What each network took when it was loaded and run, by its name.

        Empty where they are not weighed. Of a network on a GPU that of the GPU.
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
        key = variant.name, segments
        if key not in self._models:
            before = self._resident_bytes(variant)
            model = Model(variant, self._engine.load(variant, segments, _largest_batch(variant)))
            loaded = self._resident_bytes(variant)
            self._warm_up(model)
            if self._weigh:
                self._memory[key[0]] = self._weighed(model, loaded - before)
            self._models[key] = model
        return self._models[key]

    def _weighed(self, model: Model, grown_bytes: int) -> ResidentMemory:
        """Return what a network takes, by how much the process has grown when it was loaded."""
        if model.runner.device_bytes:
            return ResidentMemory(model.runner.device_bytes, 0)
        # Less, where there was room left from what was let go before.
        kept = max(self._engine.least_bytes(model.variant), grown_bytes)
        return ResidentMemory(kept, self._working_bytes)

    def _warm_up(self, model: Model) -> None:
        """Run a network for the first time, and note what that took beyond those before it."""
        before = self._resident_bytes(model.variant)
        warm_up(model)
        self._working_bytes += max(0, self._resident_bytes(model.variant) - before)

    def _resident_bytes(self, variant: Network) -> int:
        """Return the memory of this process; 0 where that does not tell of a network."""
        weighs = self._weigh and self._engine.takes_own_memory(variant)
        return trimmed_bytes() if weighs else 0

    def stored_bytes(self, variant: Network) -> tuple[int, int]:
        """Return what a network takes on disk: together with other variants, and alone."""
        return self._engine.stored_bytes(variant)

    def whole_ns(self, variant: Network) -> int:
        """Return the time in ns that a detector takes uncut: of the processor, or on the GPU.

        It is loaded for that alone, unless it is there whole, and let go again; on a GPU it is
        kept, as there it mostly stays whole. Raises EngineError.
        """
        name = variant.name
        if name not in self._whole_ns:
            if self._engine.waits:
                self.model(variant, 1)
            kept = self._models.get((name, 1))
            model = kept or Model(variant, self._engine.load(variant, 1))
            self._warm_up(model)
            images = variant.example(1)
            time_of = _clock_time_of if model.runner.waits else _thread_time_of
            times = [time_of(lambda: model.runner.run(images)) for _ in range(_REPEATS)]
            self._whole_ns[name] = min(times)
        return self._whole_ns[name]


def warm_up(model: Model) -> None:
    """Run a network once for every batch size that jobs may bring.

    Raises EngineError where it does not take what `preprocess` returns.
    """
    # The largest and the least first: TensorRT builds anew for each beyond those that it has seen.
    largest = _largest_batch(model.variant)
    for batch in dict.fromkeys((largest, 1, *range(2, largest))):
        images = model.variant.example(batch)
        try:
            model.runner.run(images)
        except Exception as error:  # ONNX Runtime has no common class of its errors
            name = model.variant.name
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


def trimmed_bytes() -> int:
    """Return the memory of this process that is resident now, what is free given back before.

    0 where the system does not tell.
    """
    trim_heap()
    try:
        return resident_bytes()
    except OSError:
        return 0
