# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""tools/set_up.py: what it says on machines that lack something, and what it leaves alone.

Installing and building themselves are tested by every `make test`, which begins with them.
"""

import importlib.util
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / 'tools' / 'set_up.py'
#: Where the wheels of ROS 2 were built.
TAG = 'cp{}{}'.format(*sys.version_info)
BUILDER = f'/opt/python/{TAG}-{TAG}'
VERSION = '{}.{}'.format(*sys.version_info)


@pytest.fixture
def set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, working in an empty folder with this Python in the place of .venv's."""
    spec = importlib.util.spec_from_file_location('set_up', SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, 'ROOT', tmp_path)
    monkeypatch.setattr(module, 'VENV', tmp_path / '.venv')
    monkeypatch.setattr(module, 'PYTHON', Path(sys.executable))
    monkeypatch.delenv('ROS_DISTRO', raising=False)
    return module


def refusal(environment: dict[str, str]) -> str:
    """Run the script in an environment of its own and return its one line of complaint."""
    result = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True
    )
    assert (result.returncode, result.stdout) == (1, '')
    assert result.stderr.count('\n') == 1
    return result.stderr.strip()


def test_unsupported_ros_is_named() -> None:
    assert refusal({**os.environ, 'ROS_DISTRO': 'foxy'}) == (
        "setup: the sourced ROS 2 is 'foxy', but humble and jazzy are supported; open a shell that "
        'sources no ROS 2 to use the Python wheels of Jazzy'
    )


def test_missing_compiler_is_named(tmp_path: Path) -> None:
    environment = {name: os.environ[name] for name in os.environ if name not in ('CC', 'CXX')}
    environment.pop('ROS_DISTRO', None)
    assert refusal({**environment, 'PATH': str(tmp_path)}) == (
        'setup: a C and C++ compiler is missing; install it with: sudo apt install build-essential'
    )


def test_compiler_chosen_by_variable_must_exist() -> None:
    environment = {name: os.environ[name] for name in os.environ if name != 'ROS_DISTRO'}
    assert 'sudo apt install build-essential' in refusal({**environment, 'CXX': '/nowhere/c++'})


def test_unsupported_python_is_named(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, 'OLDEST', (3, 99))
    with pytest.raises(set_up.SetupError) as caught:
        set_up.check_machine('')
    assert str(caught.value) == (
        f'Python {VERSION} is not supported (3.10 to 3.13 are); name another one, for example: '
        'make PYTHON=python3.12'
    )


def test_path_with_spaces_is_refused(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, 'ROOT', Path('/tmp/my car'))
    with pytest.raises(set_up.SetupError) as caught:
        set_up.check_machine('')
    assert str(caught.value) == (
        'colcon cannot work in a path with spaces; move the folder /tmp/my car'
    )


def test_missing_headers_are_named(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [str(set_up.VENV), sys.version, '/nowhere/include']
    monkeypatch.setattr(set_up, 'ask_venv', lambda *_: answer)
    with pytest.raises(set_up.SetupError) as caught:
        set_up.check_venv('')
    assert str(caught.value) == (
        f'the header Python.h of Python {VERSION} is missing; install it with: '
        f'sudo apt install python{VERSION}-dev'
    )


def test_broken_venv_is_named(set_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_up, 'PYTHON', Path('/bin/false'))
    with pytest.raises(set_up.SetupError, match=r'broken; remove the folder .*/\.venv and'):
        set_up.check_venv('')


def test_venv_of_another_folder_is_refused(set_up: ModuleType) -> None:
    with pytest.raises(set_up.SetupError, match='moved here from'):
        set_up.check_venv('')


def test_venv_made_without_ros_is_refused_beside_a_sourced_one(
    set_up: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_up, 'VENV', Path(sys.prefix))
    if not (set_up.VENV / 'pyvenv.cfg').exists():
        pytest.skip('this Python is not in a virtual environment')
    other = '' if 'packages = true' in (set_up.VENV / 'pyvenv.cfg').read_text() else 'jazzy'
    with pytest.raises(set_up.SetupError, match=r'made for a machine with (a|no) sourced'):
        set_up.check_venv(other)


def test_include_paths_of_the_wheels_are_corrected(set_up: ModuleType) -> None:
    file = set_up.VENV / 'share' / 'std_msgs' / 'cmake' / 'export.cmake'
    file.parent.mkdir(parents=True)
    numpy = f'{BUILDER}/lib/python{VERSION}/site-packages/numpy/_core/include'
    file.write_text(f'INCLUDE "{BUILDER}/include/python{VERSION};{numpy};/usr/include/x"')
    set_up.correct_include_paths()
    headers, site = sysconfig.get_path('include'), sysconfig.get_path('purelib')
    assert file.read_text() == f'INCLUDE "{headers};{site}/numpy/_core/include;/usr/include/x"'


def test_stamp_holds_until_a_content_or_word_changes(set_up: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / 'a.msg'
    source.write_text('uint8 x')
    path = tmp_path / 'stamp'
    stamp = set_up.Stamp(path, [source], ['jazzy'])
    assert not stamp.valid()
    stamp.write()
    assert set_up.Stamp(path, [source], ['jazzy']).valid()
    assert not set_up.Stamp(path, [source], ['humble']).valid()
    source.write_text('uint8 y')
    assert not set_up.Stamp(path, [source], ['jazzy']).valid()


def test_failing_step_shows_the_end_of_its_output(
    set_up: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(set_up, 'LOG', tmp_path / 'setup.log')
    with pytest.raises(set_up.SetupError, match=r'all its output is in .*/setup\.log'):
        set_up.call([sys.executable, '-c', 'print("no space left"); raise SystemExit(3)'])
    assert 'no space left' in capsys.readouterr().err
