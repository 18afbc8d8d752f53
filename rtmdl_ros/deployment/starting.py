# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From the parameters to a runtime, its threads where and as urgent as they say."""

from collections.abc import Callable

from rtmdl_ros.runtime.real_time import RealTimeSettings
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.workload.core_list import cores_in
from rtmdl_ros.workload.parameters import NodeParameters
from rtmdl_ros.workload.records import Packing, Policy
from rtmdl_ros.workload.slow_downs import SlowDowns


def make_runtime(
    node: NodeParameters, slow_downs: SlowDowns, on_end: Callable[[JobReport], None]
) -> Runtime:
    """Return a runtime without tasks that is not started; `on_end` gets a report of each job."""
    return Runtime(
        policy=Policy(node.policy),
        cpu_workers=node.cpu_workers,
        lanes=node.lanes,
        packing=Packing(node.packing),
        slow_downs=slow_downs,
        on_end=on_end,
        window_s=node.window_s,
        hang_limit_s=node.hang_limit_s,
        real_time=real_time_settings(node),
    )


def real_time_settings(node: NodeParameters) -> RealTimeSettings:
    """Return what the parameters say of cores, priority and memory."""
    return RealTimeSettings(
        cpu_cores=cores_in(node.cpu_cores),
        lane_cores=cores_in(node.lane_cores),
        fifo_priority=node.fifo_priority,
        lock_memory=node.lock_memory,
    )
