# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The command lines of the two processes of a demo."""

from pathlib import Path

from rtmdl_ros.node.demo.options import DemoOptions
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.frame_period import remark_on_period
from rtmdl_ros.workload.image_kind import SMALLEST_SIDE
from rtmdl_ros.workload.parameter_rules import rules_of
from rtmdl_ros.workload.parameters import TaskParameters

#: Often enough for a live table and for counters that are complete soon after the last frame.
_STATUS_PERIOD_S = 0.25


def camera_arguments(options: DemoOptions) -> list[str]:
    """Return the arguments of the camera, camera_sim or video_source."""
    if options.simulated:
        return ros_arguments(
            seed=options.seed, width=options.width, height=options.height, rate_hz=options.rate_hz
        )
    # Own footage lasts as long as the demo.
    return ros_arguments(
        source=options.source, loop='true', rate_hz=options.rate_hz, max_width=options.width
    )


def node_arguments(options: DemoOptions, configuration: Configuration, trace: Path) -> list[str]:
    """Return the arguments of rtmdl_node: all its cameras look at the one of the demo."""
    arguments = ['--ros-args']
    if options.params_file is not None:
        arguments += ['--params-file', str(options.params_file)]
    for camera in configuration.cameras:
        arguments += ['-r', f'~/input/{camera}/image:=/{options.camera}/image']
    # The demo activates the node when it hears all that the node says, so that no frame escapes.
    parameters: dict[str, object] = {
        'autostart': 'false',
        'trace_file': trace,
        'status_period_s': _STATUS_PERIOD_S,
    }
    # Smaller pictures, as there may be in a folder, are looked at as quickly as measured ones.
    measurable = min(options.width, options.height) >= SMALLEST_SIDE
    for camera in configuration.cameras if measurable else ():
        parameters |= {f'{camera}.width': options.width, f'{camera}.height': options.height}
    if options.params_file is None and options.rate_hz:
        _, rules = rules_of(TaskParameters)['period_ms']
        period_ms = min(1e3 / options.rate_hz, rules.maximum)
        parameters |= {
            f'{name}.period_ms': period_ms
            for name, task in configuration.tasks.items()
            if remark_on_period(name, task.period_ms, period_ms)
        }
    if options.deadline_ms is not None:
        parameters |= {f'{task}.deadline_ms': options.deadline_ms for task in configuration.tasks}
    return arguments + _parameters(parameters)


def ros_arguments(**parameters: object) -> list[str]:
    """Return parameters as ROS command line arguments."""
    return ['--ros-args', *_parameters(parameters)]


def _parameters(values: dict[str, object]) -> list[str]:
    return [part for name, value in values.items() for part in ('-p', f'{name}:={value}')]
