# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""All variants of some functions, measured and ready to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rtmdl_ros.bench.command import progress_bar
from rtmdl_ros.engine.engine import Engine
from rtmdl_ros.perception.functions import FUNCTIONS, FunctionVariant, ladder
from rtmdl_ros.perception.pipeline import Pipeline
from rtmdl_ros.profiling.measure import Effort, measured_profile
from rtmdl_ros.profiling.profile import Profile, StageProfile, VariantProfile
from rtmdl_ros.profiling.request import Request
from rtmdl_ros.profiling.resident import ResidentNetworks

#: Of pairs as much as most of them take to be measured.
_EFFORT = Effort(pair_budget_s=10.0)


#: By function and name of the variant.
Pipelines = Mapping[str, Mapping[str, Pipeline]]


@dataclass(frozen=True)
class Ladders:
    """A profile of this machine and what was profiled."""

    profile: Profile
    pipelines: Pipelines
    #: The same networks as the most urgent task has them: see `Runner.for_urgent`.
    urgent: Pipelines
    #: What runs the networks; None: ONNX Runtime on the CPU.
    engine: Engine | None = None


def load_ladders(
    cache_dir: Path,
    zoo_dir: Path,
    effort: Effort = _EFFORT,
    functions: Iterable[str] = tuple(FUNCTIONS),
    tasks: int | None = None,
    engine: Engine | None = None,
    most: int | None = None,
) -> Ladders:
    """Load all variants of the functions, or `most` of each, and measure them: about a minute.

    `tasks` is how many share them, by default one a function: the detectors of one that is alone
    are not cut. Of a GPU those that fit into its memory; what does not is told.

    Raises ZooError or EngineError, naming the file, where a network is missing or broken.
    """
    ladders = {name: spread(ladder(name, zoo_dir), most) for name in functions}
    request = Request(ladders, tasks=tasks or len(ladders), segments={}, engine=engine)
    done = 0.0
    with progress_bar('measuring all variants', 1.0) as advance:

        def progress(what: str, share: float) -> None:
            nonlocal done
            if what == 'measuring pairs' and share > done:
                advance(share - done)
                done = share

        profile = measured_profile(request, cache_dir, effort, progress, print)
    fitting = {name: [each.name for each in own] for name, own in profile.functions.items()}
    ladders = {
        name: tuple(each for each in chosen if each.name in fitting[name])
        for name, chosen in ladders.items()
    }
    variants = [v for chosen in ladders.values() for each in chosen for v in each.variants]
    networks = ResidentNetworks(variants, cache_dir, weigh=False, engine=engine)
    usual, urgent = _pipelines(networks, ladders, profile.segments)
    return Ladders(profile, usual, urgent, engine)


def _pipelines(
    networks: ResidentNetworks,
    ladders: Mapping[str, Sequence[FunctionVariant]],
    segments: Callable[[str, str], int],
) -> tuple[Pipelines, Pipelines]:
    """Return the pipelines of all variants, cut as asked for: usual ones, and urgent ones."""

    def pipelines(urgent: bool) -> Pipelines:
        return {
            function: {
                each.name: networks.pipeline(
                    function, each, segments(function, each.name), urgent=urgent
                )
                for each in chosen
            }
            for function, chosen in ladders.items()
        }

    return pipelines(urgent=False), pipelines(urgent=True)


def spread(
    rungs: Sequence[FunctionVariant], most: int | None
) -> Sequence[FunctionVariant]:
    """Return `most` of a ladder's rungs at equal distances, the last one among them.

    From two on the first one, too. None: all. (`networks.pareto.thinned` goes by operations, of
    which networks of a user's own class tell nothing.)
    """
    if most is None or len(rungs) <= most:
        return rungs
    last = len(rungs) - 1
    return [rungs[last - round(place * last / max(1, most - 1))] for place in range(most)][::-1]


def uncut(ladders: Ladders, cache_dir: Path, zoo_dir: Path) -> Ladders:
    """Return the same with whole detectors, as those have them who do not cut networks.

    Their times are the sums of those of the segments: 2 to 14 % above what was measured of whole
    ones, mostly 6 to 10 %. Raises as `load_ladders` does.
    """
    own = {
        name: [each for each in ladder(name, zoo_dir) if each.name in chosen]
        for name, chosen in ladders.pipelines.items()
    }
    networks = ResidentNetworks([], cache_dir, weigh=False, engine=ladders.engine)
    usual, urgent = _pipelines(networks, own, lambda function, variant: 1)
    functions = {
        function: tuple(joined(each, usual[function][each.name]) for each in variants)
        for function, variants in ladders.profile.functions.items()
    }
    profile = replace(ladders.profile, functions=functions)
    return replace(ladders, profile=profile, pipelines=usual, urgent=urgent)


def joined(variant: VariantProfile, pipeline: Pipeline) -> VariantProfile:
    """Return a variant of which each network is one stage, with the names of a whole pipeline."""
    stages: list[StageProfile] = []
    for stage in variant.stages:
        last = stages[-1] if stages else None
        if last is None or not stage.network or stage.network != last.network:
            stages.append(stage)
            continue
        pairs = zip(last.quantiles_ns, stage.quantiles_ns, strict=True)
        sums, worst_ns = tuple(a + b for a, b in pairs), last.worst_ns + stage.worst_ns
        stages[-1] = replace(last, quantiles_ns=sums, worst_ns=worst_ns)
    names = [stage.name for stage in pipeline.stages]
    named = zip(stages, names, strict=True)
    return replace(variant, stages=tuple(replace(stage, name=name) for stage, name in named))


def accuracies_of(ladders: Ladders) -> Mapping[tuple[str, str], float]:
    """Return the accuracy of each variant by function and name."""
    functions = ladders.profile.functions
    return {(name, each.name): each.accuracy for name, own in functions.items() for each in own}
