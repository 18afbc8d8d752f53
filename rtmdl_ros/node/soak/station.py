# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The soak's side of the topics: two cameras, a listener and a caller of services."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter
from rclpy.publisher import Publisher
from sensor_msgs.msg import CompressedImage, Image
from std_srvs.srv import SetBool, Trigger

from rtmdl_ros.deployment.message_fields import stamp_ns_of
from rtmdl_ros.evidence.topics import DEADLINE_MISSES, STATUS, detections_topic
from rtmdl_ros.msg import DeadlineMiss, DetectionArray, SchedulerStatus
from rtmdl_ros.node.participant import Participant
from rtmdl_ros.node.qos import newest_only
from rtmdl_ros.node.soak.caller import Caller
from rtmdl_ros.node.soak.frames import compressed, picture, raw
from rtmdl_ros.node.soak.ledger import HeardLedger
from rtmdl_ros.workload.units import NS_PER_S

RATE_HZ = 10.0
#: Messages that may wait while the machine is busy: a minute of all tasks and more.
_DEPTH = 3000
_SILENCE_S = 0.05


class Station:
    """Publishes frames of both cameras in step, keeps what comes out, calls services."""

    def __init__(self, domain_id: int, tasks: tuple[str, ...]) -> None:
        """Listen at once; the cameras are silent until `rate_hz` is set."""
        self.tasks = tasks
        self.ledger = HeardLedger(tasks)
        self.caller = Caller(domain_id)
        #: Frames a second of each camera; 0: silence.
        self.rate_hz = 0.0
        #: Frames for the front camera, and for the rear one, to publish in place of usual ones.
        self.front: deque[Image] = deque()
        self.rear: deque[CompressedImage] = deque()
        #: Stamp in ns of the newest frame that each task has answered.
        self.answered_ns = dict.fromkeys(tasks, 0)
        #: When diagnostics came, s on the steady clock; the same with the miss ratio of statuses.
        self.heartbeats: list[float] = []
        self.miss_ratios: list[tuple[float, float]] = []
        self._participant = Participant('rtmdl_soak', domain_id)
        self._node = self._participant.node
        self._over = threading.Event()
        self._subscribe()
        self._publishers = self._made_publishers()
        self._cameras = self._made_cameras()
        self._threads = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (('listener', self._spin), ('cameras', self._publish))
        ]
        for thread in self._threads:
            thread.start()

    def is_heard(self) -> bool:
        """Return whether somebody listens to each camera."""
        return all(camera.get_subscription_count() for camera in self._publishers)

    def set_parameter(self, name: str, value: object) -> Any:
        """Return the node's SetParametersResult; None where it did not answer."""
        request = SetParameters.Request()
        request.parameters = [Parameter(name, value=value).to_parameter_msg()]
        answer = self.caller.call(SetParameters, '/rtmdl/set_parameters', request)
        return None if answer is None else answer.results[0]

    def enable(self, task: str, enabled: bool) -> Any:
        """Return the answer of ~/<task>/enable; None where there was none."""
        request = SetBool.Request(data=enabled)
        return self.caller.call(SetBool, f'/rtmdl/{task}/enable', request)

    def trigger(self, service: str) -> Any:
        """Return the answer of ~/replan or ~/dump_trace; None where there was none."""
        return self.caller.call(Trigger, f'/rtmdl/{service}', Trigger.Request())

    def change_state(self, transition: int) -> Any:
        """Return the answer to a transition of the lifecycle; None where there was none.

        A repeated call answers without success where only the answer to the first was lost.
        """
        request = ChangeState.Request()
        request.transition.id = transition
        return self.caller.call(ChangeState, '/rtmdl/change_state', request)

    def close(self) -> None:
        """End all."""
        self._over.set()
        for thread in self._threads:
            thread.join(5.0)
        self.caller.close()
        self._participant.close()

    def _subscribe(self) -> None:
        for task in self.tasks:
            self._listen(DetectionArray, detections_topic(task), self._answer)
        self._listen(DeadlineMiss, DEADLINE_MISSES, self.ledger.miss)
        self._listen(SchedulerStatus, STATUS, self._status)
        self._listen(DiagnosticArray, '/diagnostics', self._heartbeat)

    def _listen(self, kind: type, topic: str, take: Callable[[Any], None]) -> None:
        self._node.create_subscription(kind, topic, take, _DEPTH)

    def _answer(self, message: Any) -> None:
        self.ledger.answer(message)
        stamp_ns = stamp_ns_of(message.header)
        self.answered_ns[message.task] = max(stamp_ns, self.answered_ns[message.task])

    def _status(self, message: Any) -> None:
        self.ledger.status(message)
        self.miss_ratios.append((time.monotonic(), float(message.miss_ratio)))

    def _heartbeat(self, message: Any) -> None:
        self.heartbeats.append(time.monotonic())

    def _spin(self) -> None:
        while not self._over.is_set():
            self._participant.executor.spin_once(timeout_sec=0.2)

    def _made_publishers(self) -> tuple[Publisher, Publisher]:
        make = self._node.create_publisher
        return (
            make(Image, '/rtmdl/input/front/image', newest_only()),
            make(CompressedImage, '/rtmdl/input/rear/image/compressed', newest_only()),
        )

    def _made_cameras(self) -> tuple[Callable[[], None], Callable[[], None]]:
        front, rear = self._publishers
        usual_front, usual_rear = raw(picture()), compressed(picture())

        def one_front() -> None:
            message = self.front.popleft() if self.front else usual_front
            self._stamped(front, message)

        def one_rear() -> None:
            message = self.rear.popleft() if self.rear else usual_rear
            self._stamped(rear, message)

        return one_front, one_rear

    def _stamped(self, publisher: Any, message: Any) -> None:
        sec, nanosec = divmod(time.time_ns(), NS_PER_S)
        message.header.stamp.sec, message.header.stamp.nanosec = sec, nanosec
        publisher.publish(message)

    def _publish(self) -> None:
        while not self._over.is_set():
            rate_hz = self.rate_hz
            if rate_hz:
                for camera in self._cameras:
                    camera()
            self._over.wait(1 / rate_hz if rate_hz else _SILENCE_S)
