# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The launch files: what they declare, and where launch is installed, what they start."""

import ast
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from rtmdl_ros.node.perspective import packages_of
from rtmdl_ros.workload.parameter_rules import rules_of
from rtmdl_ros.workload.parameters import CameraSimParameters

FOLDER = Path(__file__).parent.parent / 'launch'
FILES = sorted(path.name for path in FOLDER.glob('*.launch.py'))
NODE = [
    'image_topic', 'transport', 'camera_name', 'params_file', 'namespace', 'use_sim_time',
    'autostart', 'log_level',
]  # fmt: skip
ARGUMENTS = {
    'rtmdl.launch.py': NODE,
    'demo.launch.py': ['seed', 'width', 'height', 'rate_hz', *NODE],
    'replay.launch.py': [
        'bag', 'rate', 'loop', 'start_offset_s', 'topics', 'clock_hz', *NODE,
    ],
    'monitor.launch.py': [
        'rqt', 'aggregator', 'robot_monitor', 'foxglove', 'perspective_file', 'diagnostics_file',
        'foxglove_port',
    ],
    'f1tenth.launch.py': ['camera', 'start_camera', 'zed_model', 'bringup', *NODE],
}  # fmt: skip


def calls(file, name):
    """Return the calls of a function in a launch file."""
    tree = ast.parse((FOLDER / file).read_text())
    return [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == name
    ]  # fmt: skip


@pytest.mark.parametrize('file', FILES)
def test_every_argument_is_described_at_top_level(file):
    declared = calls(file, 'DeclareLaunchArgument')
    assert all('description' in {k.arg for k in call.keywords} for call in declared)
    # What a function declares when it is called --show-args does not find.
    tree = ast.parse((FOLDER / file).read_text())
    asked = {call.keywords[0].value.id for call in calls(file, 'OpaqueFunction')}
    late = [f for f in tree.body if isinstance(f, ast.FunctionDef) and f.name in asked]
    assert 'DeclareLaunchArgument' not in ''.join(ast.dump(function) for function in late)


@pytest.mark.parametrize('file', FILES)
def test_the_node_is_started_in_one_place(file):
    starts = "executable='rtmdl_node'" in (FOLDER / file).read_text()
    assert starts == (file == 'rtmdl.launch.py')


@pytest.fixture
def launch():
    """Return launch, which is not in the Python package index."""
    pytest.importorskip('launch_ros', reason='comes with an installed ROS 2 only')
    import launch

    return launch


@pytest.mark.parametrize('file', FILES)
def test_show_args_has_all_arguments(launch, file):
    description = runpy.run_path(str(FOLDER / file))['generate_launch_description']()
    shown = [argument.name for argument in description.get_launch_arguments()]
    assert sorted(set(shown)) == sorted(ARGUMENTS[file])


def test_defaults_of_the_camera_are_those_of_its_parameters(launch):
    camera = runpy.run_path(str(FOLDER / 'demo.launch.py'))['CAMERA']
    for name, (kind, default, description) in camera.items():
        value, rules = rules_of(CameraSimParameters)[name]
        assert (kind, kind(default), description) == (type(value), value, rules.description)


@pytest.mark.parametrize(
    ('names', 'topics', 'expected'),
    [
        ('front', '/image_raw', [('~/input/front/image', '/image_raw')]),
        ('a, b', '/x,/y', [('~/input/a/image', '/x'), ('~/input/b/image', '/y')]),
    ],
)
def test_each_camera_is_remapped_in_both_transports(launch, names, topics, expected):
    from launch.utilities import perform_substitutions

    file = runpy.run_path(str(FOLDER / 'rtmdl.launch.py'))
    context = launch.LaunchContext()
    parameters = str(FOLDER.parent / 'config' / 'rtmdl.param.yaml')
    values = {'camera_name': names, 'image_topic': topics, 'params_file': parameters}
    for name in NODE:
        context.launch_configurations[name] = values.get(name, '')
    [node] = file['node'](context)
    made = [
        tuple(perform_substitutions(context, side) for side in pair)
        for pair in node._Node__remappings
    ]
    both = [(a + end, b + end) for a, b in expected for end in ('', '/compressed')]
    assert made == both
    context.launch_configurations['image_topic'] += ',/one_too_many'
    with pytest.raises(ValueError, match='give each camera a topic'):
        file['node'](context)


@pytest.mark.parametrize(
    ('bag', 'problem'),
    [('no_bag', 'does not exist; give the folder'), ('', 'has no metadata.yaml; give the folder')],
)
def test_a_bag_that_is_none_is_named_before_the_node_starts(launch, tmp_path, bag, problem):
    file = runpy.run_path(str(FOLDER / 'replay.launch.py'))
    context = launch.LaunchContext()
    for argument in file['ARGUMENTS']:
        context.launch_configurations[argument.name] = str(tmp_path / bag)
    description = file['generate_launch_description']()
    *_, check, node, _ = description.entities
    assert type(node) is launch.actions.IncludeLaunchDescription
    with pytest.raises(ValueError, match=f'^bag:={tmp_path / bag} {problem}'):
        check.execute(context)


def replay(launch, bag, **given):
    """Return what replay.launch.py does once the node's file has declared its arguments."""
    file = runpy.run_path(str(FOLDER / 'replay.launch.py'))
    context = launch.LaunchContext()
    values = {'image_topic': '/image_raw', 'namespace': '', 'topics': '', 'loop': 'false'}
    for argument in file['ARGUMENTS']:
        context.launch_configurations[argument.name] = ''
    context.launch_configurations.update({**values, 'bag': str(bag), **given})
    return file['player'](context)


@pytest.mark.parametrize(
    'given',
    [
        {},
        {'image_topic': 'image', 'namespace': 'right'},
        {'image_topic': '/empty'},
        {'topics': '/tf,/odom'},
    ],
)
def test_a_bag_without_the_images_is_not_played(launch, tmp_path, given):
    from launch.actions import LogInfo, Shutdown

    counts = {'/left/image/compressed': 9, '/empty': 0}
    topics = [
        {'topic_metadata': {'name': name}, 'message_count': count}
        for name, count in counts.items()
    ]
    content = {'rosbag2_bagfile_information': {'topics_with_message_count': topics}}
    (tmp_path / 'metadata.yaml').write_text(yaml.safe_dump(content))
    line, shutdown = replay(launch, tmp_path, **given)
    assert isinstance(line, LogInfo) and isinstance(shutdown, Shutdown)
    assert line.msg[0].text.startswith(f'bag:={tmp_path} has no message on ')
    assert line.msg[0].text.endswith('; it has: /empty (0), /left/image/compressed (9)')
    for there in ({'image_topic': 'image', 'namespace': 'left'}, {'topics': 'all'}):
        *handlers, _ = replay(launch, tmp_path, **there)
        assert len(handlers) == 2


@pytest.mark.parametrize('text', ['', '- a', '{', 'rosbag2_bagfile_information: {}'])
def test_of_metadata_that_tell_nothing_the_player_is_asked(launch, tmp_path, text):
    (tmp_path / 'metadata.yaml').write_text(text)
    assert len(replay(launch, tmp_path)) == 3


def test_a_car_is_not_started_with_a_parameter_file_that_is_none(launch):
    file = runpy.run_path(str(FOLDER / 'f1tenth.launch.py'))
    context = launch.LaunchContext()
    *_, check, bringup, _, _ = file['generate_launch_description']().entities
    assert type(bringup) is launch.actions.IncludeLaunchDescription
    check.execute(context)
    context.launch_configurations['params_file'] = '/none.yaml'
    with pytest.raises(ValueError, match=r'^params_file:=/none\.yaml is no file'):
        check.execute(context)


def test_a_player_that_failed_is_told(launch):
    end = runpy.run_path(str(FOLDER / 'replay.launch.py'))['end']
    context = launch.LaunchContext()
    line, _ = end(SimpleNamespace(returncode=2), context)
    assert line.msg[0].text == 'ros2 bag play failed with exit status 2'
    assert len(end(SimpleNamespace(returncode=0), context)) == 1


def test_rqt_is_started_without_the_plugins_that_are_not_installed(launch, monkeypatch):
    from launch.actions import LogInfo
    from launch.utilities import perform_substitutions

    file = runpy.run_path(str(FOLDER / 'monitor.launch.py'))
    there = {'rqt_gui': True, 'rqt_plot': True, 'rqt_image_view': False}
    monkeypatch.setitem(file['rqt'].__globals__, 'installed', there.__getitem__)
    shipped = FOLDER.parent / 'config' / 'rtmdl.perspective'
    node, line = file['rqt'](shipped)
    assert isinstance(line, LogInfo)
    said = perform_substitutions(launch.LaunchContext(), line.msg)
    assert said.startswith('rqt_image_view is not installed and left out; to install it: sudo apt')
    shown = Path(node._Node__arguments[-1])
    assert shown.name == 'rtmdl.perspective'
    assert packages_of(shown.read_text()) == ['rqt_plot']
    there['rqt_image_view'] = True
    [node] = file['rqt'](shipped)
    assert node._Node__arguments[-1] == str(shipped)


def test_a_perspective_that_cannot_be_used_is_named(launch, monkeypatch, tmp_path):
    file = runpy.run_path(str(FOLDER / 'monitor.launch.py'))
    monkeypatch.setitem(file['rqt'].__globals__, 'installed', lambda package: True)
    with pytest.raises(ValueError, match=r'^perspective_file:=/none cannot be used: .*No such'):
        file['rqt'](Path('/none'))
    (tmp_path / 'my.perspective').write_text('{}')
    with pytest.raises(ValueError, match=r'my.perspective cannot be used: it names no running'):
        file['rqt'](tmp_path / 'my.perspective')
