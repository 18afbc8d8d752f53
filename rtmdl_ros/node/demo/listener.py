# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A light node that starts the node rtmdl and listens to it: to everything but the images.

On two cores each listener takes time from what it watches. So the messages of every frame are
kept as bytes and decoded when the run is over.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.srv import ChangeState
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rclpy.signals import SignalHandlerOptions
from rclpy.task import Future

from rtmdl_ros.msg import DeadlineMiss, DetectionArray, SchedulerStatus
from rtmdl_ros.node.demo.recording import (
    Recording,
    Stamp,
    TaskRecording,
    TruthFrame,
    recording_of,
)
from rtmdl_ros.node.messages import REASONS, detections_of
from rtmdl_ros.workload.units import NS_PER_S

_OUTCOMES = {reason: outcome for outcome, reason in REASONS.items()}
#: Frames that may wait to be taken while the machine is busy, 10 s of them.
_DEPTH = 300


class Listener:
    """Subscribes to the node rtmdl and to the truth of camera_sim, in a context of its own."""

    def __init__(self, domain_id: int, functions: Mapping[str, str]) -> None:
        """Listen to tasks, given with the function that each computes."""
        self._context = rclpy.Context()
        # Ctrl-C must reach the demo as KeyboardInterrupt.
        rclpy.init(
            context=self._context,
            domain_id=domain_id,
            signal_handler_options=SignalHandlerOptions.NO,
        )
        self._node = Node('rtmdl_demo', context=self._context)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        self._functions = dict(functions)
        #: The newest message on ~/status.
        self.status: SchedulerStatus | None = None
        #: What is expected of each variant that was in use, by task and variant, 0 to 1.
        self.accuracies: dict[tuple[str, str], float] = {}
        self._diagnostics: DiagnosticArray | None = None
        self._truth: dict[str, list[bytes]] = {name: [] for name in functions.values()}
        self._answers: dict[str, list[bytes]] = {task: [] for task in functions}
        self._misses: list[bytes] = []
        self._topics: list[str] = []
        self._subscribe()
        self._change_state = self._node.create_client(ChangeState, '/rtmdl/change_state')

    @property
    def can_change_state(self) -> bool:
        """Whether the node is there to be told to change its state."""
        return bool(self._change_state.service_is_ready())

    def change_state(self, transition: int) -> Future:
        """Ask the node for a transition of its lifecycle; the result says whether it succeeded."""
        request = ChangeState.Request()
        request.transition.id = transition
        return self._change_state.call_async(request)

    @property
    def hears_all(self) -> bool:
        """Whether every topic that is listened to has its publisher."""
        return all(self._node.count_publishers(topic) for topic in self._topics)

    def spin(self, duration_s: float) -> None:
        """Take messages for this long."""
        end_s = time.monotonic() + duration_s
        while (left_s := end_s - time.monotonic()) > 0:
            self._executor.spin_once(timeout_sec=left_s)

    def node_errors(self) -> tuple[str, ...]:
        """Return what the node's newest diagnostics call errors, each once."""
        if self._diagnostics is None:
            return ()
        messages = (
            status.message
            for status in self._diagnostics.status
            if status.level == DiagnosticStatus.ERROR
        )
        return tuple(dict.fromkeys(messages))

    @property
    def frames_published(self) -> int:
        """Frames whose truth has come so far."""
        return max(len(messages) for messages in self._truth.values())

    def recording(self) -> Recording:
        """Decode what was heard so far."""
        misses = self._decoded_misses()
        return recording_of(
            tuple(
                TaskRecording(
                    task,
                    _truth_frames(self._truth[function]),
                    {
                        _stamp(message): detections_of(message)
                        for message in _decoded(self._answers[task], DetectionArray)
                    },
                    misses[task],
                )
                for task, function in self._functions.items()
            )
        )

    def close(self) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _subscribe(self) -> None:
        self._listen(SchedulerStatus, '/rtmdl/status', self._set_status, raw=False)
        self._listen(DiagnosticArray, '/diagnostics', self._set_diagnostics, raw=False)
        self._listen(DeadlineMiss, '/rtmdl/deadline_misses', self._misses.append)
        for task in self._functions:
            self._listen(DetectionArray, f'/rtmdl/{task}/detections', self._answers[task].append)
        for function, messages in self._truth.items():
            self._listen(DetectionArray, f'/camera_sim/truth/{function}', messages.append)

    def _listen(self, kind: type, topic: str, take: Any, raw: bool = True) -> None:
        profile = QoSProfile(depth=_DEPTH, reliability=ReliabilityPolicy.RELIABLE)
        self._node.create_subscription(kind, topic, take, profile, raw=raw)
        self._topics.append(topic)

    def _set_status(self, message: SchedulerStatus) -> None:
        self.status = message
        for task in message.tasks:
            for variant, accuracy in zip(task.variants, task.variant_accuracies, strict=True):
                self.accuracies[task.task, variant] = accuracy

    def _set_diagnostics(self, message: DiagnosticArray) -> None:
        self._diagnostics = message

    def _decoded_misses(self) -> dict[str, dict[Stamp, Any]]:
        misses: dict[str, dict[Stamp, Any]] = {task: {} for task in self._functions}
        for message in _decoded(self._misses, DeadlineMiss):
            misses[message.task][_stamp(message)] = _OUTCOMES[message.reason]
        return misses


def _truth_frames(messages: Iterable[bytes]) -> tuple[TruthFrame, ...]:
    frames = {
        message.sequence: TruthFrame(message.sequence, _stamp(message), detections_of(message))
        for message in _decoded(messages, DetectionArray)
    }
    return tuple(frames[index] for index in sorted(frames))


def _decoded(messages: Iterable[bytes], kind: type) -> Iterable[Any]:
    return (deserialize_message(message, kind) for message in messages)


def _stamp(message: Any) -> Stamp:
    stamp = message.header.stamp
    return int(stamp.sec) * NS_PER_S + int(stamp.nanosec)
