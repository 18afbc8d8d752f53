# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A short run of the demo made by hand, with every way a frame can go."""

from rtmdl_ros.evidence.recording import Recording, TaskRecording, TruthFrame, recording_of
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.records import Outcome

#: Stamp of frame 0 and the time between two frames, in ns.
FIRST, PERIOD = 1_700_000_000_000_000_000, 33_333_333


def stamp(index: int) -> int:
    """Return the stamp of a frame."""
    return FIRST + index * PERIOD


def thing(class_name: str, x: float = 10.0, score: float = 1.0, size: float = 20.0) -> Detection:
    """Return a square detection with its left edge at x, 10 pixels below the top."""
    return Detection(class_name, score, Box(x, 10.0, x + size, 10.0 + size))


def truth(*classes_by_frame: tuple[str, ...]) -> tuple[TruthFrame, ...]:
    """Return one frame for each argument, its objects 30 pixels apart."""
    return tuple(
        TruthFrame(i, stamp(i), tuple(thing(name, 10.0 + 30.0 * n) for n, name in enumerate(names)))
        for i, names in enumerate(classes_by_frame)
    )


def lights() -> TaskRecording:
    """Return six frames: one too early, right, wrong class and one left out, late, lost, right."""
    return TaskRecording(
        task='traffic_light',
        truth=truth((), ('red',), ('red', 'green'), ('red',), ('red',), ('off',)),
        answers={
            stamp(1): (thing('red', 11.0, 0.9),),
            stamp(2): (thing('green', 10.0, 0.8),),
            stamp(3): (thing('red', 10.0, 0.7),),
            stamp(5): (thing('off', 10.0, 0.6),),
        },
        misses={stamp(3): Outcome.LATE},
    )


def signs() -> TaskRecording:
    """Return the same frames for another task: discarded, superseded, failed, lost, on time."""
    return TaskRecording(
        task='traffic_sign',
        truth=truth((), (), ('stop',), (), (), ()),
        answers={stamp(5): ()},
        misses={
            stamp(1): Outcome.DISCARDED,
            stamp(2): Outcome.SUPERSEDED,
            stamp(3): Outcome.FAILED,
        },
    )


def short_run() -> Recording:
    """Return both tasks, cut to the frames 1 to 5; frame 4 got lost."""
    return recording_of((lights(), signs()))
