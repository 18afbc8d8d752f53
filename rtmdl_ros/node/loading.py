# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From parameters to tasks ready to run: networks loaded, warmed up and measured."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rtmdl_ros.engine.cache import default_cache_dir, ensure_exported, load_runner
from rtmdl_ros.networks.zoo import default_zoo_dir
from rtmdl_ros.node.task_output import ReadyTask
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.functions import make_pipeline, variants_of
from rtmdl_ros.perception.pipeline import Model, measured_stages
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.parameters import TaskParameters
from rtmdl_ros.workload.units import NS_PER_MS

#: Size of the empty frame that warms the networks up, the commonest of a camera.
_WARM_UP_SHAPE = (480, 640, 3)


def load_tasks(
    configuration: Configuration, log_info: Callable[[str], None]
) -> tuple[ReadyTask, ...]:
    """Load all tasks, each network once however many tasks use it.

    Raises ZooError or EngineError, naming the file, where a network is missing or broken.
    """
    node = configuration.node
    zoo_dir = Path(node.zoo_dir).expanduser() if node.zoo_dir else default_zoo_dir()
    cache_dir = Path(node.cache_dir).expanduser() if node.cache_dir else default_cache_dir()

    variants = {
        function: variants_of(function, zoo_dir)
        for function in {task.function for task in configuration.tasks.values()}
    }
    ensure_exported({v.weights_path: v for vs in variants.values() for v in vs}.values(), cache_dir)
    models = {
        function: [Model(variant, load_runner(variant, 1, cache_dir)) for variant in chosen]
        for function, chosen in variants.items()
    }
    tasks = []
    for name, parameters in configuration.tasks.items():
        task = _ready_task(name, parameters, models[parameters.function])
        times = ', '.join(
            f'{stage.name} {stage.optimistic_ns / NS_PER_MS:.1f}' for stage in task.stages
        )
        log_info(f'task {name}: {task.pipeline.variant}; least stage times in ms: {times}')
        tasks.append(task)
    return tuple(tasks)


def _ready_task(name: str, parameters: TaskParameters, models: Sequence[Model]) -> ReadyTask:
    pipeline = make_pipeline(parameters.function, models)
    empty = Frame(lambda: np.full(_WARM_UP_SHAPE, 114, np.uint8), arrival_ns=0, header=None)
    pipeline.warm_up()
    return ReadyTask(name, parameters, pipeline, measured_stages(pipeline, empty))
