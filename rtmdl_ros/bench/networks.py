# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The shipped networks, ready to run as the node runs them, and an image for all their stages.

Their times are those on that image, which all jobs get: a profile has those on everyday frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations_with_replacement
from pathlib import Path

from rtmdl_ros.bench.command import ExperimentError
from rtmdl_ros.networks.zoo import default_zoo_dir
from rtmdl_ros.perception.cutting import segments_for
from rtmdl_ros.perception.frame import Frame, Image
from rtmdl_ros.perception.functions import FUNCTIONS, usual_variant
from rtmdl_ros.perception.pipeline import Pipeline, Work
from rtmdl_ros.profiling.resident import ResidentNetworks
from rtmdl_ros.profiling.slow_downs import network_calls, pair_factors
from rtmdl_ros.profiling.stage_times import full_scene, longest_ns, stage_times
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.workload.records import Resource, Stage
from rtmdl_ros.workload.slow_downs import SlowDowns

_TRACK = {'seed': 1, 'width': 640, 'height': 480}
#: Frames that are tried, one a second of the drive.
_FRAMES = range(0, 900, 30)
#: Of each stage, to measure it.
_REPEATS = 20


@dataclass(frozen=True)
class LoadedFunction:
    """A pipeline and its stages as measured on this machine."""

    pipeline: Pipeline
    stages: tuple[Stage, ...]

    @property
    def lane_ns(self) -> int:
        """The least time in nanoseconds that a job keeps a lane."""
        return sum(s.optimistic_ns for s in self.stages if s.resource is Resource.ACCELERATOR)


@dataclass(frozen=True)
class LoadedNetworks:
    """All functions by name, and an image (BGR, 640x480) that keeps each of their stages busy."""

    functions: Mapping[str, LoadedFunction]
    image: Image


def load_networks(cache_dir: Path, tasks: int) -> LoadedNetworks:
    """Load all functions, cut as a node with some tasks cuts them.

    Raises ZooError or EngineError, naming the file, where a network is missing or broken, and
    ExperimentError where no image of the track brings a job through all stages.
    """
    usual = {name: usual_variant(name, default_zoo_dir()) for name in FUNCTIONS}
    variants = [variant for each in usual.values() for variant in each.variants]
    networks = ResidentNetworks(variants, cache_dir, weigh=False)
    whole = {name: networks.pipeline(name, each, 1) for name, each in usual.items()}
    image = image_for(list(whole.values()))
    functions = {}
    for name, pipeline in whole.items():
        stages = measured_stages(pipeline, frame_of(image), _REPEATS)
        detect = next(stage for stage in stages if stage.resource is Resource.ACCELERATOR)
        segments = segments_for(detect.optimistic_ns, tasks)
        chosen = networks.pipeline(name, usual[name], segments)
        stages = measured_stages(chosen, frame_of(image), _REPEATS)
        functions[name] = LoadedFunction(chosen, stages)
    return LoadedNetworks(functions, image)


def slow_downs_of(networks: LoadedNetworks) -> SlowDowns:
    """Measure how much the segments of all functions slow each other down: some seconds."""
    frame = frame_of(networks.image)
    calls = network_calls(
        full_scene(loaded.pipeline, frame) for loaded in networks.functions.values()
    )
    factors: dict[tuple[str, str], float] = {}
    for pair in combinations_with_replacement(calls, 2):
        factors |= pair_factors(calls, pair)
    return SlowDowns(factors)


def frame_of(image: Image) -> Frame:
    """Return a frame as from a camera: its pixels are copied when they are first wanted."""
    return Frame(image.copy, arrival_ns=0, header=None)


def image_for(pipelines: Sequence[Pipeline]) -> Image:
    """Return the first image of the track that brings a job through all stages of each pipeline.

    Raises ExperimentError where there is none.
    """
    track = Track(**_TRACK)
    for index in _FRAMES:
        image = track.frame(index).image
        if all(map(partial(_reaches_the_end, image), pipelines)):
            return image
    raise ExperimentError(
        f'none of {len(_FRAMES)} images of the track brings a job through all stages; is the '
        'sign detector in rtmdl_ros/zoo broken? "rtmdl evaluate" tells what it finds'
    )


def _reaches_the_end(image: Image, pipeline: Pipeline) -> bool:
    work = Work(frame_of(image))
    return not any(stage.run(work) for stage in pipeline.stages[:-1])


def measured_stages(pipeline: Pipeline, frame: Frame, repeats: int) -> tuple[Stage, ...]:
    """Return the stages with the shortest and the longest time that they are believed to take.

    The shortest is the least that `frame` took. A stage that it does not reach keeps 0: an empty
    frame ends early, so the sum is never above what a job can take.

    The longest is that of a full scene, which an empty frame becomes if less certain objects
    count; 0, not known, for a stage that even so is not reached.
    """
    plain = [stage_times(pipeline, frame) for _ in range(repeats)]
    with full_scene(pipeline, frame).shown():
        full = [stage_times(pipeline, frame) for _ in range(repeats)]
    stages = []
    for stage in pipeline.stages:
        least_ns = min(times.get(stage.name, 0) for times in plain)
        worst_ns = max(least_ns, longest_ns([times.get(stage.name, 0) for times in full]))
        stages.append(Stage(stage.name, stage.resource, least_ns, worst_ns, stage.segment))
    return tuple(stages)


def payload_of(image: Image, frame: int) -> Work:
    """Return the work of a new job on an image; all frames of the camera, by number, show it."""
    return Work(frame_of(image))
