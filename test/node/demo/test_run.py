# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Whole demos as a user starts them: camera, node and listener as processes over DDS.

They do not ask whether this machine is fast enough: deadlines are long.
"""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from rtmdl_ros.node.executables import executable

# A busy machine starts the processes slowly.
pytestmark = pytest.mark.timeout(300)
TASKS = ('traffic_light', 'traffic_sign')


@pytest.fixture
def parameter_file(tmp_path, cache_dir, small_zoo):
    """Return a parameter file with few variants, the tests' cache and long deadlines."""
    path = tmp_path / 'my.yaml'
    folders = [f'cache_dir: {cache_dir}', f'zoo_dir: {small_zoo}']
    lines = [*folders, *(f'{task}.deadline_ms: 5000' for task in TASKS)]
    path.write_text('/**:\n  ros__parameters:\n' + ''.join(f'    {line}\n' for line in lines))
    return path


def command(folder: Path, *arguments: object) -> list[str]:
    """Return the command line of a short demo that writes to a folder."""
    more = ('--duration', '2', '--width', '320', '--height', '240', '--out', folder / 'out')
    return [*executable('rtmdl'), 'demo', *map(str, more), *map(str, arguments)]


def children_of(process_id: int) -> list[int]:
    """Return the ids of the processes that a process has started."""
    tasks = Path(f'/proc/{process_id}/task').iterdir()
    return [int(child) for task in tasks for child in (task / 'children').read_text().split()]


def test_a_demo_leaves_figures_pictures_and_logs(tmp_path, parameter_file):
    figures = tmp_path / 'figures.json'
    done = subprocess.run(
        command(tmp_path, '--params-file', parameter_file, '--json', figures),
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert '\x1b' not in done.stdout
    assert 'demo 320x240 at 30 Hz, 2 s, seed 1' in done.stdout
    assert done.stderr == ''

    out = tmp_path / 'out'
    written = {path.name for path in out.iterdir()}
    assert written == {
        'camera_sim.log', 'contact_sheet.png', 'demo.json', 'demo.webm', 'rtmdl_node.log',
        'timeline.png', 'trace.json',
    }  # fmt: skip
    assert all(str(out / name) in done.stdout for name in written)
    assert cv2.imread(str(out / 'contact_sheet.png')).shape[1] == 3 * 320
    assert cv2.VideoCapture(str(out / 'demo.webm')).read()[0]

    document = json.loads(figures.read_text())
    assert document == json.loads((out / 'demo.json').read_text())
    assert 0 < document['camera']['received'] <= document['camera']['published']
    tasks = document['policies']['rtmdl']['tasks']
    assert set(tasks) == set(TASKS)
    for task in tasks.values():
        outcomes = ('on_time', 'late', 'superseded', 'discarded', 'failed')
        assert task['released'] == sum(task[outcome] for outcome in outcomes) > 0
        assert task['deadline_ms'] == 5000.0
        assert task['on_time'] > 0
        assert 0 < task['response_ms']['p50'] <= task['response_ms']['max'] < 5000.0
    assert sum(task['accuracy']['iou_0.5']['objects'] for task in tasks.values()) > 0


def test_a_demo_on_own_footage_has_all_but_the_truth(tmp_path, parameter_file):
    pictures = tmp_path / 'pictures'
    pictures.mkdir()
    for index in range(5):
        cv2.imwrite(str(pictures / f'{index}.png'), np.full((240, 320, 3), 50 * index, np.uint8))
    out = tmp_path / 'out'
    lanes = len(os.sched_getaffinity(0)) + 1
    with parameter_file.open('a') as file:
        file.write(f'    lanes: {lanes}\n')
    arguments = ('--source', pictures, '--rate', '15', '--duration', '2', '--out', out)
    done = subprocess.run(
        [*executable('rtmdl'), 'demo', *map(str, arguments), '--params-file', str(parameter_file)],
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'demo on pictures at 15 Hz, 2 s' in done.stdout
    assert 'precision' not in done.stdout
    assert f'\nrtmdl_node warned: lanes is {lanes} and cpu_workers 1, but ' in done.stdout
    assert cv2.imread(str(out / 'contact_sheet.png')).shape[1] == 3 * 320
    assert cv2.VideoCapture(str(out / 'demo.webm')).read()[0]
    document = json.loads((out / 'demo.json').read_text())
    assert 0 < document['camera']['received'] <= document['camera']['published']
    for task in document['policies']['rtmdl']['tasks'].values():
        assert task['on_time'] > 0
        assert task['accuracy'] == {}
    assert document['warnings'][0].startswith(f'lanes is {lanes} and ')


def test_a_node_that_cannot_start_is_told_at_once(tmp_path):
    path = tmp_path / 'my.yaml'
    path.write_text('/**: {ros__parameters: {zoo_dir: /nowhere}}')
    done = subprocess.run(
        command(tmp_path, '--params-file', path),
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    first, *tail = done.stderr.splitlines()
    assert first.startswith('rtmdl demo: rtmdl_node: configure failed: /nowhere')
    assert first.endswith(f'the end of {tmp_path}/out/rtmdl_node.log:')
    assert any('configure failed' in line for line in tail)


def test_a_wrong_parameter_is_told_before_anything_starts(tmp_path):
    path = tmp_path / 'my.yaml'
    path.write_text('/**: {ros__parameters: {lanes: 99}}')
    done = subprocess.run(
        command(tmp_path, '--params-file', path),
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == f'rtmdl demo: {path}: lanes is 99; it must be from 1 to 16\n'
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_interrupted_all_processes_end_at_once(tmp_path, parameter_file, number, request):
    process = subprocess.Popen(
        command(tmp_path, '--params-file', parameter_file, '--duration', '600'),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        # Whoever runs the tests in the background has them ignore it.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )  # fmt: skip
    request.addfinalizer(process.kill)
    log = tmp_path / 'out' / 'rtmdl_node.log'
    end_s = time.monotonic() + 240
    while not (log.exists() and 'detections on' in log.read_text()):
        assert process.poll() is None
        assert time.monotonic() < end_s
        time.sleep(0.1)
    children = children_of(process.pid)
    assert len(children) == 2

    start_s = time.monotonic()
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert time.monotonic() - start_s < 5.0  # on a busy machine, else 2
    assert (process.returncode, errors) == (130, 'rtmdl demo: interrupted\n')
    assert not [child for child in children if os.path.exists(f'/proc/{child}')]
