# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The package as a whole: manifest, version, licence, messages, and who imports whom."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).parent.parent
VERSION = '0.1.0'
SPDX = 'SPDX-License-Identifier: Apache-2.0'

#: What each room imports of ours, of what is below it in docs/architecture.svg.
ROOMS = {
    'workload': set(),
    'figures': {'workload'},
    'scheduling': {'workload'},
    'simulation': {'workload', 'scheduling'},
    'rendering': {'workload'},
    'networks': {'workload'},
    'engine': {'workload', 'networks'},
    'runtime': {'workload', 'scheduling', 'figures'},
    'perception': {'workload', 'networks', 'engine'},
    'profiling': {
        'workload', 'networks', 'engine', 'perception', 'rendering', 'runtime', 'figures',
    },
    'planning': {'workload', 'scheduling', 'simulation', 'profiling', 'figures'},
    'scaling': {'workload', 'networks', 'perception', 'engine', 'rendering', 'figures'},
    'evidence': {'workload', 'simulation', 'perception', 'runtime'},
    'deployment': {
        'workload', 'scheduling', 'networks', 'engine', 'runtime', 'perception', 'profiling',
        'planning',
    },
    'replay': {
        'workload', 'scheduling', 'simulation', 'rendering', 'networks', 'engine', 'runtime',
        'perception', 'profiling', 'planning', 'scaling', 'deployment', 'evidence',
    },
    'bench': {
        'workload', 'scheduling', 'simulation', 'rendering', 'networks', 'engine', 'runtime',
        'perception', 'profiling', 'planning', 'scaling', 'evidence', 'figures',
    },
    'node': {
        'workload', 'runtime', 'engine', 'networks', 'perception', 'profiling', 'planning',
        'rendering', 'deployment', 'evidence', 'figures',
    },
}
ROOMS_WITH_TORCH = ('networks', 'engine', 'scaling')


def tracked_files() -> list[Path]:
    """Return the files of the repository, or of the source tree where it is not one."""
    git = subprocess.run(['git', 'ls-files', '-z'], cwd=ROOT, capture_output=True, text=True)
    if git.returncode == 0:
        return [path for name in git.stdout.split('\0') if name and (path := ROOT / name).exists()]
    return [path for path in ROOT.rglob('*') if path.is_file() and '.venv' not in path.parts]


def found(folder: str, pattern: str) -> list[Path]:
    """Return the files of a pattern in a folder of the repository, of which there are some."""
    paths = sorted((ROOT / folder).glob(pattern))
    assert paths, f'{folder}/{pattern} matches no file'
    return paths


def imported_modules(tree: ast.AST) -> set[str]:
    """Return the dotted names that a module imports anywhere."""
    names = set()
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Import):
            names |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            names.add(statement.module)
            names |= {f'{statement.module}.{alias.name}' for alias in statement.names}
    return names


@cache
def modules() -> dict[Path, set[str]]:
    """Return what each module of the package imports, by its path below rtmdl_ros/."""
    package = ROOT / 'rtmdl_ros'
    return {
        path.relative_to(package): imported_modules(ast.parse(path.read_text()))
        for path in sorted(package.rglob('*.py'))
    }


def test_version_is_the_same_everywhere() -> None:
    manifest = ElementTree.parse(ROOT / 'package.xml')
    assert manifest.findtext('version') == VERSION
    changelog = (ROOT / 'CHANGELOG.rst').read_text()
    newest = re.search(r'^(\d+\.\d+\.\d+)', changelog, re.MULTILINE)
    assert newest and newest[1] == VERSION
    # setup.py reads it from package.xml.
    assert 'version' not in (ROOT / 'setup.cfg').read_text().replace('python_version', '')


def test_manifest_is_valid_and_complete() -> None:
    catkin_package = pytest.importorskip('catkin_pkg.package', reason='comes with ROS 2')
    warnings: list[str] = []
    manifest = catkin_package.parse_package(str(ROOT / 'package.xml'), warnings=warnings)
    assert warnings == []
    assert manifest.package_format == 3
    assert manifest.get_build_type() == 'ament_cmake'
    assert [group.name for group in manifest.member_of_groups] == ['rosidl_interface_packages']


def test_manifest_names_every_ros_package_that_the_node_imports() -> None:
    manifest = ElementTree.parse(ROOT / 'package.xml').getroot()
    declared = {element.text for element in manifest if element.tag in ('depend', 'exec_depend')}
    ros = re.compile(r'rclpy|cv_bridge|ament_\w+|launch(_ros)?|\w+_(msgs|srvs|interfaces)')
    imported = {name.split('.')[0] for names in modules().values() for name in names}
    for path in (ROOT / 'launch').glob('*.py'):
        imported |= {name.split('.')[0] for name in imported_modules(ast.parse(path.read_text()))}
    assert {name for name in imported if ros.fullmatch(name)} - declared == set()


def test_rooms_import_only_what_is_below_them() -> None:
    used: dict[str, set[str]] = {path.parts[0]: set() for path in modules() if len(path.parts) > 1}
    for path, names in modules().items():
        if path.parts[0] in used:
            ours = (name.split('.') for name in names if name.startswith('rtmdl_ros.'))
            used[path.parts[0]] |= {parts[1] for parts in ours} - {path.parts[0], 'msg'}
    assert used == ROOMS


def test_rooms_form_no_circle() -> None:
    below = dict(ROOMS)
    while lowest := {room for room, others in below.items() if not others & set(below)}:
        below = {room: others for room, others in below.items() if room not in lowest}
    assert below == {}


def test_only_the_node_imports_ros() -> None:
    ros = {'rclpy', 'sensor_msgs', 'std_msgs', 'diagnostic_msgs', 'vision_msgs', 'launch_ros'}
    importing = {
        path
        for path, names in modules().items()
        if {name.split('.')[0] for name in names} & ros
        or any(name.startswith('rtmdl_ros.msg') for name in names)
    }
    assert {path.parts[0] for path in importing} == {'node'}


def test_torch_stays_in_its_rooms() -> None:
    wrong = [
        str(path)
        for path, names in modules().items()
        if {'torch', 'torchvision'} & {name.split('.')[0] for name in names}
        and path.parts[0] not in ROOMS_WITH_TORCH
    ]
    assert wrong == []


@pytest.mark.parametrize('room', ['workload', 'scheduling'])
def test_lowest_rooms_need_nothing_but_python(room: str) -> None:
    allowed = set(sys.stdlib_module_names) | {'rtmdl_ros'}
    used = {
        name.split('.')[0]
        for path, names in modules().items()
        if path.parts[0] == room
        for name in names
    }
    assert used - allowed <= ({'yaml'} if room == 'workload' else set())


def test_packages_consist_of_a_docstring() -> None:
    """rosidl puts its own empty __init__.py in place of the top-level one."""
    for path in found('rtmdl_ros', '**/__init__.py'):
        body = ast.parse(path.read_text()).body
        assert len(body) == 1 and isinstance(body[0], ast.Expr), f'{path} holds code'


def test_own_files_name_their_licence() -> None:
    kinds = ('.py', '.msg', '.xml', '.sh', '.cfg', '.toml', '.txt')
    names = ('Makefile',)
    own = [
        path
        for path in tracked_files()
        if path.suffix in kinds or path.name in names or path.parent.name == 'scripts'
    ]
    assert len(own) > 20
    without = [str(path) for path in own if SPDX not in '\n'.join(path.read_text().split('\n')[:8])]
    assert without == []


def test_launch_files_compile_and_declare_their_arguments() -> None:
    for path in found('launch', '*.launch.py'):
        compile(path.read_text(), str(path), 'exec')
    text = (ROOT / 'launch' / 'rtmdl.launch.py').read_text()
    declared = re.findall(r"DeclareLaunchArgument\(\s*'(\w+)'", text)
    expected = 'image_topic transport camera_name params_file namespace use_sim_time autostart'
    assert declared == [*expected.split(), 'log_level']


def test_shipped_yaml_files_parse() -> None:
    for path in found('config', '*.yaml'):
        assert yaml.safe_load(path.read_text()), path


def test_messages_of_the_workspace() -> None:
    msg = pytest.importorskip('rtmdl_ros.msg', reason='needs the built workspace: make setup')
    miss = msg.DeadlineMiss
    assert (miss.LATE, miss.SUPERSEDED, miss.DISCARDED, miss.FAILED) == (1, 2, 3, 4)
    task = msg.TaskStatus(task='traffic_light', released=3, on_time=2, late=1)
    status = msg.SchedulerStatus(tasks=[task])
    assert status.tasks[0].in_flight == 0


def test_every_field_of_a_message_is_explained() -> None:
    """A field has a comment above it; a group of fields shares one."""
    for path in found('msg', '*.msg'):
        for block in path.read_text().split('\n\n'):
            lines = [line for line in block.splitlines() if line]
            if any(not line.startswith('#') for line in lines):
                assert lines[0].startswith('#'), f'{path.name}: {lines[0]} is not explained'
