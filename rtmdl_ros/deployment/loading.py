# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From parameters to tasks ready to run: variants measured, planned, loaded and warmed up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.deployment.preparation import device_plan, device_profile
from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.engine.cache import cache_dir_of
from rtmdl_ros.engine.engine import Log
from rtmdl_ros.networks.zoo import zoo_dir_of
from rtmdl_ros.perception.functions import FunctionVariant
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.profiling.fitting import load_what_fits, loading_order
from rtmdl_ros.profiling.profile import Profile, VariantProfile
from rtmdl_ros.profiling.request import Request, request_of
from rtmdl_ros.profiling.resident import ResidentNetworks
from rtmdl_ros.runtime.heap import trim_heap
from rtmdl_ros.workload.configuration import Configuration, enabled_only
from rtmdl_ros.workload.priorities import priority_in_force
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_MS


@dataclass(frozen=True)
class Loaded:
    """All that a node runs, measured on this device and planned."""

    tasks: tuple[ReadyTask, ...]
    #: Of the networks; none of them counts where a single lane runs one after the other.
    slow_downs: SlowDowns
    #: Of the variants that are loaded, to plan again.
    profile: Profile
    plan: Plan


def load(
    configuration: Configuration, log: Log, *, own_device: bool = True, resting: bool = True
) -> Loaded:
    """Measure what is not known of this device, plan, and load all variants of the plan.

    Where not `own_device`, the profile that the parameters name may be of another one. Where not
    `resting`, tasks that are not enabled are neither planned nor loaded.

    Raises ZooError, EngineError, ProfileError, PlanError or PlanningError, naming file or
    parameter, where something is missing, broken or cannot be planned.
    """
    node = configuration.node
    zoo_dir = zoo_dir_of(node.zoo_dir)
    cache_dir = cache_dir_of(node.cache_dir)
    request = request_of(configuration, zoo_dir, cache_dir, log)
    profile = device_profile(configuration, request, cache_dir, log, own_device=own_device)
    plan = device_plan(configuration, profile, cache_dir, log, resting=resting)
    wanted = configuration if resting else enabled_only(configuration)
    tasks = _ready(wanted, request, profile, plan, cache_dir, log)
    trim_heap()
    loaded: dict[str, set[str]] = {}
    for task in tasks:
        own = loaded.setdefault(task.parameters.function, set())
        own.update(variant.name for variant in task.variants)
    return Loaded(tasks, profile.slow_downs, profile.of(loaded), plan)


def _ready(
    configuration: Configuration,
    request: Request,
    profile: Profile,
    plan: Plan,
    cache_dir: Path,
    log: Log,
) -> tuple[ReadyTask, ...]:
    tasks = configuration.tasks.items()
    resident = {
        name: _resident(request.functions[task.function], plan.tasks[name].resident)
        for name, task in tasks
    }
    wanted = [v for choices in resident.values() for choice in choices for v in choice.variants]
    networks = ResidentNetworks(wanted, cache_dir, weigh=False, engine=request.engine)
    fitting = _fitting(configuration, resident, profile, plan, networks, log)
    chosen = _shared(configuration, fitting)
    priorities = {
        name: priority_in_force(task.priority, plan.tasks[name].priority) for name, task in tasks
    }
    most_urgent = max(priorities.values())
    ready = []
    for name, parameters in tasks:
        profiles = {each.name: each for each in profile.functions[parameters.function]}
        pipelines = {
            choice.name: networks.pipeline(
                parameters.function,
                choice,
                profile.segments(parameters.function, choice.name),
                urgent=priorities[name] == most_urgent,
            )
            for choice in chosen[name]
        }
        variants = tuple(profiles[choice.name].variant() for choice in chosen[name])
        planned = plan.tasks[name]
        log(f'task {name}: {_in_words(profiles[planned.variant])}, one of {len(variants)} loaded')
        ready.append(
            ReadyTask(
                name,
                parameters,
                variants,
                pipelines,
                planned.variant,
                planned.priority,
                chooses=configuration.node.choice == 'run_time',
            )
        )
    return tuple(ready)


def _fitting(
    configuration: Configuration,
    chosen: Mapping[str, tuple[FunctionVariant, ...]],
    profile: Profile,
    plan: Plan,
    networks: ResidentNetworks,
    log: Log,
) -> dict[str, tuple[FunctionVariant, ...]]:
    """Load the variants that tasks have and return those that fit into a GPU's memory."""
    ladders: dict[str, tuple[FunctionVariant, ...]] = {}
    planned: dict[str, set[str]] = {}
    for name, task in configuration.tasks.items():
        known = ladders.get(task.function, ())
        ladders[task.function] = (*known, *(c for c in chosen[name] if c not in known))
        planned.setdefault(task.function, set()).add(plan.tasks[name].variant)

    def load(function: str, choice: FunctionVariant) -> None:
        networks.pipeline(function, choice, profile.segments(function, choice.name))

    fitted = load_what_fits(loading_order(ladders, planned), planned, load)
    if fitted.left_out:
        log(fitted.in_words())
    return {
        name: tuple(c for c in chosen[name] if (task.function, c) in fitted.loaded)
        for name, task in configuration.tasks.items()
    }


def _shared(
    configuration: Configuration, chosen: Mapping[str, tuple[FunctionVariant, ...]]
) -> dict[str, tuple[FunctionVariant, ...]]:
    """Give tasks of one function the variants of each other: they take no memory for it.

    Another plan, which is made for all that is loaded of a function, may give any to any of them.
    """
    functions = {name: task.function for name, task in configuration.tasks.items()}
    loaded: dict[str, dict[str, FunctionVariant]] = {}
    for name, variants in chosen.items():
        loaded.setdefault(functions[name], {}).update((each.name, each) for each in variants)
    return {
        name: tuple(sorted(loaded[functions[name]].values(), key=lambda each: each.accuracy))
        for name in chosen
    }


def _resident(
    ladder: Sequence[FunctionVariant], names: Sequence[str]
) -> tuple[FunctionVariant, ...]:
    return tuple(choice for choice in ladder if choice.name in names)


def _in_words(variant: VariantProfile) -> str:
    times = ', '.join(
        f'{stage.name} {stage.typical_ns / NS_PER_MS:.1f}' for stage in variant.variant().stages
    )
    return f'{variant.name} (accuracy {variant.accuracy:.2f}), stages in ms: {times}'
