# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One demo from start to figures: two processes started, listened to, ended, scored and drawn."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lifecycle_msgs.msg import Transition
from rich.console import Console
from sensor_msgs.msg import CompressedImage

from rtmdl_ros.evidence.interruption import Interruption, interruptible
from rtmdl_ros.evidence.processes import Child, end_all
from rtmdl_ros.node.demo.commands import camera_arguments, node_arguments
from rtmdl_ros.node.demo.listener import Listener
from rtmdl_ros.node.demo.live import Display
from rtmdl_ros.node.demo.options import DemoOptions
from rtmdl_ros.node.demo.results import DemoResult, Seen, result_of
from rtmdl_ros.node.environment import fastdds_profile, ros_environment
from rtmdl_ros.node.executables import executable
from rtmdl_ros.runtime.chrome_trace import read_chrome_trace
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.configuration import Configuration, enabled_only
from rtmdl_ros.workload.parameter_file import read_parameter_file
from rtmdl_ros.workload.parameter_rules import ParameterError
from rtmdl_ros.workload.places import refuse_source, try_files, try_folder

#: The first start exports and measures the networks, on a slow machine that takes minutes.
_START_TIMEOUT_S = 600.0
_POLL_S = 0.1
#: In which a node and its camera find each other, on a busy machine.
_DISCOVERY_S = 10.0
_REFRESH_S = 0.25
#: Diagnostics come once a second; after a failed transition they say why.
_DIAGNOSTICS_S = 1.2
#: What Ctrl-C leaves the processes to end by themselves.
_END_TIMEOUT_S = 1.5
#: For the node's last message on ~/status, after the camera has ended.
_SETTLE_S = 1.0


@dataclass(frozen=True)
class DemoRun:
    """A run that is over."""

    result: DemoResult
    #: The last jobs, from the node's trace.
    reports: tuple[JobReport, ...]
    #: Of own footage, by the index of their frames.
    images: Sequence[CompressedImage]
    #: What the processes have written.
    files: tuple[Path, ...]


def checked(options: DemoOptions) -> Configuration:
    """Return the node's configuration, and try the places that results go to.

    Raises ParameterError for a wrong parameter file and where all tasks rest, PlaceError where
    nothing can be written.
    """
    configuration = read_parameter_file(options.params_file)
    if not enabled_only(configuration).tasks:
        raise ParameterError('no task of the parameters is enabled; enable one')
    try_folder('--out', options.out)
    source = None if options.simulated else Path(options.source).expanduser()
    if source is not None:
        refuse_source('--out', options.out, source)
    try_files({'--json': options.json}, {'--params-file': options.params_file, '--source': source})
    return configuration


def run_demo(options: DemoOptions, configuration: Configuration, console: Console) -> DemoRun:
    """Run camera and node; they write trace.json and their logs to the output folder.

    Raises EvidenceError when a process fails, OSError where nothing can be written after all.
    """
    trace = options.out.resolve() / 'trace.json'
    trace.unlink(missing_ok=True)
    os.environ.update(ros_environment(options.domain_id, fastdds_profile()))
    children: list[Child] = []
    with interruptible() as interruption:
        try:
            arguments = node_arguments(options, configuration, trace)
            node = _start(children, 'rtmdl_node', arguments, options.out)
            seen = _observe(options, configuration, children, console, interruption)
        finally:
            end_all(children, _END_TIMEOUT_S)
    if not trace.exists():
        raise node.failure('rtmdl_node ended without its trace')
    reports = read_chrome_trace(trace)
    result = result_of(options, seen, reports)
    logs = (child.log for child in children)
    return DemoRun(result, reports, seen.images, (options.out / 'trace.json', *logs))


def _start(children: list[Child], name: str, arguments: list[str], out: Path) -> Child:
    command = [*executable(name), *arguments]
    children.append(Child(name, command, dict(os.environ), out / f'{name}.log'))
    return children[-1]


def _observe(
    options: DemoOptions,
    configuration: Configuration,
    children: list[Child],
    console: Console,
    interruption: Interruption,
) -> Seen:
    functions = {name: task.function for name, task in configuration.tasks.items()}
    listener = Listener(options.domain_id, functions, options.simulated)
    try:
        _start_camera_and_node(listener, children, options, console, interruption)
        node, camera = children
        _measure(listener, children, options, console, interruption)
        warnings = listener.node_warnings()  # that the camera ends is none
        camera.interrupt()
        camera.wait(_END_TIMEOUT_S)
        listener.spin(_SETTLE_S)
        images = listener.images()
        recording = listener.recording(images)
        if not recording.received:
            raise node.failure(f'no frame of {camera.name} reached rtmdl_node')
        assert listener.status is not None
        return Seen(listener.status, recording, listener.accuracies, images, warnings)
    finally:
        listener.close()


def _start_camera_and_node(
    listener: Listener,
    children: list[Child],
    options: DemoOptions,
    console: Console,
    interruption: Interruption,
) -> None:
    """Configure the node, start the camera, activate the node.

    In this order, for a camera would take the cores from the node's measurements at the first
    start. Raises ProcessError as soon as it is hopeless.
    """
    (node,) = children

    def wait(done: Callable[[], bool], what: str) -> None:
        end_s = time.monotonic() + _START_TIMEOUT_S
        while not done():
            listener.spin(_POLL_S)
            _check(children, interruption)
            if time.monotonic() > end_s:
                raise node.failure(f'{what} took longer than {_START_TIMEOUT_S:g} s')

    def change_state(transition: int, what: str) -> None:
        answer = listener.change_state(transition)
        wait(answer.done, what)
        if not answer.result().success:
            listener.spin(_DIAGNOSTICS_S)
            cause = ', '.join(listener.node_errors()) or f'{what} failed'
            raise node.failure(f'rtmdl_node: {cause}')

    with console.status('Starting rtmdl_node'):
        wait(lambda: listener.can_change_state, 'starting rtmdl_node')
    loading = 'Loading and warming up the networks (the first start measures them: a minute or two)'
    with console.status(loading):
        change_state(Transition.TRANSITION_CONFIGURE, 'configuring rtmdl_node')
    with console.status(f'Starting {options.camera}'):
        _start(children, options.camera, camera_arguments(options), options.out)
        ready = f'starting {options.camera}'
        wait(lambda: listener.hears_all and listener.frames_published > 0, ready)
        change_state(Transition.TRANSITION_ACTIVATE, 'activating rtmdl_node')
        wait(lambda: listener.status is not None, 'activating rtmdl_node')
        _wait_for_frames(listener, children, interruption)


def _wait_for_frames(
    listener: Listener, children: Sequence[Child], interruption: Interruption
) -> None:
    """Give the node and the camera time to find each other; if they do not, that is told later."""
    end_s = time.monotonic() + _DISCOVERY_S
    while not listener.frames_arrive and time.monotonic() < end_s:
        listener.spin(_POLL_S)
        _check(children, interruption)


def _check(children: Sequence[Child], interruption: Interruption) -> None:
    interruption.check()
    for child in children:
        child.check()


def _measure(
    listener: Listener,
    children: Sequence[Child],
    options: DemoOptions,
    console: Console,
    interruption: Interruption,
) -> None:
    display = Display(console, options.duration_s)
    start_s = time.monotonic()
    with display.shown():
        while (elapsed_s := time.monotonic() - start_s) < options.duration_s:
            listener.spin(min(_REFRESH_S, options.duration_s - elapsed_s))
            _check(children, interruption)
            display.update(time.monotonic() - start_s, listener.status, listener.frames_published)
