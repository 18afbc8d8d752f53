# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What all tasks have in common: a chain of stages over the work of one job."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rtmdl_ros.engine.runner import Runner, Tensors
from rtmdl_ros.networks.network import Network
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.workload.detection import Detection
from rtmdl_ros.workload.records import Resource


@dataclass
class Work:
    """What one job carries from stage to stage."""

    frame: Frame
    #: Number of the job within its task, from 0.
    sequence: int = 0
    #: What the next segment of a network takes, or the outputs of its last.
    tensors: Tensors = field(default_factory=dict)
    #: Network pixels per image pixel.
    scale: float = 1.0
    detections: tuple[Detection, ...] = ()


@dataclass(frozen=True)
class PipelineStage:
    """One stage; `run` returns True when the job is complete and the rest is not needed."""

    name: str
    resource: Resource
    run: Callable[[Work], bool]
    #: The network that it runs a segment of, by its name, as in Stage.segment ('': none).
    segment: str = ''
    #: Whether it waits for a GPU: see Runner.
    waits: bool = False


class Pipeline(Protocol):
    """The computation of one task."""

    #: What was chosen to run, for people to read.
    variant: str
    #: Least score of a detection, 0 to 1: as calibrated with the network, and as set by the user.
    calibrated_threshold: float
    score_threshold: float
    stages: Sequence[PipelineStage]


def run_whole(pipeline: Pipeline, frame: Frame) -> tuple[Detection, ...]:
    """Run a job's stages one after the other in this thread and return its detections."""
    work = Work(frame)
    for stage in pipeline.stages:
        if stage.run(work):
            break
    return work.detections


@dataclass(frozen=True)
class Model:
    """A variant of a network together with what runs it."""

    variant: Network
    runner: Runner = field(compare=False)


def network_stages(name: str, model: Model) -> tuple[PipelineStage, ...]:
    """Return the accelerator stages of a network, one a segment; each goes on from work.tensors.

    The one stage of a network that is not cut has the name itself, those of others 'name 1/3' ...
    """
    return tuple(_segment_stage(name, model, index) for index in range(model.runner.segments))


def _segment_stage(name: str, model: Model, index: int) -> PipelineStage:
    number, count = index + 1, model.runner.segments

    def run(work: Work) -> bool:
        work.tensors = model.runner.run_segment(index, work.tensors)
        return False

    return PipelineStage(
        name if count == 1 else f'{name} {number}/{count}',
        Resource.ACCELERATOR,
        run,
        segment=model.variant.name,
        waits=model.runner.waits,
    )
