# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The scenes: few jobs with round times, one rule each.

All jobs prepare for 1 ms on the CPU, detect on a lane and finish for 1 ms on the CPU; those of the
last scene recognise on a lane before that. There is one CPU worker.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from rtmdl_ros.simulation.records import SimulatedTask
from rtmdl_ros.workload.records import LatePolicy, Packing, Resource, Stage, Task, TaskVariant
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_MS

_MS = NS_PER_MS
#: A period that is longer than any scene: no second frame is expected in it.
_LONG_MS = 100


@dataclass(frozen=True)
class Scene:
    """Tasks with the instants of their frames, and what they run on."""

    #: Of its picture, too.
    name: str
    tasks: tuple[SimulatedTask, ...]
    #: What its picture shows, in ms from the first frame on; 0: there is no picture.
    length_ms: int = 0
    lanes: int = 1
    packing: Packing = Packing.GUARDED
    slow_downs: SlowDowns = field(default_factory=SlowDowns)


def _chain(name: str, detect_ms: tuple[int, ...]) -> tuple[Stage, ...]:
    """Return the stages of a job whose network is cut into segments of these lengths."""
    cut = [f' {number}/{len(detect_ms)}' for number in range(1, len(detect_ms) + 1)]
    detects = (
        _stage(f'detect{part if len(detect_ms) > 1 else ""}', length_ms, name)
        for part, length_ms in zip(cut, detect_ms, strict=True)
    )
    return (_stage('prepare', 1), *detects, _stage('finish', 1))


def _stage(name: str, length_ms: int, segment: str = '') -> Stage:
    kind = Resource.ACCELERATOR if segment else Resource.CPU
    length_ns = length_ms * _MS
    return Stage(name, kind, optimistic_ns=length_ns, worst_ns=length_ns, segment=segment)


def _task(
    name: str,
    priority: int,
    *detect_ms: int,
    at_ms: tuple[int, ...] = (0,),
    deadline_ms: int = 50,
    period_ms: int = _LONG_MS,
) -> SimulatedTask:
    """Return a task whose stages always take the same time; frames come at these instants."""
    stages = _chain(name, detect_ms)
    task = Task(name, stages, period_ms * _MS, deadline_ms * _MS, priority)
    arrivals_ns = tuple(each * _MS for each in at_ms)
    return SimulatedTask(task, _times(stages), arrivals_ns=arrivals_ns)


def _times(stages: tuple[Stage, ...]) -> tuple[tuple[int, ...], ...]:
    return tuple((stage.worst_ns,) for stage in stages)


def _with_variants(
    simulated: SimulatedTask, variants: tuple[tuple[str, int, float], ...]
) -> SimulatedTask:
    """Give a task variants as (name, ms of detect, accuracy); the plan foresees the last one."""
    task = simulated.task
    made = tuple(
        TaskVariant(name, _chain(task.name, (detect_ms,)), accuracy)
        for name, detect_ms, accuracy in variants
    )
    base = made[-1]
    return replace(
        simulated,
        task=replace(task, stages=base.stages, variants=made, base=base.name),
        times=_times(base.stages),
        variant_times={each.name: _times(each.stages) for each in made},
    )


def _held_up(simulated: SimulatedTask, detect_ms: int) -> SimulatedTask:
    """Let the network take longer than it was ever seen to."""
    before, _, *after = simulated.times
    return replace(simulated, times=(before, (detect_ms * _MS,), *after))


def _run_late(simulated: SimulatedTask) -> SimulatedTask:
    return replace(simulated, task=replace(simulated.task, late=LatePolicy.RUN))


def _priorities() -> Scene:
    tasks = (_task('lights', 3, 10), _task('signs', 2, 12), _task('people', 1, 4))
    return Scene('priorities', tasks, 30)


def _newest_frame() -> Scene:
    people = _task('people', 1, 4, at_ms=(0, 10, 20), period_ms=10)
    return Scene('newest_frame', (_task('lights', 2, 20), people))


def _segments(name: str, *detect_ms: int) -> Scene:
    lights = _task('lights', 2, 10, at_ms=(5,), deadline_ms=20)
    return Scene(name, (lights, _task('signs', 1, *detect_ms)), 35)


def _expected_frame(name: str, detect_ms: int, length_ms: int = 0) -> Scene:
    lights = _task('lights', 2, 8, at_ms=(0, 20), deadline_ms=14, period_ms=20)
    return Scene(name, (lights, _task('people', 1, detect_ms, at_ms=(13,))), length_ms)


def _packing(name: str, factor: float, packing: Packing = Packing.GUARDED) -> Scene:
    tasks = (_task('lights', 2, 10, deadline_ms=15), _task('signs', 1, 12))
    factors = {('lights', 'signs'): factor, ('signs', 'lights'): factor}
    length_ms = 27 if packing is Packing.GUARDED else 0
    return Scene(name, tasks, length_ms, 2, packing, SlowDowns(factors))


def _hopeless(name: str, *, run_late: bool) -> Scene:
    signs = _task('signs', 2, 20, deadline_ms=33)
    lights = _held_up(_task('lights', 3, 8), 14)
    people = _task('people', 1, 4, deadline_ms=33)
    if run_late:
        return Scene(name, (lights, _run_late(signs), people))
    return Scene(name, (lights, signs, people), 40)


def _variants() -> Scene:
    variants = (('small', 4, 0.6), ('medium', 8, 0.7), ('large', 16, 0.78))
    signs = _task('signs', 1, 16, at_ms=(0, 50), deadline_ms=33, period_ms=50)
    tasks = (
        _task('lights', 3, 10, at_ms=(0, 50), period_ms=50),
        _task('people', 2, 8, at_ms=(50,)),
        _with_variants(signs, variants),
    )
    return Scene('variants', tasks, 90)


def _held_up_detector() -> Scene:
    variants = tuple(
        TaskVariant(name, _two_networks(name, recognise_ms), accuracy)
        for name, recognise_ms, accuracy in (('quick', 2, 0.75), ('large', 10, 0.78))
    )
    stages = variants[-1].stages
    task = Task(
        'signs', stages, _LONG_MS * _MS, 33 * _MS, 1, variants=variants, base=variants[-1].name
    )
    times = {each.name: _times(each.stages) for each in variants}
    signs = SimulatedTask(task, times['large'], variant_times=times, arrivals_ns=(0,))
    return Scene('held_up_detector', (_held_up(signs, 24),), 35)


def _two_networks(name: str, recognise_ms: int) -> tuple[Stage, ...]:
    """Return the stages of a job with a detector that all variants share, and a recogniser."""
    return (
        _stage('prepare', 1), _stage('detect', 12, 'detector'), _stage('crop', 1),
        _stage('recognise', recognise_ms, name), _stage('finish', 1),
    )  # fmt: skip


SCENES = (
    _priorities(),
    _newest_frame(),
    _segments('whole_network', 20),
    _segments('two_segments', 10, 10),
    _expected_frame('held_back', 12, 45),
    _expected_frame('let_through', 11),
    _packing('packed', 1.2),
    _packing('not_packed', 1.6),
    _packing('packed_greedily', 1.6, Packing.GREEDY),
    _hopeless('hopeless', run_late=False),
    _hopeless('hopeless_run', run_late=True),
    _variants(),
    _held_up_detector(),
)
