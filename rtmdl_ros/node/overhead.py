# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the node costs beside its tasks' own work: `make bench-node` tells, by kind of thread.

The node runs in this process, the simulated camera in another one. Time on a processor is taken
from the kernel for each thread; what the stages of the tasks take of it is measured around each
and taken off. The process that plans in the background is not counted, and waited for first.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rich.console import Console
from rich.table import Table

from rtmdl_ros.evidence.domains import free_domain_id
from rtmdl_ros.evidence.processes import Child
from rtmdl_ros.evidence.topics import IMAGE
from rtmdl_ros.node.environment import (
    busy_cores,
    fastdds_profile,
    ros_environment,
)
from rtmdl_ros.node.executables import executable
from rtmdl_ros.node.node import RtmdlNode
from rtmdl_ros.perception.pipeline import PipelineStage, Work
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.workload.arguments import path, positive
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.units import NS_PER_S

#: Of a core, at 2 tasks of 30 Hz and 640x480.
TARGET = 0.15
_CAMERA_LOG = Path('/tmp/rtmdl_bench_camera.log')
_PLANNING_S = 60.0
_KINDS = {
    'MainThread': 'ROS executor: frames, timers',
    'rtmdl': 'scheduling, messages out',
    'reporter': 'misses, onlookers',
    'onlookers': 'misses, onlookers',
}
_NATIVE = 'middleware and libraries'


class StageClock:
    """Time on a processor that the stages of all tasks take, by resource."""

    def __init__(self) -> None:
        """Begin at none."""
        self.seconds: dict[Resource, float] = defaultdict(float)
        self._lock = threading.Lock()

    def around(self, stage: PipelineStage) -> PipelineStage:
        """Return a stage whose time counts."""

        def run(work: Work) -> bool:
            start_ns = time.thread_time_ns()
            complete = stage.run(work)
            took_ns = time.thread_time_ns() - start_ns
            with self._lock:
                self.seconds[stage.resource] += took_ns / NS_PER_S
            return complete

        return replace(stage, run=run)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns 0 where the target is met, 1 where it is not."""
    parser = argparse.ArgumentParser(
        prog='python3 -m rtmdl_ros.node.overhead',
        description='Time on a processor that the node takes beside the stages of its tasks.',
        epilog="example:\n  make bench-node ARGS='--duration 60'",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--duration', type=positive, default=20.0, help='seconds (%(default)s)')
    parser.add_argument(
        '--json', type=path, metavar='FILE', help='write the figures there; absolute under make'
    )
    options = parser.parse_args(arguments)
    figures = _measured(options.duration)
    _print(figures)
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=2) + '\n', encoding='utf-8')
    return 0 if figures['outside'] <= TARGET else 1


def _measured(duration_s: float) -> dict[str, float]:
    """Return shares of a core by kind, jobs a second and how busy the machine was before."""
    others = busy_cores()
    os.environ.update(ros_environment(free_domain_id(os.getpid()), fastdds_profile()))
    rclpy.init(args=['--ros-args', '-r', f'~/input/front/image:={IMAGE}'])
    node = RtmdlNode()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    camera = Child('camera', executable('camera_sim'), dict(os.environ), _CAMERA_LOG)
    try:
        figures = _observed(node, executor, duration_s)
    finally:
        node.close()
        executor.shutdown()
        node.destroy_node()
        rclpy.shutdown()
        camera.interrupt()
        camera.wait(5.0)
    return {**figures, 'other programs, cores': others}


def _observed(
    node: RtmdlNode, executor: SingleThreadedExecutor, duration_s: float
) -> dict[str, float]:
    """Run the node; what it loads and plans does not count."""
    times = StageClock()
    node.trigger_configure()
    for task in node.loaded_tasks:
        for pipeline in task.pipelines.values():
            pipeline.stages = tuple(map(times.around, pipeline.stages))
    node.trigger_activate()
    _spin(executor, _PLANNING_S, lambda: node.plans is not None and not node.plans.busy)
    _spin(executor, 2.0)
    before, stages_before, released = _times_by_kind(), dict(times.seconds), _released(node)
    start_s = time.monotonic()
    _spin(executor, duration_s)
    span_s = time.monotonic() - start_s
    shares = {
        kind: (seconds - before.get(kind, 0.0)) / span_s
        for kind, seconds in _times_by_kind().items()
    }
    stages = {
        kind.value: (times.seconds[kind] - stages_before.get(kind, 0.0)) / span_s
        for kind in Resource
    }
    shares[_KINDS['rtmdl']] -= sum(stages.values())
    return {
        **shares,
        'outside': sum(shares.values()),
        'stages on the CPU': stages['cpu'],
        'stages on the accelerator': stages['accelerator'],
        'jobs a second': (_released(node) - released) / span_s,
    }


def _spin(
    executor: SingleThreadedExecutor, seconds: float, until: Callable[[], bool] = lambda: False
) -> None:
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s and not until():
        executor.spin_once(timeout_sec=0.2)


def _released(node: RtmdlNode) -> int:
    assert node.session is not None
    return sum(task.released for task in node.session.status().tasks)


def _times_by_kind() -> dict[str, float]:
    """Return the seconds that threads of each kind have been on a processor (proc(5))."""
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    tick = os.sysconf('SC_CLK_TCK')
    seconds: dict[str, float] = defaultdict(float)
    for entry in Path('/proc/self/task').iterdir():
        fields = (entry / 'stat').read_text(encoding='ascii').rpartition(')')[2].split()
        name = names.get(int(entry.name), '').partition(' ')[0]
        seconds[_KINDS.get(name, _NATIVE)] += (int(fields[11]) + int(fields[12])) / tick
    return dict(seconds)


def _print(figures: Mapping[str, float]) -> None:
    table = Table(title='Time on a processor, % of a core', title_justify='left', box=None)
    table.add_column('')
    table.add_column('%', justify='right')
    kinds = [*dict.fromkeys(_KINDS.values()), _NATIVE]
    for kind in (*kinds, 'outside', 'stages on the CPU', 'stages on the accelerator'):
        label = 'together, beside the stages' if kind == 'outside' else kind
        table.add_row(label, f'{100 * figures.get(kind, 0.0):.1f}')
    console = Console(highlight=False, width=80)
    console.print(table)
    console.print(
        f'{device_name()}; {figures["jobs a second"]:.0f} jobs a second of 2 tasks at 640x480; '
        f'other programs kept {figures["other programs, cores"]:.1f} cores busy. '
        f'Target: at most {100 * TARGET:.0f} % beside the stages.'
    )


if __name__ == '__main__':
    sys.exit(main())
