# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The pictures of a replay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.evidence.pictures import SHEET_FRAMES, write_contact_sheet
from rtmdl_ros.evidence.recording import Recording, TaskRecording
from rtmdl_ros.evidence.story import FrameStory, stories_of, telling
from rtmdl_ros.evidence.timeline import write_timeline
from rtmdl_ros.evidence.written import Written
from rtmdl_ros.perception.images import ImageError, Pixels
from rtmdl_ros.replay.drive import Drive
from rtmdl_ros.replay.options import TIMELINE, sheet_name
from rtmdl_ros.runtime.report import JobReport


def make_album(
    drive: Drive,
    tasks: Sequence[ReadyTask],
    recordings: Mapping[str, TaskRecording],
    reports: Sequence[JobReport],
    out: Path,
    written: Written,
) -> None:
    """Write a timeline, and of each camera a sheet of annotated frames.

    A camera none of whose frames can be decoded has no sheet. Raises ReplayError where the drive
    cannot be read again.
    """
    timeline = out / TIMELINE
    with written.writing(timeline):
        write_timeline(reports, timeline)
    chosen = {camera: _chosen(tasks, recordings, camera) for camera in drive.tracks}
    pictures = _pictures(drive, chosen)
    for camera, stories in chosen.items():
        shown = [story for story in stories if (camera, story.index) in pictures]
        if shown:
            sheet = out / sheet_name(camera, len(chosen))
            images = {story.index: pictures[camera, story.index] for story in shown}
            with written.writing(sheet):
                write_contact_sheet(shown, images.__getitem__, sheet)


def _chosen(
    tasks: Sequence[ReadyTask], recordings: Mapping[str, TaskRecording], camera: str
) -> tuple[FrameStory, ...]:
    """Return the frames of a camera that tell most."""
    own = [task for task in tasks if task.parameters.camera == camera]
    stories = stories_of(Recording(tuple(recordings[task.name] for task in own)))
    return telling(stories, SHEET_FRAMES)


def _pictures(
    drive: Drive, chosen: Mapping[str, Sequence[FrameStory]]
) -> dict[tuple[str, int], Pixels]:
    """Return the pixels of the chosen frames, but for those that cannot be decoded."""
    wanted = {(camera, story.index) for camera, stories in chosen.items() for story in stories}
    pictures = {}
    for frame in drive.frames():
        key = frame.camera, frame.number
        if key in wanted:
            try:
                pictures[key] = frame.decode()
            except ImageError:
                continue
    return pictures
