# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From the parameters to a runtime, its threads where and as urgent as they say."""

from collections.abc import Callable
from dataclasses import replace

from rtmdl_ros.runtime.real_time import RealTimeSettings, set_up, usable_cores
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.runtime.watchdog import GivesUp, always
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.core_list import core_list, cores_in
from rtmdl_ros.workload.parameters import NodeParameters
from rtmdl_ros.workload.records import Packing, Policy
from rtmdl_ros.workload.slow_downs import SlowDowns


def scheduler_settings(node: NodeParameters, slow_downs: SlowDowns) -> SchedulerSettings:
    """Return what the parameters say of the scheduler; `slow_downs` come from the profile."""
    return SchedulerSettings(
        Policy(node.policy), node.cpu_workers, node.lanes, Packing(node.packing), slow_downs
    )


def make_runtime(
    node: NodeParameters,
    slow_downs: SlowDowns,
    on_end: Callable[[JobReport], None],
    gives_up: GivesUp = always,
) -> Runtime:
    """Return a runtime without tasks that is not started; see there for what is called."""
    return Runtime(
        scheduler_settings(node, slow_downs),
        on_end=on_end,
        gives_up=gives_up,
        window_s=node.window_s,
        hang_limit_s=node.hang_limit_s,
        real_time=real_time_settings(node),
    )


def set_up_for(node: NodeParameters) -> tuple[str, ...]:
    """Prepare this process as a node's parameters ask for it, before its runtime starts.

    Returns what the system refuses and what is wrong with the lanes: sentences.
    """
    refusals = set_up(real_time_settings(node))
    if set_up(RealTimeSettings(fifo_priority=node.fifo_priority)):
        node = replace(node, fifo_priority=0)  # lanes share cores with all others then
    return (*refusals, *concerns_of_cores(node, usable_cores()))


def concerns_of_cores(node: NodeParameters, cores: tuple[int, ...]) -> tuple[str, ...]:
    """Return what is wrong with the lanes of a node that may use some cores: sentences."""
    concerns = []
    if node.lanes > len(cores):
        concerns.append(
            f'lanes is {node.lanes} and cpu_workers {node.cpu_workers}, but the node may use '
            f'only so many cores: {len(cores)}; lanes that share a core slow each other down'
        )
    everywhere = set(cores) <= set(cores_in(node.lane_cores) or cores)
    if node.fifo_priority and node.lanes >= len(cores) and everywhere:
        concerns.append(
            f'fifo_priority is {node.fifo_priority} and lanes may take all cores '
            f'({core_list(cores)}): cameras and ROS threads get none meanwhile, frames come late '
            'and two at once; fewer lanes, or lane_cores that leave one out'
        )
    return tuple(concerns)


def real_time_settings(node: NodeParameters) -> RealTimeSettings:
    """Return what the parameters say of cores, priority and memory."""
    return RealTimeSettings(
        cpu_cores=cores_in(node.cpu_cores),
        lane_cores=cores_in(node.lane_cores),
        fifo_priority=node.fifo_priority,
        lock_memory=node.lock_memory,
    )
