# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Plays a bag to the node, in the time of the bag. The bag begins when the node is active.

ros2 launch rtmdl_ros replay.launch.py bag:=my_bag image_topic:=/camera/camera/color/image_raw
ros2 launch rtmdl_ros replay.launch.py bag:=my_bag image_topic:=/image_raw rate:=0.5 loop:=true

Deadlines are of this machine's clock: at rate 2 frames come twice as often and deadlines stay.
`rtmdl replay` needs no middleware and gives the same figures each time.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import yaml
from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import (
    DeclareLaunchArgument,
    ExecuteProcess,
    IncludeLaunchDescription,
    LogInfo,
    OpaqueCoroutine,
    OpaqueFunction,
    RegisterEventHandler,
    Shutdown,
    TimerAction,
)
from launch.event_handlers import OnExecutionComplete, OnProcessExit
from launch.events import Shutdown as ShutdownEvent
from launch.events.process import ProcessExited
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.ros_adapters import get_ros_node
from launch_ros.substitutions import FindPackageShare
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState

#: For the node to find the player before the first frame; on a busy machine that takes seconds.
DISCOVERY_S = 4.0
#: Between two questions whether the node is active.
POLL_S = 0.2
#: For the last answers and diagnostics after the last frame.
SETTLE_S = 2.0

ARGUMENTS = [
    DeclareLaunchArgument('bag', description='Folder or file of the bag (rosbag2).'),
    DeclareLaunchArgument(
        'rate', default_value='1.0', description='How many times as fast as recorded to play.'
    ),
    DeclareLaunchArgument(
        'loop',
        default_value='false',
        choices=['true', 'false'],
        description='true: begin again at the end; false: end with the bag.',
    ),
    DeclareLaunchArgument(
        'start_offset_s', default_value='0.0', description='Leave out this many s of the bag.'
    ),
    DeclareLaunchArgument(
        'topics',
        default_value='',
        description='Topics to play, with commas between; empty: the images only; all: all of the '
        'bag, but what the node said when it was recorded mixes with what it says now.',
    ),
    DeclareLaunchArgument(
        'clock_hz', default_value='100', description='Messages a second on /clock.'
    ),
]
#: The node's file declares it with another default.
USE_SIM_TIME = DeclareLaunchArgument(
    'use_sim_time',
    default_value='true',
    choices=['true', 'false'],
    description='true: the node takes the time of the bag from /clock.',
)


def checked(context: LaunchContext) -> None:
    """Raise ValueError for what is no bag, before the node is started: it would go on alone."""
    bag = LaunchConfiguration('bag').perform(context)
    if not Path(bag).exists():
        raise ValueError(f'bag:={bag} does not exist; give the folder of a rosbag2')
    if Path(bag).is_dir() and not (Path(bag) / 'metadata.yaml').is_file():
        raise ValueError(
            f'bag:={bag} has no metadata.yaml; give the folder of a rosbag2, or make it with '
            '`ros2 bag reindex`'
        )


def player(context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Return what plays the bag as soon as the node is active."""
    values = {
        argument.name: LaunchConfiguration(argument.name).perform(context)
        for argument in ARGUMENTS
    }
    command = ['ros2', 'bag', 'play', values['bag'], '--clock', values['clock_hz']]
    command += ['--rate', values['rate'], '--start-offset', values['start_offset_s']]
    # Keys typed into a launch are nobody's.
    command += ['--disable-keyboard-controls']
    # The player would wait again before each round.
    command += ['--loop'] if values['loop'] == 'true' else ['--delay', str(DISCOVERY_S)]
    if values['topics'] != 'all':
        topics = played_topics(context, values['topics'])
        problem = nothing_on(Path(values['bag']), topics)
        if problem:  # raised, it would leave the node behind
            return [LogInfo(msg=problem), Shutdown(reason=problem)]
        command += ['--topics', *topics]
    play = ExecuteProcess(cmd=command, output='screen', on_exit=end)
    begins = LogInfo(
        msg=f'the node is active; the bag begins within {DISCOVERY_S:g} s, and until then nobody '
        'publishes images'
    )
    waiting = OpaqueCoroutine(coroutine=node_active)
    handlers = [
        OnExecutionComplete(
            target_action=waiting,
            on_completion=lambda event, context: None if context.is_shutdown else [begins, play],
        ),
        OnProcessExit(on_exit=node_ended),
    ]
    return [*map(RegisterEventHandler, handlers), waiting]


def nothing_on(bag: Path, topics: Sequence[str]) -> str:
    """Say that a bag holds none of some topics; '': it does, or its metadata do not tell."""
    try:
        metadata = yaml.safe_load((bag / 'metadata.yaml').read_text(encoding='utf-8'))
        found = {
            each['topic_metadata']['name']: each['message_count']
            for each in metadata['rosbag2_bagfile_information']['topics_with_message_count']
        }
    except (OSError, ValueError, LookupError, TypeError, yaml.YAMLError):
        return ''
    if any(found.get(topic) for topic in topics):
        return ''
    there = ', '.join(f'{topic} ({count})' for topic, count in sorted(found.items())) or 'nothing'
    return f'bag:={bag} has no message on {" or ".join(topics)}; it has: {there}'


def node_ended(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Return what ends all where the node has ended: nobody would answer the bag."""
    if context.is_shutdown or not event.process_name.startswith('rtmdl_node'):
        return []
    return [Shutdown(reason=f'the node ended with exit status {event.returncode}')]


async def node_active(context: LaunchContext) -> None:
    """Wait until the node is active, by asking: an event of it may come before it is heard.

    It answers when it has tried to configure. Where that failed, all ends; unless a lifecycle
    manager is to configure it.
    """
    waits = LaunchConfiguration('autostart').perform(context) == 'false'
    namespace = LaunchConfiguration('namespace').perform(context).strip('/')
    service = f'/{namespace}/rtmdl/get_state' if namespace else '/rtmdl/get_state'
    client = get_ros_node(context).create_client(GetState, service)
    # Cancelled by Ctrl-C it must not say so, or launch ends before its processes.
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(POLL_S)
            if not client.service_is_ready():
                continue
            answer = client.call_async(GetState.Request())
            await asyncio.sleep(POLL_S)
            state = answer.result().current_state.id if answer.done() else None
            if state == State.PRIMARY_STATE_ACTIVE:
                return
            if state == State.PRIMARY_STATE_UNCONFIGURED and not waits:
                reason = 'the node does not configure, its log says why (or give autostart:=false)'
                await context.emit_event(ShutdownEvent(reason=reason))
                return


def played_topics(context: LaunchContext, topics: str) -> list[str]:
    """Return the topics asked for, by default those of the images in both transports."""
    if topics:
        return [topic.strip() for topic in topics.split(',')]
    names = LaunchConfiguration('image_topic').perform(context).split(',')
    # A relative one is in the namespace, as for the node.
    namespace = LaunchConfiguration('namespace').perform(context)
    images = [str(PurePosixPath('/', namespace, name.strip())) for name in names]
    return [f'{image}{suffix}' for image in images for suffix in ('', '/compressed')]


def end(event: ProcessExited, context: LaunchContext) -> list[LaunchDescriptionEntity]:
    """Return what ends the node some time after the bag, unless all is being ended already."""
    if context.is_shutdown:
        return []
    if event.returncode:
        reason = f'ros2 bag play failed with exit status {event.returncode}'
        return [LogInfo(msg=reason), Shutdown(reason=reason)]
    return [TimerAction(period=SETTLE_S, actions=[Shutdown(reason='the bag is over')])]


def generate_launch_description() -> LaunchDescription:
    """Return the player and the node's launch file, in simulated time."""
    node = IncludeLaunchDescription(
        PathJoinSubstitution([FindPackageShare('rtmdl_ros'), 'launch', 'rtmdl.launch.py'])
    )
    check = OpaqueFunction(function=checked)
    # The player comes after the node, for it asks for arguments of the node.
    play = OpaqueFunction(function=player)
    return LaunchDescription([*ARGUMENTS, USE_SIM_TIME, check, node, play])
