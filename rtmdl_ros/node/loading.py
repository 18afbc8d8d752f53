# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From parameters to tasks ready to run: networks loaded, warmed up and measured."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rtmdl_ros.engine.cache import cached_path, default_cache_dir, ensure_exported, load_runner
from rtmdl_ros.networks.zoo import Variant, default_zoo_dir
from rtmdl_ros.node.task_output import ReadyTask
from rtmdl_ros.perception.cutting import segments_for
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.functions import make_pipeline, variants_of
from rtmdl_ros.perception.pipeline import Model, Pipeline
from rtmdl_ros.profiling.slow_downs import measured_slow_downs, pairs_of, segment_calls
from rtmdl_ros.profiling.stage_times import measured_stages
from rtmdl_ros.runtime.real_time import on_cores
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.core_list import cores_in
from rtmdl_ros.workload.records import Resource, Stage
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_MS

#: Size of the empty frame that warms the networks up, the commonest of a camera.
_WARM_UP_SHAPE = (480, 640, 3)
#: Runs from which the times of stages are told, and those from which their number is chosen.
_REPEATS, _REPEATS_TO_CHOOSE = 20, 5
#: Time between two words about the pairs that have been measured.
_PROGRESS_S = 2.0


@dataclass(frozen=True)
class Loaded:
    """All that a node runs, measured on this device."""

    tasks: tuple[ReadyTask, ...]
    #: Of the networks' segments; of none where a single lane runs one after the other.
    slow_downs: SlowDowns


def load(configuration: Configuration, log_info: Callable[[str], None]) -> Loaded:
    """Load all tasks, each network once for each number of segments that tasks run it in.

    Raises ZooError or EngineError, naming the file, where a network is missing or broken.
    """
    networks = _Networks(configuration)
    tasks = []
    for name, parameters in configuration.tasks.items():
        segments = parameters.segments or networks.chosen_segments(parameters.function)
        pipeline = networks.pipeline(parameters.function, segments)
        task = ReadyTask(name, parameters, pipeline, _measured(pipeline))
        times = ', '.join(_times_in_words(stage) for stage in task.stages)
        how = 'as set' if parameters.segments else 'chosen'
        log_info(
            f'task {name}: {pipeline.variant}; segments of the detector: {segments} ({how}); '
            f'stage times in ms: {times}'
        )
        tasks.append(task)
    slow_downs = SlowDowns()
    if configuration.node.lanes > 1:
        # Two lanes on one core slow each other down as two on two do not.
        with on_cores(cores_in(configuration.node.lane_cores)):
            slow_downs = _measured_slow_downs([task.pipeline for task in tasks], log_info)
    return Loaded(tuple(tasks), slow_downs)


def _times_in_words(stage: Stage) -> str:
    least_ms, worst_ms = stage.optimistic_ns / NS_PER_MS, stage.worst_ns / NS_PER_MS
    return f'{stage.name} {least_ms:.1f} to {worst_ms:.1f}'


def _measured_slow_downs(
    pipelines: Sequence[Pipeline], log_info: Callable[[str], None]
) -> SlowDowns:
    calls = segment_calls(pipelines, _empty_frame())
    pairs = pairs_of(len(calls))
    log_info(f'measuring how much network segments slow each other down: {pairs} pairs')
    told_s = time.monotonic()

    def progress(done: int) -> None:
        nonlocal told_s
        if done < pairs and time.monotonic() - told_s > _PROGRESS_S:
            told_s = time.monotonic()
            log_info(f'{done} of {pairs} pairs measured')

    slow_downs = measured_slow_downs(calls, progress)
    (segment, beside), factor = max(slow_downs.factors.items(), key=lambda item: item[1])
    log_info(f'most slowed down: {segment} beside {beside}, by {factor:.2f}')
    return slow_downs


class _Networks:
    """The networks of all functions of a node, exported at once and loaded when asked for."""

    def __init__(self, configuration: Configuration) -> None:
        node = configuration.node
        zoo_dir = Path(node.zoo_dir).expanduser() if node.zoo_dir else default_zoo_dir()
        self._cache_dir = (
            Path(node.cache_dir).expanduser() if node.cache_dir else default_cache_dir()
        )
        self._tasks = len(configuration.tasks)
        functions = {task.function for task in configuration.tasks.values()}
        self._variants = {function: variants_of(function, zoo_dir) for function in functions}
        variants = {(v.network, v.id): v for vs in self._variants.values() for v in vs}
        ensure_exported(variants.values(), self._cache_dir)
        self._models: dict[tuple[Path, int], Model] = {}
        self._chosen: dict[str, int] = {}

    def pipeline(self, function: str, segments: int) -> Pipeline:
        # Only detectors are cut. The recogniser takes 3 ms for the most signs that there may be:
        # nobody waits long for it, and being cut costs it 7 to 23 %.
        return make_pipeline(
            function,
            [
                self._model(variant, segments if variant.kind == 'detector' else 1)
                for variant in self._variants[function]
            ],
        )

    def chosen_segments(self, function: str) -> int:
        """Measure the detector whole, once a function: tasks that share it agree on its number."""
        if function not in self._chosen:
            stages = _measured(self.pipeline(function, 1), _REPEATS_TO_CHOOSE)
            detect = next(stage for stage in stages if stage.resource is Resource.ACCELERATOR)
            self._chosen[function] = segments_for(detect.optimistic_ns, self._tasks)
        return self._chosen[function]

    def _model(self, variant: Variant, segments: int) -> Model:
        key = (cached_path(variant, self._cache_dir), segments)
        if key not in self._models:
            self._models[key] = Model(variant, load_runner(variant, segments, self._cache_dir))
        return self._models[key]


def _measured(pipeline: Pipeline, repeats: int = _REPEATS) -> tuple[Stage, ...]:
    pipeline.warm_up()
    return measured_stages(pipeline, _empty_frame(), repeats)


def _empty_frame() -> Frame:
    return Frame(lambda: np.full(_WARM_UP_SHAPE, 114, np.uint8), arrival_ns=0, header=None)
