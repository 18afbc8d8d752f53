# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The node of a run: each task infers in the callback of its own subscription.

As tutorials have it: a subscription, a callback and a mutually exclusive callback group for each
task, depth 1 and best effort so that only the newest frame waits.
Python, rclpy and its executors are as they come. Nothing is published, which saves it some time.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import cv2
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.executors import Executor, MultiThreadedExecutor, SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from rtmdl_ros.deployment.message_fields import stamp_ns_of
from rtmdl_ros.evidence.callback_plan import (
    READY,
    CallbackAnswer,
    CallbackPlan,
    CallbackTask,
    read_plan,
    write_answers,
)
from rtmdl_ros.node.baseline.networks import pipelines_of
from rtmdl_ros.node.baseline.place import run, topic_of
from rtmdl_ros.node.images import pixels_of
from rtmdl_ros.node.qos import newest_only
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Pipeline, Work
from rtmdl_ros.runtime.report import StageSpan
from rtmdl_ros.workload.records import Resource

#: Frames that each task answers before the run.
_WARM_UP_FRAMES = 3
_SPIN_S = 0.2


class CallbackNode(Node):
    """Answers frames and keeps when each stage ran."""

    def __init__(self, plan: CallbackPlan, pipelines: Mapping[str, Pipeline], folder: Path) -> None:
        """Subscribe; the folder is told when all is warmed up."""
        super().__init__('ros2_callback')
        self.answers: list[CallbackAnswer] = []
        self._pipelines = pipelines
        self._folder = folder
        self._frames = plan.frames
        self._warm_up_left = dict.fromkeys(plan.tasks, _WARM_UP_FRAMES)
        self._threads: list[int] = []
        for name, task in plan.tasks.items():
            self.create_subscription(
                Image, topic_of(task.camera), partial(self._receive, name, task), newest_only(),
                callback_group=MutuallyExclusiveCallbackGroup(),
            )  # fmt: skip

    def _receive(self, name: str, task: CallbackTask, message: Image) -> None:
        stamp_ns = stamp_ns_of(message.header)
        if stamp_ns and self._is_off(task, int(message.header.frame_id)):
            return
        answer = self._infer(name, message, stamp_ns)
        if stamp_ns:
            self.answers.append(answer)
        else:
            self._warmed_up(name)

    def _infer(self, name: str, message: Image, stamp_ns: int) -> CallbackAnswer:
        frame = Frame(lambda: pixels_of(message), time.monotonic_ns(), message.header)
        work, spans, thread = Work(frame), [], self._thread_number()
        for stage in self._pipelines[name].stages:
            kind = 'cpu' if stage.resource is Resource.CPU else 'lane'
            begin_ns = time.monotonic_ns()
            complete = stage.run(work)
            spans.append(StageSpan(stage.name, f'{kind}{thread}', begin_ns, time.monotonic_ns()))
            if complete:
                break
        return CallbackAnswer(name, stamp_ns, tuple(spans), work.detections)

    def _is_off(self, task: CallbackTask, number: int) -> bool:
        time_ns, _ = self._frames[number]
        return any(start <= time_ns < end for start, end in task.absences)

    def _warmed_up(self, name: str) -> None:
        self._warm_up_left[name] -= 1
        if all(left <= 0 for left in self._warm_up_left.values()):
            (self._folder / READY).touch()

    def _thread_number(self) -> int:
        own = threading.get_ident()
        if own not in self._threads:
            self._threads.append(own)
        return self._threads.index(own)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the node of the plan in a folder until SIGINT; see `place.run`."""
    return run('ros2_callback', arguments, _run)


def _run(folder: Path) -> None:
    plan = read_plan(folder)
    # Good practice as torch's own threads: no more threads than cores.
    cv2.setNumThreads(plan.engine_threads)
    node = CallbackNode(plan, pipelines_of(plan), folder)
    executor = _executor(plan.executor_threads)
    executor.add_node(node)
    stop = threading.Event()
    # As spin does, but for the signal: rclpy's own handler shuts down below callbacks that still
    # run, which has ended in segmentation faults.
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    while not stop.is_set():
        executor.spin_once(timeout_sec=_SPIN_S)
    executor.shutdown()  # callbacks that run go on to their end
    write_answers(folder, node.answers)
    node.destroy_node()


def _executor(threads: int) -> Executor:
    return SingleThreadedExecutor() if threads == 1 else MultiThreadedExecutor(threads)


if __name__ == '__main__':
    sys.exit(main())
