# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""All pictures of a run, made when it is over so that they cost it nothing."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from rtmdl_ros.node.demo.drawing import Image
from rtmdl_ros.node.demo.options import DemoOptions
from rtmdl_ros.node.demo.pictures import SHEET_FRAMES, write_contact_sheet, write_video
from rtmdl_ros.node.demo.recording import Recording
from rtmdl_ros.node.demo.story import busiest, stories_of, telling
from rtmdl_ros.rendering.track import Track
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.units import NS_PER_S

#: Encoding takes about as long as the video lasts.
_VIDEO_S = 8.0
_VIDEO_RATE_HZ = 15.0
#: Enough jobs to see the pattern, few enough to see each.
_TIMELINE_S = 0.3


def make_album(
    recording: Recording, reports: Sequence[JobReport], options: DemoOptions, console: Console
) -> tuple[Path, ...]:
    """Write timeline, contact sheet and video to the output folder; returns their paths.

    What there is nothing to show of is left out: no frames, no jobs. Raises DemoError where a
    file cannot be written.
    """
    stories = stories_of(recording)
    track = Track(options.seed, options.width, options.height, options.rate_hz)

    def render(index: int) -> Image:
        return track.frame(index).image

    made = []
    columns = (TextColumn('{task.description}'), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task('Drawing the timeline', total=None)
        if reports:
            made.append(_timeline(reports, options.out / 'timeline.png'))
        if stories:
            progress.update(bar, description='Drawing the contact sheet')
            made.append(options.out / 'contact_sheet.png')
            write_contact_sheet(telling(stories, SHEET_FRAMES), render, made[-1])
            made.append(options.out / 'demo.webm')
            step = max(1, round(options.rate_hz / _VIDEO_RATE_HZ))
            shown = busiest(stories, _VIDEO_S)[::step]
            progress.update(bar, description='Encoding the video', total=len(shown))
            rate_hz = options.rate_hz / step
            write_video(shown, render, made[-1], rate_hz, lambda: progress.advance(bar))
    return tuple(made)


def _timeline(reports: Sequence[JobReport], path: Path) -> Path:
    # matplotlib takes a second to import, and only this picture needs it.
    from rtmdl_ros.runtime.timeline import draw_timeline

    draw_timeline(reports, path, round(_telling_start_s(reports), 1), _TIMELINE_S)
    return path


def _telling_start_s(reports: Sequence[JobReport]) -> float:
    """Return a start, seconds after the first release, shortly before the middle one of the misses.

    Without misses it is the middle of the run.
    """
    releases = [report.release_ns for report in reports]
    missed = sorted(report.release_ns for report in reports if report.missed)
    middle_ns = missed[len(missed) // 2] if missed else (min(releases) + max(releases)) // 2
    return max(0.0, (middle_ns - min(releases)) / NS_PER_S - _TIMELINE_S / 2)
