# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What may be wrong with a camera, by what is seen of it, and what to do about it in words."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from rtmdl_ros.workload.image_kind import LARGEST_SIDE, ImageKind

#: Stamps this far from the node's clock, or in its future, are of another clock.
_STRANGE_AGE_S = 10.0
_FUTURE_AGE_S = -0.1
#: Frames that seem older than this, 30 years, have no stamp of a clock that was ever right.
_SINCE_EPOCH_S = 1e9


class CameraProblem(Enum):
    """What may be wrong with a camera, the gravest first."""

    OTHER_TRANSPORT = 'images in the other transport'
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
            CameraProblem.OTHER_TRANSPORT,
            CameraProblem.NO_PUBLISHER,
            CameraProblem.OTHER_TYPE,
            CameraProblem.INCOMPATIBLE_QOS,
            CameraProblem.SILENT,
        )


@dataclass(frozen=True)
class CameraView:
    """What is seen of a camera that is subscribed to."""

    name: str
    topic: str
    transport: str
    #: The messages that are expected, as ROS spells their type, and those that are published: like
    #: `other_publishers` asked for where it is silent alone.
    expected_type: str
    types: frozenset[str]
    publishers: int
    #: Since it was last seen to be silent and to have no publisher; infinite if it never was.
    absent_s: float
    #: False where `topic` is the node's own name for it.
    is_remapped: bool
    #: Where images come in the other transport, and from how many.
    other_topic: str
    other_publishers: int
    #: Since the last frame, and from when on that is a problem.
    silent_s: float
    timeout_s: float
    #: The policy for which a publisher was refused; '' where frames have come since.
    refused_policy: str
    #: Median of the node's clock minus header.stamp; None before the first frame.
    usual_age_s: float | None
    #: The clock stands, as simulated time does before its first message.
    clock_stands: bool
    images: ImageKind
    measured_with: ImageKind
    #: Of which task the planned period is not that of the frames; '' where all are.
    period_remark: str

    @property
    def is_silent(self) -> bool:
        """Whether it should have had a frame by now."""
        return self.silent_s > self.timeout_s


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


def diagnosed(view: CameraView) -> tuple[CameraProblem | None, str]:
    """Return the gravest problem of a camera with what to do about it; (None, '') without one."""
    for problem, advice_on in _ADVICE.items():
        if advice := advice_on(view):
            return problem, advice
    return None, ''


def end_of(problem: CameraProblem | None) -> str:
    """Say that a camera is well again; None: it was only silent, as before its first frame."""
    if problem is None or problem.silences:
        return 'frames arrive'
    return f'well again after {problem.value}'


def _has_no_publisher(view: CameraView) -> bool:
    # One that has just appeared has its time for the first frame.
    return view.is_silent and not (view.publishers and view.absent_s > view.timeout_s)


def _on_other_transport(view: CameraView) -> str:
    if not (_has_no_publisher(view) and view.other_publishers):
        return ''
    other = 'raw' if view.transport == 'compressed' else 'compressed'
    remedy = f'there is one on {view.other_topic}: set {view.name}.transport to {other}'
    return f'no publisher on {view.topic}; {remedy}'


def _on_no_publisher(view: CameraView) -> str:
    if not _has_no_publisher(view):
        return ''
    remedy = 'start the camera driver or remap the topic'
    if not view.is_remapped:
        remedy = (
            'nothing is remapped to it: give the launch file the image_topic of the driver, and '
            f'camera_name:={view.name}'
        )
    return f'no publisher on {view.topic}; {remedy}'


def _on_other_type(view: CameraView) -> str:
    if not view.is_silent or view.expected_type in view.types:
        return ''
    return (
        f'{view.topic} carries {", ".join(sorted(view.types))}, not {view.expected_type}; remap to '
        f'another topic or set {view.name}.transport'
    )


def _on_incompatible_qos(view: CameraView) -> str:
    policy = view.refused_policy
    if not view.is_silent or not policy:
        return ''
    return (
        f'incompatible QoS on {view.topic} ({policy}): set qos_overrides.{view.topic}.'
        f'subscription.{policy} to what the camera offers'
    )


def _on_silence(view: CameraView) -> str:
    return f'no frame for {view.silent_s:.1f} s on {view.topic}' if view.is_silent else ''


def _on_strange_stamps(view: CameraView) -> str:
    age_s = view.usual_age_s
    if age_s is None or _FUTURE_AGE_S <= age_s <= _STRANGE_AGE_S:
        return ''
    if view.clock_stands:
        return (
            'use_sim_time is true and nobody publishes /clock: play the bag with --clock, or set '
            'use_sim_time to false'
        )
    remedy = 'for a bag set use_sim_time and play it with --clock'
    if age_s > _SINCE_EPOCH_S:
        remedy = (
            'header.stamp is 0, or counts from the start of the driver: have it take the time of '
            'its node'
        )
    if age_s < 0.0:
        remedy += '; for a camera on another computer synchronise the clocks (chrony)'
    return f'stamps on {view.topic} do not match the clock (frame age {age_s:.1f} s): {remedy}'


def _on_larger_images(view: CameraView) -> str:
    here, there, name = view.images, view.measured_with, view.name
    if here.pixels <= there.pixels:
        return ''
    remedy = f'set {name}.width to {here.width} and {name}.height to {here.height} and start anew'
    if max(here.width, here.height) > LARGEST_SIDE:
        remedy = f'have the camera send at most {LARGEST_SIDE} pixels a side'
    return (
        f'images on {view.topic} are {here.size}, stages were measured with {there.size}: {remedy}'
    )


def _on_other_period(view: CameraView) -> str:
    return view.period_remark


#: The gravest first; each says '' where it has nothing to tell.
_ADVICE: dict[CameraProblem, Callable[[CameraView], str]] = {
    CameraProblem.OTHER_TRANSPORT: _on_other_transport,
    CameraProblem.NO_PUBLISHER: _on_no_publisher,
    CameraProblem.OTHER_TYPE: _on_other_type,
    CameraProblem.INCOMPATIBLE_QOS: _on_incompatible_qos,
    CameraProblem.SILENT: _on_silence,
    CameraProblem.STRANGE_STAMPS: _on_strange_stamps,
    CameraProblem.LARGER_IMAGES: _on_larger_images,
    CameraProblem.OTHER_PERIOD: _on_other_period,
}
