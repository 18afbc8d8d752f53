# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""All pictures of a run, made when it is over so that they cost it nothing."""

from collections.abc import Sequence

from rich.console import Console

from rtmdl_ros.evidence.pictures import SHEET_FRAMES, Render, write_contact_sheet, write_video
from rtmdl_ros.evidence.progress import progress_bar
from rtmdl_ros.evidence.recording import Recording
from rtmdl_ros.evidence.story import FrameStory, busiest, stories_of, telling
from rtmdl_ros.evidence.timeline import write_timeline
from rtmdl_ros.evidence.written import Written
from rtmdl_ros.node.demo.options import DemoOptions
from rtmdl_ros.perception.images import EncodedImage, decompressed
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.runtime.report import JobReport

#: Encoding takes about as long as the video lasts.
_VIDEO_S = 8.0
_VIDEO_RATE_HZ = 15.0


def make_album(
    recording: Recording,
    images: Sequence[EncodedImage],
    reports: Sequence[JobReport],
    options: DemoOptions,
    console: Console,
    written: Written,
) -> None:
    """Write timeline, contact sheet and video to the output folder.

    Frame i of own footage is image i; frames of a rendered track are rendered once more.
    What there is nothing to show of is left out: no frames, no jobs.
    """
    stories = stories_of(recording)
    render = _track(options) if options.simulated else _footage(images)
    if reports:
        timeline = options.out / 'timeline.png'
        with console.status('Drawing the timeline'), written.writing(timeline):
            write_timeline(reports, timeline)
    if stories:
        sheet, video = options.out / 'contact_sheet.png', options.out / 'demo.webm'
        with console.status('Drawing the contact sheet'), written.writing(sheet):
            write_contact_sheet(telling(stories, SHEET_FRAMES), render, sheet)
        rate_hz = options.rate_hz or _rate_hz(stories)
        step = max(1, round(rate_hz / _VIDEO_RATE_HZ))
        shown = busiest(stories, _VIDEO_S)[::step]
        bar = progress_bar(console, 'Encoding the video', len(shown))
        with bar as advance, written.writing(video):
            write_video(shown, render, video, rate_hz / step, advance)


def _track(options: DemoOptions) -> Render:
    track = Track(options.seed, options.width, options.height, options.rate_hz)
    return lambda index: track.frame(index).image


def _footage(images: Sequence[EncodedImage]) -> Render:
    return lambda index: decompressed(images[index])


def _rate_hz(stories: Sequence[FrameStory]) -> float:
    """Return the mean rate of the frames."""
    return max(1, len(stories) - 1) / (stories[-1].time_s - stories[0].time_s or 1.0)
