# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How long the stages of a pipeline take alone.

Measured in processor time of this thread, not in time on the clock: a machine that is busy at
start must not make the scheduler believe that jobs are hopeless, or that nothing can be packed.
Only a stage that waits for a GPU is measured by the clock: its thread sleeps meanwhile.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Pipeline, PipelineStage, Work
from rtmdl_ros.perception.task import TaskError
from rtmdl_ros.perception.traffic_sign import MAX_SIGNS
from rtmdl_ros.workload.quantiles import quantile

#: The longest of few runs is mostly an accident: of 20 the second longest is taken ...
_WORST_SHARE = 0.95
#: ... and this much more, as other threads take their part of cores, caches and memory: beside
#: another lane and a CPU worker, on two cores, 99 % of the stages took up to 1.3 times as long.
#: With 1.1 the urgent task missed 4 of 1218 deadlines through that, with 1.5 none, and as much
#: was packed (`make bench-packing`'s first case).
_MARGIN = 1.4
#: Lower than this no threshold is tried, and so often one between.
_LEAST_THRESHOLD = 1e-4
_HALVINGS = 8


def longest_ns(full_ns: Sequence[int]) -> int:
    """Return what a stage takes at most, with a margin, from its times in a full scene."""
    return round(quantile(sorted(full_ns), _WORST_SHARE) * _MARGIN)


def stage_times(pipeline: Pipeline, frame: Frame) -> dict[str, int]:
    """Run one job, decoding the frame too; return the time in ns of each stage it reached."""
    times = {}
    work = Work(frame.undecoded())
    for stage in pipeline.stages:
        clock_ns = time.perf_counter_ns if stage.waits else time.thread_time_ns
        start_ns = clock_ns()
        complete = stage.run(work)
        times[stage.name] = clock_ns() - start_ns
        if complete:
            break
    return times


@dataclass(frozen=True)
class FullScene:
    """A frame in which a pipeline finds as many objects as a full scene has."""

    pipeline: Pipeline
    frame: Frame
    #: Score from which on they count.
    threshold: float

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Let them count meanwhile."""
        threshold = self.pipeline.score_threshold
        self.pipeline.score_threshold = self.threshold
        try:
            yield
        finally:
            self.pipeline.score_threshold = threshold

    def works_at_networks(self) -> dict[str, tuple[tuple[PipelineStage, ...], Work]]:
        """Return for each network the stages that run it and what the scene brings to the first.

        Networks are named as in PipelineStage.segment; one that is not reached is left out.
        """
        works: dict[str, tuple[tuple[PipelineStage, ...], Work]] = {}
        work = Work(self.frame)
        with self.shown():
            for stage in self.pipeline.stages:
                if stage.segment:
                    stages, first = works.get(stage.segment, ((), copy_of(work)))
                    works[stage.segment] = (*stages, stage), first
                if stage.run(work):
                    break
        return works


def full_scene(pipeline: Pipeline, frame: Frame) -> FullScene:
    """Find the threshold at which a frame seems to hold as many objects as a full scene.

    It is not so low that a task of a user's refuses what its network then finds.
    """
    low, high = _LEAST_THRESHOLD, pipeline.score_threshold
    for _ in range(_HALVINGS):
        # Scores are spread over orders of magnitude.
        middle = math.sqrt(low * high)
        if _objects(FullScene(pipeline, frame, middle)) < MAX_SIGNS:
            high = middle
        else:
            low = middle
    scene = FullScene(pipeline, frame, low)
    return scene if _objects(scene) < math.inf else FullScene(pipeline, frame, high)


def copy_of(work: Work) -> Work:
    """Return work to run a stage on and leave the original as it is; tensors are shared."""
    return Work(work.frame, work.sequence, work.tensors, work.scale, work.detections)


def _objects(scene: FullScene) -> float:
    """Return the most objects that a stage had to do with; infinity where a task refused some.

    What scores too low to count need not be a box at all.
    """
    work = Work(scene.frame)
    most = 0
    with scene.shown():
        for stage in scene.pipeline.stages:
            try:
                complete = stage.run(work)
            except TaskError:
                return math.inf
            most = max(most, len(work.detections))
            if complete:
                break
    return most
