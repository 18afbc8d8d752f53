# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A light node that starts the node rtmdl and listens to it: to everything but the images.

On two cores each listener takes time from what it watches. So the messages of every frame are
kept as bytes and decoded when the run is over. Of own footage, which cannot be rendered once more,
it takes the compressed images.
"""

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.msg import Log
from rclpy.logging import LoggingSeverity
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.serialization import deserialize_message
from rclpy.task import Future
from sensor_msgs.msg import CompressedImage

from rtmdl_ros.deployment.message_fields import REASONS, stamp_ns_of
from rtmdl_ros.evidence.recording import (
    Recording,
    Stamp,
    TaskRecording,
    TruthFrame,
    recording_of,
)
from rtmdl_ros.evidence.topics import DEADLINE_MISSES, STATUS, detections_topic, truth_topic
from rtmdl_ros.msg import DeadlineMiss, DetectionArray, SchedulerStatus
from rtmdl_ros.node.messages import detections_of
from rtmdl_ros.node.participant import Participant
from rtmdl_ros.workload.functions import SHIPPED_FUNCTIONS

_OUTCOMES = {reason: outcome for outcome, reason in REASONS.items()}
#: Frames that may wait to be taken while the machine is busy, 10 s of them.
_DEPTH = 300
#: Images of own footage that are kept, the last two minutes at 30 Hz.
_KEPT_IMAGES = 3600


class Listener:
    """Subscribes to the node rtmdl and to the camera of a demo, in a context of its own."""

    def __init__(self, domain_id: int, functions: Mapping[str, str], simulated: bool) -> None:
        """Listen to tasks, given with the function that each computes.

        With a simulated camera to the truth, too, otherwise to the images.
        """
        self._participant = Participant('rtmdl_demo', domain_id)
        self._node = self._participant.node
        self._functions = dict(functions)
        #: The newest message on ~/status.
        self.status: SchedulerStatus | None = None
        #: What is expected of each variant that was in use, by task and variant, 0 to 1.
        self.accuracies: dict[tuple[str, str], float] = {}
        self._diagnostics: DiagnosticArray | None = None
        self._warnings: dict[str, None] = {}
        # Of every frame; nobody knows what a task of one's own should find there.
        self._truth: dict[str, list[bytes]] = {
            name: [] for name in SHIPPED_FUNCTIONS if simulated
        }
        self._images: deque[bytes] = deque(maxlen=_KEPT_IMAGES)
        self._images_seen = 0
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
            self._participant.executor.spin_once(timeout_sec=left_s)

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

    def node_warnings(self) -> tuple[str, ...]:
        """Return what the node has logged as warnings and errors since its start, each once."""
        return tuple(self._warnings)

    @property
    def frames_arrive(self) -> bool:
        """The node has told of a frame."""
        return self.status is not None and any(task.released for task in self.status.tasks)

    @property
    def frames_published(self) -> int:
        """Frames whose truth or image has come so far."""
        return max((len(messages) for messages in self._truth.values()), default=self._images_seen)

    def images(self) -> tuple[CompressedImage, ...]:
        """Decode the newest images of own footage; none of a simulated camera."""
        return tuple(_decoded(self._images, CompressedImage))

    def recording(self, images: Sequence[CompressedImage]) -> Recording:
        """Decode what else was heard so far; frame i of own footage is image i."""
        misses = self._decoded_misses()
        return recording_of(
            tuple(
                TaskRecording(
                    task,
                    self._truth_of(function, images),
                    {
                        stamp_ns_of(message.header): detections_of(message)
                        for message in _decoded(self._answers[task], DetectionArray)
                    },
                    misses[task],
                    function in self._truth,
                )
                for task, function in self._functions.items()
            )
        )

    def _truth_of(
        self, function: str, images: Sequence[CompressedImage]
    ) -> tuple[TruthFrame, ...]:
        """Return the frames and what is in them; nothing for a function nobody knows it of."""
        if function in self._truth:
            return _truth_frames(self._truth[function])
        if not self._truth:
            stamps = (stamp_ns_of(image.header) for image in images)
            return tuple(TruthFrame(number, stamp, ()) for number, stamp in enumerate(stamps))
        frames = _truth_frames(self._truth[SHIPPED_FUNCTIONS[0]])
        return tuple(replace(frame, objects=()) for frame in frames)

    def close(self) -> None:
        """Leave the domain."""
        self._participant.close()

    def _subscribe(self) -> None:
        self._listen(SchedulerStatus, STATUS, self._set_status, raw=False)
        self._listen(DiagnosticArray, '/diagnostics', self._set_diagnostics, raw=False)
        # Kept for those who come later, as this does.
        logged = QoSProfile(depth=_DEPTH, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._node.create_subscription(Log, '/rosout', self._take_log, logged)
        self._listen(DeadlineMiss, DEADLINE_MISSES, self._misses.append)
        for task in self._functions:
            self._listen(DetectionArray, detections_topic(task), self._answers[task].append)
        for function, messages in self._truth.items():
            self._listen(DetectionArray, truth_topic(function), messages.append)
        if not self._truth:
            topic = '/video_source/image/compressed'
            self._listen(CompressedImage, topic, self._take_image, ReliabilityPolicy.BEST_EFFORT)

    def _listen(
        self,
        kind: type,
        topic: str,
        take: Any,
        reliability: ReliabilityPolicy = ReliabilityPolicy.RELIABLE,
        raw: bool = True,
    ) -> None:
        profile = QoSProfile(depth=_DEPTH, reliability=reliability)
        self._node.create_subscription(kind, topic, take, profile, raw=raw)
        self._topics.append(topic)

    def _set_status(self, message: SchedulerStatus) -> None:
        self.status = message
        for task in message.tasks:
            for variant, accuracy in zip(task.variants, task.variant_accuracies, strict=True):
                self.accuracies[task.task, variant] = accuracy

    def _take_image(self, message: bytes) -> None:
        self._images.append(message)
        self._images_seen += 1

    def _set_diagnostics(self, message: DiagnosticArray) -> None:
        self._diagnostics = message

    def _take_log(self, message: Log) -> None:
        if message.name == 'rtmdl' and message.level >= LoggingSeverity.WARN:
            self._warnings[message.msg] = None

    def _decoded_misses(self) -> dict[str, dict[Stamp, Any]]:
        misses: dict[str, dict[Stamp, Any]] = {task: {} for task in self._functions}
        for message in _decoded(self._misses, DeadlineMiss):
            misses[message.task][stamp_ns_of(message.header)] = _OUTCOMES[message.reason]
        return misses


def _truth_frames(messages: Iterable[bytes]) -> tuple[TruthFrame, ...]:
    frames = {
        message.sequence: TruthFrame(
            message.sequence, stamp_ns_of(message.header), detections_of(message)
        )
        for message in _decoded(messages, DetectionArray)
    }
    return tuple(frames[index] for index in sorted(frames))


def _decoded(messages: Iterable[bytes], kind: type) -> Iterable[Any]:
    return (deserialize_message(message, kind) for message in messages)
