# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From parameters to tasks ready to run: variants measured, planned, loaded and warmed up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.deployment.preparation import device_plan, device_profile
from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.engine.cache import default_cache_dir
from rtmdl_ros.networks.zoo import default_zoo_dir
from rtmdl_ros.perception.functions import FunctionVariant
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.profiling.measure import Request, request_of
from rtmdl_ros.profiling.profile import Profile, VariantProfile
from rtmdl_ros.profiling.resident import ResidentNetworks
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_MS

Log = Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """All that a node runs, measured on this device and planned."""

    tasks: tuple[ReadyTask, ...]
    #: Of the networks; none of them counts where a single lane runs one after the other.
    slow_downs: SlowDowns
    #: Of the variants that are loaded, to plan again.
    profile: Profile
    plan: Plan


def load(configuration: Configuration, log: Log, *, own_device: bool = True) -> Loaded:
    """Measure what is not known of this device, plan, and load all variants of the plan.

    Where not `own_device`, the profile that the parameters name may be of another one.

    Raises ZooError, EngineError, ProfileError, PlanError or PlanningError, naming file or
    parameter, where something is missing, broken or cannot be planned.
    """
    node = configuration.node
    zoo_dir = Path(node.zoo_dir).expanduser() if node.zoo_dir else default_zoo_dir()
    cache_dir = Path(node.cache_dir).expanduser() if node.cache_dir else default_cache_dir()
    request = request_of(configuration, zoo_dir)
    profile = device_profile(configuration, request, cache_dir, log, own_device=own_device)
    plan = device_plan(configuration, profile, cache_dir, log)
    tasks = _ready(configuration, request, profile, plan, cache_dir, log)
    loaded: dict[str, set[str]] = {}
    for name, task in configuration.tasks.items():
        loaded.setdefault(task.function, set()).update(plan.tasks[name].resident)
    return Loaded(tasks, profile.slow_downs, profile.of(loaded), plan)


def _ready(
    configuration: Configuration,
    request: Request,
    profile: Profile,
    plan: Plan,
    cache_dir: Path,
    log: Log,
) -> tuple[ReadyTask, ...]:
    chosen = {
        name: _resident(request.functions[task.function], plan.tasks[name].resident)
        for name, task in configuration.tasks.items()
    }
    wanted = [v for each in chosen.values() for choice in each for v in choice.variants]
    networks = ResidentNetworks(wanted, cache_dir, weigh=False)
    tasks = []
    for name, parameters in configuration.tasks.items():
        function, own = parameters.function, plan.tasks[name]
        profiles = {each.name: each for each in profile.functions[function]}
        pipelines = {
            choice.name: networks.pipeline(
                function, choice, profile.segments(function, choice.name)
            )
            for choice in chosen[name]
        }
        variants = tuple(profiles[choice.name].variant() for choice in chosen[name])
        tasks.append(
            ReadyTask(name, parameters, variants, pipelines, own.variant, own.priority)
        )
        log(f'task {name}: {_in_words(profiles[own.variant])}, one of {len(variants)} loaded')
    return tuple(tasks)


def _resident(
    ladder: Sequence[FunctionVariant], names: Sequence[str]
) -> tuple[FunctionVariant, ...]:
    return tuple(choice for choice in ladder if choice.name in names)


def _in_words(variant: VariantProfile) -> str:
    times = ', '.join(
        f'{stage.name} {stage.expected_ns / NS_PER_MS:.1f}' for stage in variant.variant().stages
    )
    return f'{variant.name} (accuracy {variant.accuracy:.2f}), stages in ms: {times}'
