# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Requests for admission beside two tasks that run, and their answers."""

from __future__ import annotations

from dataclasses import replace

from rtmdl_ros.planning.admission import admit
from rtmdl_ros.planning.planner import make_plan
from rtmdl_ros.planning.problem import PlannedTask, Problem
from rtmdl_ros.profiling.profile import (
    STEPS,
    NetworkProfile,
    Profile,
    StageProfile,
    VariantProfile,
)
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.units import NS_PER_MS

#: Variants of each function as (name, ms of detect, accuracy).
_FUNCTIONS = {
    'lights': (('small', 5, 0.7), ('large', 10, 0.8)),
    'signs': (('small', 4, 0.6), ('medium', 8, 0.7), ('large', 16, 0.78)),
    'people': (('small', 9, 0.55), ('large', 14, 0.65)),
}
_PERIOD_MS = 33


def told_requests() -> tuple[str, ...]:
    """Ask for changes, each beside the plan that runs; return that plan, requests and answers."""
    lights = replace(_task('lights'), accuracy_floor=0.8)
    signs = replace(_task('signs'), accuracy_floor=0.7)
    running = Problem((lights, signs), _profile(), lanes=1)
    plan = make_plan(running, simulations=30).plan
    asked = {
        'add people, a frame every 100 ms': _task('people', 100),
        'add people, a frame every 66 ms': _task('people', 66),
        'add people, a frame every 50 ms': _task('people', 50),
        'lights.deadline_ms 20': replace(lights, deadline_ns=20 * NS_PER_MS),
        'lights.deadline_ms 12': replace(lights, deadline_ns=12 * NS_PER_MS),
    }
    lines = [
        f'running: {name} {task.variant}, priority {task.priority}'
        for name, task in plan.tasks.items()
    ]
    for request, task in asked.items():
        answer = admit(running, plan, task)
        lines.append(f'{request}: {"granted" if answer.admitted else "refused"}, {answer.reason}')
        if answer.plan is not None:
            order = sorted(answer.plan.tasks.items(), key=lambda each: -each[1].priority)
            planned = (f'{name} {each.variant}' for name, each in order)
            lines.append(f'  then, the most urgent first: {", ".join(planned)}')
    return tuple(lines)


def _task(name: str, period_ms: int = _PERIOD_MS) -> PlannedTask:
    return PlannedTask(name, name, period_ms * NS_PER_MS, period_ms * NS_PER_MS)


def _profile() -> Profile:
    functions = {
        function: tuple(_variant(function, *each) for each in variants)
        for function, variants in _FUNCTIONS.items()
    }
    networks = {
        network: NetworkProfile(1_000_000, 100_000, 1_000)
        for variants in functions.values()
        for variant in variants
        for network in variant.networks
    }
    return Profile({'processor': 'made up'}, functions, networks)


def _variant(function: str, name: str, detect_ms: int, accuracy: float) -> VariantProfile:
    network = f'{function}/{name}'
    stages = (
        _stage('prepare', Resource.CPU, '', 1),
        _stage('detect', Resource.ACCELERATOR, network, detect_ms),
        _stage('finish', Resource.CPU, '', 1),
    )
    return VariantProfile(name, accuracy, (network,), stages)


def _stage(name: str, resource: Resource, network: str, length_ms: int) -> StageProfile:
    length_ns = length_ms * NS_PER_MS
    return StageProfile(name, resource, network, (length_ns,) * (STEPS + 1), length_ns)
