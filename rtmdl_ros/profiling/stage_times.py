# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How long the stages of a pipeline take alone.

Measured in processor time of this thread, not in time on the clock: a machine that is busy at
start must not make the scheduler believe that jobs are hopeless, or that nothing can be packed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Pipeline, Work
from rtmdl_ros.perception.traffic_sign import MAX_SIGNS
from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.records import Stage

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


def measured_stages(pipeline: Pipeline, frame: Frame, repeats: int) -> tuple[Stage, ...]:
    """Return the stages with the shortest and the longest time that they are believed to take.

    The shortest is the least that `frame` took. A stage that it does not reach keeps 0: an empty
    frame ends early, so the sum is never above what a job can take.

    The longest is that of a full scene, which an empty frame becomes if less certain objects
    count; 0, not known, for a stage that even so is not reached.
    """
    plain = _times(pipeline, frame, repeats)
    with _full_scene(pipeline, frame):
        full = _times(pipeline, frame, repeats)
    stages = []
    for stage in pipeline.stages:
        least_ns = min(plain.get(stage.name, [0]))
        worst_ns = quantile(sorted(full.get(stage.name, [0])), _WORST_SHARE)
        worst_ns = max(least_ns, round(worst_ns * _MARGIN))
        stages.append(Stage(stage.name, stage.resource, least_ns, worst_ns, stage.segment))
    return tuple(stages)


def works_at_segments(pipeline: Pipeline, frame: Frame) -> dict[str, tuple[int, Work]]:
    """Return for each network segment the index of its stage and what a full scene brings there.

    A segment that is not reached is left out.
    """
    works = {}
    with _full_scene(pipeline, frame):
        work = Work(frame)
        for index, stage in enumerate(pipeline.stages):
            if stage.segment:
                works[stage.segment] = index, copy_of(work)
            if stage.run(work):
                break
    return works


def copy_of(work: Work) -> Work:
    """Return work to run a stage on and leave the original as it is; tensors are shared."""
    return Work(work.frame, work.sequence, work.tensors, work.scale, work.detections)


def _times(pipeline: Pipeline, frame: Frame, repeats: int) -> dict[str, list[int]]:
    """Return the times in ns of each stage that was reached, one a run."""
    times: dict[str, list[int]] = {}
    for _ in range(repeats):
        work = Work(frame)
        for stage in pipeline.stages:
            start_ns = time.thread_time_ns()
            complete = stage.run(work)
            times.setdefault(stage.name, []).append(time.thread_time_ns() - start_ns)
            if complete:
                break
    return times


@contextmanager
def _full_scene(pipeline: Pipeline, frame: Frame) -> Iterator[None]:
    """Lower the threshold until the frame seems to hold as many objects as a full scene."""
    threshold = pipeline.score_threshold
    try:
        low, high = _LEAST_THRESHOLD, threshold
        for _ in range(_HALVINGS):
            # Scores are spread over orders of magnitude.
            pipeline.score_threshold = math.sqrt(low * high)
            if _objects(pipeline, frame) < MAX_SIGNS:
                high = pipeline.score_threshold
            else:
                low = pipeline.score_threshold
        pipeline.score_threshold = low
        yield
    finally:
        pipeline.score_threshold = threshold


def _objects(pipeline: Pipeline, frame: Frame) -> int:
    """Return the most objects that a stage had to do with."""
    work = Work(frame)
    most = 0
    for stage in pipeline.stages:
        complete = stage.run(work)
        most = max(most, len(work.detections))
        if complete:
            break
    return most
