# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a device is told by."""

from dataclasses import replace

import onnxruntime
import pytest
from own_task import write_own_task

from rtmdl_ros.engine.engine import ON_CPU
from rtmdl_ros.networks.zoo import default_zoo_dir
from rtmdl_ros.perception.functions import FUNCTIONS, ladder
from rtmdl_ros.profiling import device
from rtmdl_ros.profiling.device import fingerprint, processor
from rtmdl_ros.profiling.profile_file import default_profile_path
from rtmdl_ros.workload.image_kind import ImageKind

LADDERS = {function: ladder(function, default_zoo_dir()) for function in FUNCTIONS}


def test_all_fields():
    images = {'traffic_sign': ImageKind(1280, 720, compressed=True)}
    found = fingerprint(
        LADDERS, tasks=2, segments={'traffic_sign': 3}, images=images, lane_cores=(1, 0)
    )
    assert list(found) == [
        'processor', 'cores', 'lane_cores', 'engine', 'onnxruntime', 'numpy', 'opencv', 'export',
        'zoo traffic_light_detector', 'zoo traffic_sign_detector', 'zoo traffic_sign_recogniser',
        'variants traffic_light', 'variants traffic_sign',
        'segments traffic_light', 'segments traffic_sign',
        'images traffic_light', 'images traffic_sign',
    ]  # fmt: skip
    assert int(found['cores']) >= 1
    assert found['lane_cores'] == '0,1'
    assert found['onnxruntime'] == onnxruntime.__version__
    checksum = LADDERS['traffic_light'][0].variants[0].weights_sha256
    assert found['zoo traffic_light_detector'] == checksum[:12]
    assert (found['segments traffic_light'], found['segments traffic_sign']) == ('auto', '3')
    assert found['images traffic_light'] == '640x480 raw'
    assert found['images traffic_sign'] == '1280x720 compressed'
    assert all(isinstance(value, str) and value for value in found.values())


def test_another_engine_gpu_or_precision_is_another_profile(tmp_path):
    engines = [
        ON_CPU,
        *(
            {'engine': engine, 'gpu': gpu, 'precision': precision}
            for engine in ('CUDA graphs', 'ONNX Runtime, tensorrt')
            for gpu in ('Orin', 'H100')
            for precision in ('half', 'single')
        ),
    ]
    devices = [fingerprint(LADDERS, tasks=2, engine=engine) for engine in engines]
    assert len({default_profile_path(device, tmp_path) for device in devices}) == 9
    assert fingerprint(LADDERS, tasks=2) == devices[0], 'as before there were others'


def test_another_choice_of_the_same_weights_is_another_profile():
    light = LADDERS['traffic_light']
    other = (replace(light[0], accuracy=0.123), *light[1:])
    found = {fingerprint({'f': each}, tasks=2)['variants f'] for each in (light, other, light[:1])}
    assert len(found) == 3 - (len(light) == 1)


def test_a_task_of_ones_own_is_told_by_its_files(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    function = write_own_task(tmp_path, 'own_device')
    found = []
    for change in (b'1', b'2'):
        (tmp_path / 'coarse.onnx').write_bytes(change)
        own = ladder(function, tmp_path)
        found.append(fingerprint({function: own}, tasks=1)[f'zoo {function}'])
        assert found[-1] == own[0].variants[0].weights_sha256[:12]
    assert found[0] != found[1]


@pytest.mark.parametrize(
    ('tasks', 'asked', 'expected'), [(1, 0, '1'), (2, 0, 'auto'), (1, 4, '4'), (3, 1, '1')]
)
def test_segments_are_what_was_asked_for(tasks, asked, expected):
    light = {'traffic_light': LADDERS['traffic_light']}
    found = fingerprint(light, tasks=tasks, segments={'traffic_light': asked} if asked else None)
    assert found['segments traffic_light'] == expected
    assert found['lane_cores'] == 'any'
    assert 'zoo traffic_sign_detector' not in found


@pytest.mark.parametrize(
    ('cpuinfo', 'board', 'expected'),
    [
        ('processor\t: 0\nmodel name\t: Chip 9 \nmodel name\t: other\n', None, 'Chip 9'),
        ('model name\t: ARMv8\n', 'NVIDIA Jetson\0', 'NVIDIA Jetson, ARMv8'),
    ],
)
def test_the_processor_and_its_board(tmp_path, cpuinfo, board, expected):
    (tmp_path / 'cpuinfo').write_text(cpuinfo)
    if board:
        (tmp_path / 'board').write_text(board)
    assert processor(tmp_path / 'cpuinfo', tmp_path / 'board') == expected


def test_a_system_that_does_not_tell_has_a_name_all_the_same(tmp_path):
    (tmp_path / 'board').write_bytes(b'\xff')
    assert processor(tmp_path / 'none', tmp_path / 'board')


def test_the_device_is_told_by_its_processor_and_the_cores_of_this_process(monkeypatch):
    monkeypatch.setattr(device, 'processor', lambda: 'Board 9, Chip 9')
    monkeypatch.setattr(device, 'usable_cores', lambda: (0, 2))
    assert device.device_name() == 'Board 9, Chip 9, 2 cores'
    monkeypatch.setattr(device, 'usable_cores', lambda: (2,))
    assert device.device_name() == 'Board 9, Chip 9, 1 core'
