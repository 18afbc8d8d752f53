# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The networks of a run's tasks: by torch or by ONNX Runtime, within the same pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from rtmdl_ros.engine.cache import cached_path, ensure_exported
from rtmdl_ros.engine.onnx_runner import OnnxRunner
from rtmdl_ros.engine.runner import Runner
from rtmdl_ros.evidence.callback_plan import TORCH, CallbackPlan, CallbackTask
from rtmdl_ros.networks.network import Network
from rtmdl_ros.perception.functions import ladder, make_pipeline
from rtmdl_ros.perception.pipeline import Model, Pipeline
from rtmdl_ros.profiling.resident import warm_up
from rtmdl_ros.workload.errors import BadInputError


def pipelines_of(plan: CallbackPlan) -> Mapping[str, Pipeline]:
    """Load the networks of each task, one of its own each, and warm them up.

    Raises BadInputError for a variant that there is not, ZooError and EngineError for what cannot
    be loaded.
    """
    if plan.engine == TORCH:
        from rtmdl_ros.engine.eager_runner import use_threads

        use_threads(plan.engine_threads)
    return {name: _pipeline(name, task, plan) for name, task in plan.tasks.items()}


def _pipeline(name: str, task: CallbackTask, plan: CallbackPlan) -> Pipeline:
    known = {each.name: each for each in ladder(task.function, Path(plan.zoo_dir))}
    if task.variant not in known:
        raise BadInputError(
            f'tasks.{name}.variant is {task.variant}; give one of: {", ".join(known)}'
        )
    runner = partial(_runner, plan=plan)
    models = [Model(network, runner(network)) for network in known[task.variant].variants]
    for model in models:
        warm_up(model)
    return make_pipeline(task.function, models)


def _runner(network: Network, plan: CallbackPlan) -> Runner:
    if plan.engine == TORCH and not network.is_onnx:
        from rtmdl_ros.engine.eager_runner import EagerRunner

        return EagerRunner(network.module())
    # Also in place of torch where a network is an ONNX file: there is no module of it.
    cache_dir = Path(plan.cache_dir)
    ensure_exported([network], cache_dir)
    return OnnxRunner(cached_path(network, cache_dir), threads=plan.engine_threads)
