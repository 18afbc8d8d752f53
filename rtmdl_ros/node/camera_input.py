# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One camera topic: its newest frame handed on undecoded, and what is wrong with it, in words."""

import functools
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSPolicyKind, qos_policy_name_from_kind
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from rtmdl_ros.deployment.message_fields import stamp_ns_of
from rtmdl_ros.node.images import pixels_of
from rtmdl_ros.node.qos import newest_only
from rtmdl_ros.node.ros_compat import SubscriptionEventCallbacks
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.images import Pixels, decompressed
from rtmdl_ros.workload.frame_period import period_ms_of, remark_on_period
from rtmdl_ros.workload.image_kind import ImageKind
from rtmdl_ros.workload.parameters import CameraParameters
from rtmdl_ros.workload.units import NS_PER_S

#: Stamps this far from the node's clock, or in its future, are of another clock.
_STRANGE_AGE_S = 10.0
_FUTURE_AGE_S = -0.1
#: Frames whose ages are looked at: single ones may be delayed.
_AGES = 30
#: Long enough for a thread on another core to wake up.
_YIELD_S = 5e-5


#: By transport: the message, and how its pixels are read.
_KINDS: Mapping[str, tuple[Any, Callable[[Any], Pixels]]] = {
    'raw': (Image, pixels_of),
    'compressed': (CompressedImage, decompressed),
}


class CameraProblem(Enum):
    """What may be wrong with a camera."""

    NO_PUBLISHER = 'no publisher'
    OTHER_TYPE = 'messages of another type'
    INCOMPATIBLE_QOS = 'incompatible QoS'
    SILENT = 'no frames'
    STRANGE_STAMPS = 'stamps of another clock'
    LARGER_IMAGES = 'larger images than measured'
    OTHER_PERIOD = 'another period than planned with'

    @property
    def silences(self) -> bool:
        """Whether no frame comes."""
        return self in (
            CameraProblem.NO_PUBLISHER,
            CameraProblem.OTHER_TYPE,
            CameraProblem.INCOMPATIBLE_QOS,
            CameraProblem.SILENT,
        )


@dataclass(frozen=True)
class CameraHealth:
    """State of one camera at one instant."""

    topic: str
    #: False while nobody wants its frames.
    subscribed: bool
    publishers: int
    frames: int
    #: Frames a second over the window.
    rate_hz: float
    #: Since the last frame, or since the subscription where there was none; 0 without one.
    silent_s: float
    #: Node clock minus header.stamp of the last frame, when it arrived; 0 before the first.
    frame_age_s: float
    problem: CameraProblem | None
    #: The problem in words, with what to do about it; empty when there is none.
    advice: str


def age_s(node: Node, header: Header) -> float:
    """Return the node's clock minus the header's stamp, in seconds."""
    now_ns: int = node.get_clock().now().nanoseconds
    return (now_ns - stamp_ns_of(header)) / NS_PER_S


def camera_topic(node: Node, name: str, transport: str) -> str:
    """Return the full name of the topic that a camera is read from.

    The compressed topic hangs below the raw one, also when that is remapped, as users of
    image_transport expect.
    """
    topic: str = node.resolve_topic_name(f'~/input/{name}/image')
    if transport == 'compressed':
        topic = node.resolve_topic_name(f'{topic}/compressed')
    return topic


class CameraInput:
    """One camera, subscribed to while it is open; its counters stay.

    A callback does nothing but stamp the frame and hand it on.
    """

    def __init__(
        self,
        node: Node,
        name: str,
        parameters: CameraParameters,
        *,
        timeout_s: float,
        window_s: float,
        on_frame: Callable[[Frame], None],
    ) -> None:
        """Begin closed; `on_frame` gets every frame in the executor's thread and must be quick."""
        self.name = name
        self._node = node
        self._transport = parameters.transport
        self._type = f'sensor_msgs/msg/{_KINDS[self._transport][0].__name__}'
        self._measured_with = parameters.images
        #: Width and height of the last image that was decoded.
        self._size = (parameters.width, parameters.height)
        #: By task that looks at it the period that is planned with, in ms.
        self.periods_ms: Mapping[str, float] = {}
        self._timeout_ns = round(timeout_s * NS_PER_S)
        self._window_ns = round(window_s * NS_PER_S)
        self._on_frame = on_frame
        self._opened_ns = 0
        #: Arrival of the last frame; before the first, when the camera was opened.
        self._last_ns = 0
        #: Those in the window.
        self._arrivals: deque[int] = deque()
        self._frames = 0
        #: Of the last frames.
        self._ages_s: deque[float] = deque(maxlen=_AGES)
        self._refused_policy = ''
        self._topic = camera_topic(node, name, self._transport)
        self._subscription: Subscription | None = None

    def open(self) -> None:
        """Subscribe; without effect on an open camera. Raises what rclpy raises."""
        if self._subscription is None:
            self._arrivals.clear()
            self._ages_s.clear()
            self._refused_policy = ''
            self._opened_ns = self._last_ns = time.monotonic_ns()
            self._subscription = self._subscribe()

    def close(self) -> None:
        """End the subscription; without effect on a closed camera."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None

    def health(self) -> CameraHealth:
        """Return the camera's state now."""
        now_ns = time.monotonic_ns()
        self._forget_before(now_ns - self._window_ns)
        subscribed = self._subscription is not None
        silent_ns = now_ns - self._last_ns if subscribed else 0
        publishers = self._node.count_publishers(self._topic)
        span_ns = min(self._window_ns, max(1, now_ns - self._opened_ns))
        problem = self._problem(publishers, silent_ns) if subscribed else None
        return CameraHealth(
            topic=self._topic,
            subscribed=subscribed,
            publishers=publishers,
            frames=self._frames,
            rate_hz=len(self._arrivals) * NS_PER_S / span_ns,
            silent_s=silent_ns / NS_PER_S,
            frame_age_s=self._ages_s[-1] if self._ages_s else 0.0,
            problem=problem,
            advice=self._advice(problem, silent_ns),
        )

    def _problem(self, publishers: int, silent_ns: int) -> CameraProblem | None:
        if silent_ns > self._timeout_ns:
            if publishers == 0:
                return CameraProblem.NO_PUBLISHER
            if self._type not in self._types():
                return CameraProblem.OTHER_TYPE
            return CameraProblem.INCOMPATIBLE_QOS if self._refused_policy else CameraProblem.SILENT
        if self._ages_s and not _FUTURE_AGE_S <= median(self._ages_s) <= _STRANGE_AGE_S:
            return CameraProblem.STRANGE_STAMPS
        if self._images.pixels > self._measured_with.pixels:
            return CameraProblem.LARGER_IMAGES
        return CameraProblem.OTHER_PERIOD if self._wrong_period() else None

    @property
    def _images(self) -> ImageKind:
        return ImageKind(*self._size, self._measured_with.compressed)

    def _wrong_period(self) -> str:
        """Tell of a task that is planned with another period than frames have; '' if none is."""
        arrivals, half_ns = tuple(self._arrivals), self._window_ns / 2
        period_ms = period_ms_of(arrivals, least_span_ns=half_ns, longest_gap_ns=self._timeout_ns)
        if period_ms is None:
            return ''
        remarks = (remark_on_period(*planned, period_ms) for planned in self.periods_ms.items())
        return next(filter(None, remarks), '')

    def _advice(self, problem: CameraProblem | None, silent_ns: int) -> str:
        topic = self._topic
        if problem is CameraProblem.NO_PUBLISHER:
            return f'no publisher on {topic}; {self._instead()}'
        if problem is CameraProblem.OTHER_TYPE:
            return (
                f'{topic} carries {", ".join(sorted(self._types()))}, not {self._type}; remap to '
                f'another topic or set {self.name}.transport'
            )
        if problem is CameraProblem.INCOMPATIBLE_QOS:
            return (
                f'incompatible QoS on {topic} ({self._refused_policy}): set qos_overrides.'
                f'{topic}.subscription.{self._refused_policy} to what the camera offers'
            )
        if problem is CameraProblem.SILENT:
            return f'no frame for {silent_ns / NS_PER_S:.1f} s on {topic}'
        if problem is CameraProblem.STRANGE_STAMPS:
            if self._waits_for_clock():
                return (
                    'use_sim_time is true and nobody publishes /clock: play the bag with --clock, '
                    'or set use_sim_time to false'
                )
            usual_s = median(self._ages_s)
            remedy = 'for a bag set use_sim_time and play it with --clock'
            if usual_s < 0.0:
                remedy += '; for a camera on another computer synchronise the clocks (chrony)'
            return f'stamps on {topic} do not match the clock (frame age {usual_s:.1f} s): {remedy}'
        if problem is CameraProblem.LARGER_IMAGES:
            return self._advice_on_images()
        return self._wrong_period() if problem is CameraProblem.OTHER_PERIOD else ''

    def _advice_on_images(self) -> str:
        here, there, name = self._images, self._measured_with, self.name
        return (
            f'images on {self._topic} are {here.size}, stages were measured with {there.size}: set '
            f'{name}.width to {here.width} and {name}.height to {here.height} and start anew'
        )

    def _instead(self) -> str:
        """Return what to do where nobody publishes: raw and compressed images are mixed up."""
        transport, other = 'compressed', f'{self._topic}/compressed'
        if self._transport == transport:
            transport, other = 'raw', self._topic.removesuffix('/compressed')
        if self._node.count_publishers(other):
            return f'there is one on {other}: set {self.name}.transport to {transport}'
        return 'start the camera driver or remap the topic'

    def _waits_for_clock(self) -> bool:
        """Tell whether the clock stands, as simulated time does before its first message."""
        now_ns: int = self._node.get_clock().now().nanoseconds
        return now_ns == 0

    def _types(self) -> set[str]:
        """Return the types that are published on the topic."""
        return {each.topic_type for each in self._node.get_publishers_info_by_topic(self._topic)}

    def _subscribe(self) -> Subscription:
        kind, decode = _KINDS[self._transport]
        return self._node.create_subscription(
            kind,
            self._topic,
            functools.partial(self._received, decode),
            newest_only(),
            event_callbacks=SubscriptionEventCallbacks(incompatible_qos=self._refused),
            qos_overriding_options=QoSOverridingOptions.with_default_policies(),
        )

    def _received(
        self, decode: Callable[[Any], Pixels], message: Image | CompressedImage
    ) -> None:
        arrival_ns = time.monotonic_ns()
        if self._subscription is None:  # an executor may still hold what came before it was closed
            return
        decoded = functools.partial(self._decoded, decode, message)
        self._on_frame(Frame(decoded, arrival_ns, message.header))
        # This thread goes on in Python, and would keep the worker that was just woken waiting for
        # the GIL: 0.2 ms more before every job begins.
        time.sleep(_YIELD_S)
        self._frames += 1
        self._last_ns = arrival_ns
        self._arrivals.append(arrival_ns)
        self._forget_before(arrival_ns - self._window_ns)
        self._ages_s.append(age_s(self._node, message.header))
        self._refused_policy = ''

    def _decoded(
        self, decode: Callable[[Any], Pixels], message: Image | CompressedImage
    ) -> Pixels:
        pixels = decode(message)
        self._size = (pixels.shape[1], pixels.shape[0])
        return pixels

    def _forget_before(self, time_ns: int) -> None:
        while self._arrivals and self._arrivals[0] < time_ns:
            self._arrivals.popleft()

    def _refused(self, event: object) -> None:
        kind = QoSPolicyKind(event.last_policy_kind)  # type: ignore[attr-defined]
        self._refused_policy = qos_policy_name_from_kind(kind).lower()
