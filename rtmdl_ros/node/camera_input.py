# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One camera topic: its newest frame handed on undecoded, and what is seen of it."""

import functools
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSPolicyKind, qos_policy_name_from_kind
from rclpy.qos_overriding_options import QoSOverridingOptions
from rclpy.subscription import Subscription
from sensor_msgs.msg import CompressedImage, Image
from std_msgs.msg import Header

from rtmdl_ros.deployment.message_fields import stamp_ns_of
from rtmdl_ros.node.camera_health import CameraHealth, CameraView, diagnosed
from rtmdl_ros.node.images import pixels_of
from rtmdl_ros.node.qos import newest_only
from rtmdl_ros.node.ros_compat import SubscriptionEventCallbacks
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.images import Pixels, decompressed
from rtmdl_ros.workload.frame_period import period_ms_of, remark_on_period
from rtmdl_ros.workload.image_kind import ImageKind
from rtmdl_ros.workload.parameters import CameraParameters
from rtmdl_ros.workload.units import NS_PER_S

#: Frames whose ages are looked at: single ones may be delayed.
_AGES = 30
#: Long enough for a thread on another core to wake up.
_YIELD_S = 5e-5


#: By transport: the message, and how its pixels are read.
_KINDS: Mapping[str, tuple[Any, Callable[[Any], Pixels]]] = {
    'raw': (Image, pixels_of),
    'compressed': (CompressedImage, decompressed),
}


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


def _other_topic(topic: str, transport: str) -> str:
    """Return where the same images come in the other transport, see `camera_topic`."""
    if transport == 'compressed':
        return topic.removesuffix('/compressed')
    return f'{topic}/compressed'


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
        #: When the first one after the last silence arrived.
        self._came_back_ns = 0
        #: When it was last seen to be silent and to have no publisher.
        self._absent_ns: int | None = None
        self._frames = 0
        #: Of the last frames since it came back.
        self._ages_s: deque[float] = deque(maxlen=_AGES)
        self._refused_policy = ''
        self._topic = camera_topic(node, name, self._transport)
        own_topics = f'{node.get_fully_qualified_name()}/input/{name}/'
        self._is_remapped = not self._topic.startswith(own_topics)
        self._subscription: Subscription | None = None

    def open(self) -> None:
        """Subscribe; without effect on an open camera. Raises what rclpy raises."""
        if self._subscription is None:
            self._arrivals.clear()
            self._ages_s.clear()
            self._refused_policy = ''
            self._absent_ns = None
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
        if not publishers and silent_ns > self._timeout_ns:
            self._absent_ns = now_ns
        span_ns = min(self._window_ns, max(1, now_ns - self._opened_ns))
        problem, advice = diagnosed(self._view(publishers, silent_ns)) if subscribed else (None, '')
        return CameraHealth(
            topic=self._topic,
            subscribed=subscribed,
            publishers=publishers,
            frames=self._frames,
            rate_hz=len(self._arrivals) * NS_PER_S / span_ns,
            silent_s=silent_ns / NS_PER_S,
            frame_age_s=self._ages_s[-1] if self._ages_s else 0.0,
            problem=problem,
            advice=advice,
        )

    def _view(self, publishers: int, silent_ns: int) -> CameraView:
        clock_ns: int = self._node.get_clock().now().nanoseconds
        other_topic = _other_topic(self._topic, self._transport)
        absent_ns = math.inf if self._absent_ns is None else time.monotonic_ns() - self._absent_ns
        silent = silent_ns > self._timeout_ns  # else nobody wants to know who publishes what
        return CameraView(
            name=self.name,
            topic=self._topic,
            transport=self._transport,
            expected_type=self._type,
            types=self._types() if silent else frozenset(),
            publishers=publishers,
            absent_s=absent_ns / NS_PER_S,
            is_remapped=self._is_remapped,
            other_topic=other_topic,
            other_publishers=self._node.count_publishers(other_topic) if silent else 0,
            silent_s=silent_ns / NS_PER_S,
            timeout_s=self._timeout_ns / NS_PER_S,
            refused_policy=self._refused_policy,
            usual_age_s=median(self._ages_s) if self._ages_s else None,
            clock_stands=clock_ns == 0,
            images=ImageKind(*self._size, self._measured_with.compressed),
            measured_with=self._measured_with,
            period_remark=self._wrong_period(),
        )

    def _wrong_period(self) -> str:
        """Tell of a task that is planned with another period than frames have; '' if none is."""
        arrivals = tuple(at for at in self._arrivals if at >= self._came_back_ns)
        half_ns = self._window_ns / 2
        period_ms = period_ms_of(arrivals, least_span_ns=half_ns, longest_gap_ns=self._timeout_ns)
        if period_ms is None:
            return ''
        remarks = (remark_on_period(*planned, period_ms) for planned in self.periods_ms.items())
        return next(filter(None, remarks), '')

    def _types(self) -> frozenset[str]:
        """Return the types that are published on the topic."""
        publishers = self._node.get_publishers_info_by_topic(self._topic)
        return frozenset(each.topic_type for each in publishers)

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
        if arrival_ns - self._last_ns > self._timeout_ns:  # perhaps another driver, or mended
            self._came_back_ns = arrival_ns
            self._ages_s.clear()
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
