# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One replay from start to figures: read, run, scored."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rosbags.rosbag2 import StoragePlugin

from rtmdl_ros.deployment.loading import Loaded, load
from rtmdl_ros.deployment.ready_task import ReadyTask
from rtmdl_ros.evidence.progress import progress_bar
from rtmdl_ros.evidence.recording import TaskRecording
from rtmdl_ros.profiling.device import device_name
from rtmdl_ros.replay.bag import Bag
from rtmdl_ros.replay.bag_drive import BagDrive, truth_places
from rtmdl_ros.replay.bag_writer import check_place
from rtmdl_ros.replay.cameras import camera_topics
from rtmdl_ros.replay.drive import Drive
from rtmdl_ros.replay.errors import ReplayError
from rtmdl_ros.replay.jobs import Replayed, arrivals_of
from rtmdl_ros.replay.live import replay_live
from rtmdl_ros.replay.options import (
    BAG,
    FIGURES,
    TIMELINE,
    TRACE,
    ReplayOptions,
    sheet_name,
)
from rtmdl_ros.replay.results import Mode, ReplayResult, recording_of_task, result_of
from rtmdl_ros.replay.video_drive import SUFFIXES, VideoDrive
from rtmdl_ros.replay.virtual import replay_virtually
from rtmdl_ros.workload.configuration import Configuration, enabled_only
from rtmdl_ros.workload.parameter_file import read_parameter_file
from rtmdl_ros.workload.places import (
    PlaceError,
    refuse_source,
    try_files,
    try_folder,
)


@dataclass(frozen=True)
class ReplayRun:
    """A replay that is over."""

    result: ReplayResult
    configuration: Configuration
    replayed: Replayed
    drive: Drive
    tasks: Sequence[ReadyTask]
    recordings: Mapping[str, TaskRecording]
    #: Where the bag of results goes, and how it is stored.
    results: Path
    storage: StoragePlugin


def run_replay(options: ReplayOptions, console: Console) -> ReplayRun:
    """Replay a drive; nothing is written yet, but that it can be is tried.

    Raises ReplayError for what cannot be replayed, ParameterError, ProfileError, PlanningError and
    ZooError for files that cannot be used, EngineError, EvidenceError and OSError where it fails.
    """
    whole = _configuration(options)
    configuration = enabled_only(whole)
    if not configuration.tasks:
        raise ReplayError('no task of the parameters is enabled; enable one')
    results = _place_of_results(options)
    _try_places(options, {task.camera for task in configuration.tasks.values()})
    drive, storage = _drive(options, configuration, console)
    with console.status('Loading the networks (the first time on a device measures them)'):
        loaded = load(whole, _teller(console), own_device=options.real_time, resting=False)
    arrivals_ns = {
        camera: arrivals_of(track.passed_ns, options.rate) for camera, track in drive.tracks.items()
    }
    replayed = _replayed(options, configuration, loaded, drive, arrivals_ns, console)
    recordings = {
        task.name: recording_of_task(
            drive, task, arrivals_ns[task.parameters.camera], replayed.jobs
        )
        for task in loaded.tasks
    }
    mode = Mode(options.real_time, options.rate, options.seed)
    device = _device(loaded, options.real_time)
    result = result_of(whole, mode, device, drive, loaded, recordings, replayed)
    return ReplayRun(
        result, configuration, replayed, drive, loaded.tasks, recordings, results, storage
    )


def _place_of_results(options: ReplayOptions) -> Path:
    """Return where the bag of results goes; raises ReplayError where what is there must stay."""
    path = options.out / BAG
    place, source = path.resolve(), options.source.resolve()
    if place in (source, *source.parents):
        raise ReplayError(
            f'{path}: the results would replace the recording {options.source}; give another place '
            'with --out'
        )
    check_place(path)
    return path


def _try_places(options: ReplayOptions, cameras: Collection[str]) -> None:
    """See that all files can be written, each to a place of its own; raises PlaceError."""
    try_folder('--out', options.out)
    refuse_source('--out', options.out, options.source)
    names = [FIGURES, TRACE]
    if options.pictures:
        names += [TIMELINE, *(sheet_name(camera, len(cameras)) for camera in sorted(cameras))]
    file = options.json
    # The figures may be named twice: they are the same.
    if file is not None and file.resolve() == (options.out / FIGURES).resolve():
        file = None
    bag = (options.out / BAG).resolve()
    if file is not None and bag in (file.resolve(), *file.resolve().parents):
        raise PlaceError(f'{file}: named by --json and --out ({BAG}); give another file for one')
    inputs = {
        'the recording': options.source,
        '--params-file': options.params_file,
        '--profile': options.profile,
        '--plan': options.plan,
    }
    own = {f'--out ({name})': options.out / name for name in names}
    try_files({'--json': file, **own}, inputs)


def _configuration(options: ReplayOptions) -> Configuration:
    configuration = read_parameter_file(options.params_file)
    node = configuration.node
    if options.profile is not None:
        node = replace(node, profile_file=str(options.profile))
    if options.plan is not None:
        node = replace(node, plan_file=str(options.plan))
    return replace(configuration, node=node)


def _drive(
    options: ReplayOptions, configuration: Configuration, console: Console
) -> tuple[Drive, StoragePlugin]:
    """Return what is to be replayed, and how the results are to be stored."""
    path = options.source
    if path.suffix.lower() in SUFFIXES and path.is_file():
        if options.camera_topics:
            raise ReplayError(f'--camera-topic: {path} is a video, without topics; leave it out')
        cameras = {task.camera for task in configuration.tasks.values()}
        if len(cameras) > 1:
            raise ReplayError(f'{path}: a video is one camera, the tasks look at {len(cameras)}')
        with progress_bar(console, 'Reading the video', None) as advance:
            return VideoDrive(path, cameras.pop(), advance), StoragePlugin.SQLITE3
    bag = Bag(path)
    given = _given(options, configuration)
    topics = camera_topics(bag, configuration, given)
    for camera in set(given) - set(topics):
        _teller(console)(f'--camera-topic: no task looks at camera {camera}')
    read = {*(topic.name for topic in topics.values()), *truth_places(bag, topics)}
    count = sum(topic.messages for topic in bag.topics if topic.name in read)
    with progress_bar(console, 'Reading the bag', count) as advance:
        return BagDrive(bag, topics, advance), bag.storage


def _given(options: ReplayOptions, configuration: Configuration) -> Mapping[str, str]:
    """Return the topics that the user gave, by the names of their cameras."""
    cameras = sorted({task.camera for task in configuration.tasks.values()})
    given: dict[str, str] = {}
    for camera, topic in options.camera_topics:
        if not camera and len(cameras) > 1:
            raise ReplayError(
                f'--camera-topic {topic}: say of which camera, as {cameras[0]}={topic}'
            )
        other = given.setdefault(camera or cameras[0], topic)
        if other != topic:
            raise ReplayError(
                f'--camera-topic: camera {camera or cameras[0]} has both {other} and {topic}; '
                'leave one out'
            )
    return given


def _replayed(
    options: ReplayOptions,
    configuration: Configuration,
    loaded: Loaded,
    drive: Drive,
    arrivals_ns: Mapping[str, tuple[int, ...]],
    console: Console,
) -> Replayed:
    for task in loaded.tasks:
        task.apply_threshold()
    node, frames = configuration.node, drive.frames()
    count = sum(len(track.times_ns) for track in drive.tracks.values())
    what = 'Replaying in real time' if options.real_time else 'Replaying in virtual time'
    with progress_bar(console, what, count) as advance:
        if options.real_time:
            return replay_live(
                loaded.tasks, loaded.slow_downs, node, frames, arrivals_ns, advance
            )
        return replay_virtually(
            loaded.tasks, loaded.profile, node, frames, arrivals_ns, options.seed, advance
        )


def _device(loaded: Loaded, real_time: bool) -> str:
    """Return the device whose times count."""
    if real_time:
        return device_name()
    measured = loaded.profile.device
    return f'{measured.get("processor", "unknown")}, {measured.get("cores", "unknown")} cores'


def _teller(console: Console) -> Callable[[str], None]:
    return lambda line: console.print(line, highlight=False, soft_wrap=True, style='dim')
