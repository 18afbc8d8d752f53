# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The entry of the node's process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('rclpy', reason='needs ROS 2: make setup')

#: Tells of the first import of libraries that may bring OpenMP along.
WATCHED = """
import os, sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in ('torch', 'cv2', 'onnxruntime'):
            print(name, os.environ.get('OMP_WAIT_POLICY'))
sys.meta_path.insert(0, Watch())
"""


#: Ctrl-C in the place of that.
INTERRUPT = 'os.kill(os.getpid(), 2)'
END = 'sys.exit(status)'


def imports_in(code, **environment):
    """Run code in a process of its own; returns each library with the policy it found."""
    own = {name: value for name, value in os.environ.items() if name != 'OMP_WAIT_POLICY'}
    done = subprocess.run(
        [sys.executable, '-c', WATCHED + code], capture_output=True, text=True, cwd='/',
        env=own | environment,
    )  # fmt: skip
    return [tuple(line.split()) for line in done.stdout.splitlines()]


NODE = "from rtmdl_ros.node.main import main; main(['--ros-args', '-p', 'lanes:=0'])"
CLI = "from rtmdl_ros.cli import main; main(['evaluate', '--data', '/'])"


@pytest.mark.parametrize(
    ('code', 'libraries'), [(NODE, {'cv2', 'onnxruntime'}), (CLI, {'cv2', 'torch'})]
)
def test_openmp_is_told_to_wait_asleep_before_it_can_be_loaded(code, libraries):
    found = imports_in(code)
    assert libraries <= {name for name, _ in found}
    assert {policy for _, policy in found} == {'PASSIVE'}


@pytest.mark.parametrize(
    ('code', 'status', 'told'), [(NODE, 0, ''), (CLI, 130, 'rtmdl evaluate: interrupted')]
)
def test_an_interruption_while_libraries_are_loaded_is_no_traceback(code, status, told):
    interrupted = WATCHED.replace("print(name, os.environ.get('OMP_WAIT_POLICY'))", INTERRUPT)
    done = subprocess.run(
        [sys.executable, '-c', f'{interrupted}{code.replace("main(", "status = main(")}\n{END}'],
        capture_output=True, text=True, cwd='/',
    )  # fmt: skip
    assert (done.returncode, done.stderr.strip()) == (status, told)


def test_a_missing_package_is_told_in_a_line():
    without = f"import sys; sys.modules['cv2'] = None; {NODE.replace('main([', 'sys.exit(main([')})"
    done = subprocess.run([sys.executable, '-c', without], capture_output=True, text=True, cwd='/')
    assert (done.returncode, done.stderr) == (
        1,
        'rtmdl: import of cv2 halted; None in sys.modules: ". venv/bin/activate" or ". ./env.sh" '
        'first, see the README\n',
    )


def test_sources_without_their_messages_are_told_in_a_line():
    root = Path(__file__).parent.parent.parent
    command = [sys.executable, '-m', 'rtmdl_ros']
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert (done.returncode, done.stderr.count('\n')) == (1, 1)
    assert done.stderr.startswith("rtmdl: No module named 'rtmdl_ros.msg': ")
    assert done.stderr.endswith('start it from another folder than that of the sources\n')


def test_how_openmp_waits_is_the_users_choice():
    assert {policy for _, policy in imports_in(NODE, OMP_WAIT_POLICY='ACTIVE')} == {'ACTIVE'}


OWN = '/**:\n  ros__parameters:\n    '


@pytest.mark.parametrize(
    ('content', 'told'),
    [
        (None, 'cannot be read (No such file or directory)'),
        ('a: [', 'not a YAML file ('),
        ('lanes: [1]', 'no parameters for the node; put them under "/**:"'),
        (f'{OWN}traffic_light:', 'traffic_light has no value; give one or take the line away'),
        (f'{OWN}tasks: [a, 3]', 'tasks is a list of several kinds; ROS reads those of one'),
    ],
)
def test_a_parameter_file_that_ros_cannot_read_is_told_in_one_line(tmp_path, content, told):
    path = tmp_path / 'mine.yaml'
    if content is not None:
        path.write_text(content)
    code = 'import sys; from rtmdl_ros.node.main import main; sys.exit(main(sys.argv[1:]))'
    command = [sys.executable, '-c', code, '--ros-args', '--params-file', str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd='/')
    assert done.returncode == 2
    *others, line = done.stderr.splitlines()
    assert all('[rcl]' in each for each in others)
    assert line.startswith(f'rtmdl_node: {path}: {told}')


def test_all_threads_of_the_node_share_one_heap():
    count = """
import ctypes
libc = ctypes.CDLL(None)
out = ctypes.c_void_p.in_dll(libc, 'stdout')
libc.malloc_info(0, out)
libc.fflush(out)
"""
    command = [sys.executable, '-c', NODE + count]
    done = subprocess.run(command, capture_output=True, text=True, cwd='/')
    assert done.stdout.count('<heap ') == 1  # else seven, as the middleware has threads of its own


def node(*arguments):
    """Return what the node's process says and ends with."""
    command = [sys.executable, '-m', 'rtmdl_ros', *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd='/')
    return done.returncode, done.stdout, done.stderr


def test_help_shows_how_ros_gives_arguments():
    code, out, _ = node('--help')
    assert code == 0
    assert '--ros-args --params-file my.param.yaml' in out


def test_what_is_no_ros_argument_is_refused():
    code, _, err = node('--params-file', 'mine.yaml')
    assert code == 2
    assert 'unrecognized arguments: --params-file mine.yaml' in err


def test_a_parameter_of_ros_with_a_wrong_type_is_refused_in_one_line():
    code, _, err = node('--ros-args', '-p', 'use_sim_time:=1')
    assert code == 2
    (line,) = err.splitlines()
    assert line.startswith("rtmdl: Trying to set parameter 'use_sim_time' to '1'")
