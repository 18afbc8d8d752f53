# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From the variants of functions to what they take on this device: a profile."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from rtmdl_ros.engine.engine import Log
from rtmdl_ros.engine.errors import EngineError, OutOfMemoryError
from rtmdl_ros.networks.network import Network
from rtmdl_ros.networks.zoo import Variant
from rtmdl_ros.perception.cutting import segments_for
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.functions import FunctionVariant
from rtmdl_ros.perception.pipeline import Pipeline
from rtmdl_ros.profiling.everyday_frames import FRAMES, everyday_frames
from rtmdl_ros.profiling.fitting import load_what_fits, loading_order
from rtmdl_ros.profiling.pairs import slow_downs_within
from rtmdl_ros.profiling.profile import (
    STEPS,
    NetworkProfile,
    Profile,
    StageProfile,
    VariantProfile,
)
from rtmdl_ros.profiling.request import Request
from rtmdl_ros.profiling.resident import ResidentNetworks
from rtmdl_ros.profiling.slow_downs import NetworkCall, network_calls, pair_factors
from rtmdl_ros.profiling.stage_times import FullScene, full_scene, longest_ns, stage_times
from rtmdl_ros.runtime.real_time import on_cores
from rtmdl_ros.workload.image_kind import USUAL_IMAGES
from rtmdl_ros.workload.slow_downs import SlowDowns

#: Told what is being done and the share of it that is done, 0 to 1.
Progress = Callable[[str, float], None]

#: A full scene is timed so often in a round.
_FULL_SCENES = 4
#: Of each network of a pair: few, as predictions gain more from other pairs.
_PAIR_RUNS = 5


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    #: Times that each variant runs on each everyday frame, at least 1.
    rounds: int = 5
    #: Seconds for pairs of networks side by side; 0: none is measured.
    pair_budget_s: float = 20.0


def measured_profile(
    request: Request,
    cache_dir: Path,
    effort: Effort = Effort(),
    progress: Progress = lambda what, share: None,
    log: Log = lambda text: None,
) -> Profile:
    """Load every variant and measure it on this device, on the cores of the lanes.

    Takes seconds to minutes, see Effort; first, the networks that the cache has no file of are
    exported. Variants that do not fit into the memory of a GPU are not in it, `log` is told of
    them. Raises EngineError, naming the file, where one cannot be exported, cut or loaded.
    """
    device = request.device()
    variants = _variants_of(request)
    progress('exporting networks', 0.0)
    networks = ResidentNetworks(variants, cache_dir, engine=request.engine)
    progress('exporting networks', 1.0)
    # Two lanes on one core slow each other down as two on two do not.
    with on_cores(request.lane_cores):
        pipelines = _loaded(request, networks, progress, log)
        kinds = [request.images.get(function, USUAL_IMAGES) for function, _ in pipelines]
        frames = {kind: everyday_frames(kind=kind) for kind in dict.fromkeys(kinds)}
        shown = [frames[kind] for kind in kinds]
        scenes, measured = _measured(list(pipelines.values()), shown, effort.rounds, progress)
        stages = dict(zip(pipelines, measured, strict=True))
        variants = tuple(v for v in variants if v.name in networks.memory)
        names = [variant.name for variant in variants]
        on_gpu = request.engine is not None and request.engine.waits
        calls = network_calls(scenes)
        slow_downs = _slow_downs(names, calls, on_gpu, effort.pair_budget_s, progress)
    return Profile(
        device=device,
        functions={
            function: tuple(
                _variant_profile(c, stages[function, c.name])
                for c in choices
                if (function, c.name) in stages
            )
            for function, choices in request.functions.items()
        },
        networks={v.name: _network_profile(networks, v) for v in variants},
        slow_downs=slow_downs,
    )


def _network_profile(networks: ResidentNetworks, variant: Network) -> NetworkProfile:
    memory = networks.memory[variant.name]
    stored = networks.stored_bytes(variant)
    known = NetworkProfile(memory.kept_bytes, *stored, memory.working_bytes)
    if isinstance(variant, Variant):
        return replace(known, width=variant.width, depth=variant.depth)
    return known


def _variants_of(request: Request) -> tuple[Network, ...]:
    """Return the networks' variants, each once, those of a network from the smallest on."""
    found = {
        v.name: v
        for choices in request.functions.values()
        for choice in choices
        for v in choice.variants
    }
    # Where the operations are not known, those of a network stay as the ladder has them.
    return tuple(sorted(found.values(), key=lambda v: (v.network, v.macs)))


def _loaded(
    request: Request, networks: ResidentNetworks, progress: Progress, log: Log
) -> dict[tuple[str, str], Pipeline]:
    """Return the pipelines of all variants that fit, by function and name of the variant."""
    pipelines: dict[tuple[str, str], Pipeline] = {}
    smallest = {
        function: (min(choices, key=lambda choice: choice.macs).name,)
        for function, choices in request.functions.items()
    }
    order = loading_order(request.functions, smallest)

    def load(function: str, choice: FunctionVariant) -> None:
        progress('loading networks', len(pipelines) / len(order))
        segments = request.segments.get(function, 0)
        # The first network is the detector, which every function begins with.
        segments = segments or _best_segments(choice.variants[0], request.tasks, networks)
        pipelines[function, choice.name] = networks.pipeline(function, choice, segments)

    words = load_what_fits(order, smallest, load).in_words()
    if words:
        log(words)
    progress('loading networks', 1.0)
    places = [(f, choice.name) for f, choices in request.functions.items() for choice in choices]
    return {place: pipelines[place] for place in places if place in pipelines}


def _best_segments(detector: Network, tasks: int, networks: ResidentNetworks) -> int:
    whole_ns = networks.whole_ns(detector) if tasks > 1 else 0
    segments = segments_for(whole_ns, tasks)
    try:
        networks.model(detector, segments)
    except OutOfMemoryError:
        raise
    except EngineError:
        # Nobody asked for them, and not every network that runs whole can be cut.
        return 1
    return segments


def _measured(
    pipelines: Sequence[Pipeline],
    shown: Sequence[Sequence[Frame]],
    rounds: int,
    progress: Progress,
) -> tuple[list[FullScene], list[tuple[StageProfile, ...]]]:
    """Return for each pipeline its full scene and what its stages take on frames, its own ones.

    The pipelines take turns job by job, so that what else the machine does meets all alike.
    """
    scenes = []
    for done, (pipeline, frames) in enumerate(zip(pipelines, shown, strict=True)):
        progress('looking for full scenes', done / len(pipelines))
        scenes.append(full_scene(pipeline, frames[0]))
    progress('looking for full scenes', 1.0)
    everyday: list[list[dict[str, int]]] = [[] for _ in pipelines]
    full: list[list[dict[str, int]]] = [[] for _ in pipelines]
    turns = rounds * (FRAMES + _FULL_SCENES)
    for turn in range(turns):
        progress('measuring stages', turn / turns)
        number = turn % (FRAMES + _FULL_SCENES)
        for index, pipeline in enumerate(pipelines):
            frames = shown[index]
            if number < FRAMES:
                everyday[index].append(stage_times(pipeline, frames[number]))
            else:
                with scenes[index].shown():
                    full[index].append(stage_times(pipeline, frames[0]))
    progress('measuring stages', 1.0)
    found = zip(pipelines, everyday, full, strict=True)
    return scenes, [stage_profiles(*each) for each in found]


def stage_profiles(
    pipeline: Pipeline, everyday: Sequence[Mapping[str, int]], full: Sequence[Mapping[str, int]]
) -> tuple[StageProfile, ...]:
    """Return what the stages take from their times in ns, by name, in jobs of both kinds.

    A stage that a job did not reach is not among its times and counts as 0.
    """
    return tuple(
        StageProfile(
            stage.name,
            stage.resource,
            stage.segment,
            quantile_table([times.get(stage.name, 0) for times in everyday]),
            longest_ns([times.get(stage.name, 0) for times in full]),
        )
        for stage in pipeline.stages
    )


def quantile_table(samples: Sequence[int]) -> tuple[int, ...]:
    """Return the nearest-rank quantiles of samples at 0, 1 / STEPS, ..., 1."""
    ordered = sorted(samples)
    ranks = (-(-step * len(ordered) // STEPS) for step in range(STEPS + 1))
    return tuple(ordered[max(1, rank) - 1] for rank in ranks)


def _variant_profile(choice: FunctionVariant, stages: tuple[StageProfile, ...]) -> VariantProfile:
    names = tuple(variant.name for variant in choice.variants)
    return VariantProfile(choice.name, choice.accuracy, names, stages)


def _slow_downs(
    names: Sequence[str],
    calls: Mapping[str, NetworkCall],
    on_gpu: bool,
    budget_s: float,
    progress: Progress,
) -> SlowDowns:
    clock_ns = time.perf_counter_ns if on_gpu else None

    def measure(pair: tuple[str, str]) -> Mapping[tuple[str, str], float]:
        # A network that no scene reaches cannot be run.
        if not all(name in calls for name in pair):
            return {}
        factors = pair_factors(calls, pair, _PAIR_RUNS, clock_ns)
        if not on_gpu:
            return factors
        # Which of a pair had the lane with the urgent stream was chance.
        other_way = pair_factors(calls, pair[::-1], _PAIR_RUNS, clock_ns)
        return {key: max(factor, other_way[key]) for key, factor in factors.items()}

    return slow_downs_within(names, measure, budget_s, partial(progress, 'measuring pairs'))
