# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""All variants of the shipped networks, measured and ready to run, and an image for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.bench.command import progress_bar
from rtmdl_ros.bench.networks import image_for
from rtmdl_ros.perception.frame import Image
from rtmdl_ros.perception.functions import FUNCTIONS, ladder
from rtmdl_ros.perception.pipeline import Pipeline
from rtmdl_ros.profiling.measure import Effort, Request, measured_profile
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.profiling.resident import ResidentNetworks

#: Of pairs as much as most of them take to be measured.
_EFFORT = Effort(pair_budget_s=10.0)


@dataclass(frozen=True)
class Ladders:
    """A profile of this machine and what was profiled."""

    profile: Profile
    #: By function and name of the variant.
    pipelines: Mapping[str, Mapping[str, Pipeline]]
    #: BGR, 640x480; keeps each stage of the most accurate variants busy.
    image: Image


def load_ladders(cache_dir: Path, zoo_dir: Path) -> Ladders:
    """Load all variants of all functions and measure them: about a minute.

    Raises ZooError or EngineError, naming the file, where a network is missing or broken, and
    ExperimentError where no image of the track brings a job through all stages.
    """
    ladders = {name: ladder(name, zoo_dir) for name in FUNCTIONS}
    request = Request(ladders, tasks=len(ladders), segments={})
    done = 0.0
    with progress_bar('measuring all variants', 1.0) as advance:

        def progress(what: str, share: float) -> None:
            nonlocal done
            if what == 'measuring pairs' and share > done:
                advance(share - done)
                done = share

        profile = measured_profile(request, cache_dir, _EFFORT, progress)
    variants = [v for chosen in ladders.values() for each in chosen for v in each.variants]
    networks = ResidentNetworks(variants, cache_dir)
    pipelines = {
        function: {
            each.name: networks.pipeline(function, each, profile.segments(function, each.name))
            for each in chosen
        }
        for function, chosen in ladders.items()
    }
    image = image_for([list(each.values())[-1] for each in pipelines.values()])
    return Ladders(profile, pipelines, image)


def accuracies_of(ladders: Ladders) -> Mapping[tuple[str, str], float]:
    """Return the accuracy of each variant by function and name."""
    functions = ladders.profile.functions
    return {(name, each.name): each.accuracy for name, own in functions.items() for each in own}
