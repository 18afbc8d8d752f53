# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From parameters to tasks ready to run: networks loaded, warmed up and measured."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from rtmdl_ros.engine.cache import default_cache_dir, load_runner
from rtmdl_ros.networks.zoo import Variant, default_zoo_dir
from rtmdl_ros.node.task_output import ReadyTask
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.functions import load_pipeline
from rtmdl_ros.perception.pipeline import Runner, measured_stages
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

    runners: dict[tuple[str, str], Runner] = {}

    def load(variant: Variant) -> Runner:
        key = (variant.network, variant.id)
        if key not in runners:
            runners[key] = load_runner(variant, cache_dir)
        return runners[key]

    tasks = []
    for name, parameters in configuration.tasks.items():
        task = _load_task(name, parameters, zoo_dir, load)
        times = ', '.join(
            f'{stage.name} {stage.optimistic_ns / NS_PER_MS:.1f}' for stage in task.stages
        )
        log_info(f'task {name}: {task.pipeline.variant}; least stage times in ms: {times}')
        tasks.append(task)
    return tuple(tasks)


def _load_task(
    name: str, parameters: TaskParameters, zoo_dir: Path, load: Callable[[Variant], Runner]
) -> ReadyTask:
    pipeline = load_pipeline(parameters.function, zoo_dir, load)
    empty = Frame(lambda: np.full(_WARM_UP_SHAPE, 114, np.uint8), arrival_ns=0, header=None)
    pipeline.warm_up()
    stages = measured_stages(pipeline, empty)
    return ReadyTask(name, parameters, pipeline, stages)
