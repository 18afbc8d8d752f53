# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is to be measured: the variants that a node's parameters ask for, and on what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rtmdl_ros.engine.cache import cache_dir_of
from rtmdl_ros.engine.engine import ON_CPU, Engine, Log, open_engine
from rtmdl_ros.perception.functions import FunctionVariant, ladders
from rtmdl_ros.profiling.device import fingerprint
from rtmdl_ros.runtime.real_time import usable_cores
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.core_list import cores_in
from rtmdl_ros.workload.image_kind import ImageKind, costliest


@dataclass(frozen=True)
class Request:
    """What is to be measured, for which node."""

    #: The variants of each function: see `perception.functions.ladder`.
    functions: Mapping[str, Sequence[FunctionVariant]]
    #: How many tasks the node has: the detector of the only one is not cut.
    tasks: int
    #: By function the number of segments of its detectors; where it has none, chosen by the time.
    segments: Mapping[str, int]
    #: By function what images it gets; where it has none, usual ones.
    images: Mapping[str, ImageKind] = field(default_factory=dict)
    #: Of the lanes; none: any.
    lane_cores: tuple[int, ...] = ()
    #: What runs the networks; None: ONNX Runtime on the CPU.
    engine: Engine | None = None

    def device(self) -> dict[str, str]:
        """Return what a profile of this must have been measured with: `device.fingerprint`."""
        return fingerprint(
            self.functions,
            tasks=self.tasks,
            segments=self.segments,
            images=self.images,
            lane_cores=self.lane_cores,
            engine=self.engine.fields() if self.engine else ON_CPU,
        )


def request_of(
    configuration: Configuration,
    zoo_dir: Path,
    cache_dir: Path | None = None,
    log: Log = lambda text: None,
) -> Request:
    """Return what a node with these parameters needs to know, and open its device.

    Its engine keeps files in the cache folder of the parameters where none is given.

    Raises ZooError and TaskError: see `perception.functions.ladders`; and EngineError: see
    `open_engine`.
    """
    tasks, node = configuration.tasks, configuration.node
    return Request(
        ladders({name: task.function for name, task in tasks.items()}, zoo_dir),
        tasks=len(tasks),
        segments={task.function: task.segments for task in tasks.values() if task.segments},
        images=_images(configuration),
        lane_cores=_usable(cores_in(node.lane_cores)),
        engine=open_engine(node, cache_dir or cache_dir_of(node.cache_dir), log),
    )


def _usable(cores: Sequence[int]) -> tuple[int, ...]:
    """Return the cores that lanes then really run on; none: any, as where one is not there."""
    return tuple(cores) if set(cores) <= set(usable_cores()) else ()


def _images(configuration: Configuration) -> dict[str, ImageKind]:
    """Return what each function gets to see, of several cameras the images that take longest."""
    seen: dict[str, list[ImageKind]] = {}
    for task in configuration.tasks.values():
        seen.setdefault(task.function, []).append(configuration.cameras[task.camera].images)
    return {function: costliest(kinds) for function, kinds in seen.items()}
