# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Why a GPU cannot be used is told with what helps."""

import sys

import pytest
import torch

from rtmdl_ros.engine.gpu import Gpus, driver_loaded, driver_name, found_gpus, refusal


@pytest.mark.parametrize(
    ('gpus', 'index', 'words'),
    [
        (Gpus('', ''), 0, 'torch is not installed: pip install torch'),
        (
            Gpus('', '', (), 'OSError: libcudnn.so.8: cannot open'), 0,
            'torch cannot be imported (OSError: libcudnn.so.8: cannot open): install a build that',
        ),
        (Gpus('2.11.0+cpu', ''), 0, 'torch 2.11.0+cpu is built without CUDA: install a build'),
        (Gpus('2.11.0', '13.0'), 0, 'torch 2.11.0 for CUDA 13.0 sees none: see whether nvidia-smi'),
        (
            Gpus('2.11.0', '13.0', (), 'no kernel image is available'), 0,
            'it does not work with torch 2.11.0 for CUDA 13.0 (no kernel image is available): inst',
        ),
        (
            Gpus('2.11.0', '13.0', ('Orin', 'H100')), 2,
            'there are only: cuda:0 (Orin), cuda:1 (H100)',
        ),
    ],
)  # fmt: skip
def test_why_not(gpus, index, words):
    assert refusal(gpus, index).startswith(words)


def test_a_gpu_that_is_there_is_not_refused():
    assert refusal(Gpus('2.11.0', '13.0', ('Orin', 'H100')), 1) == ''


def test_what_torch_says_here():
    found = found_gpus(0)
    assert (found.torch, found.cuda) == (torch.__version__, torch.version.cuda or '')
    assert len(found.names) == torch.cuda.device_count()
    assert (refusal(found, 0) == '') == torch.cuda.is_available()


@pytest.mark.parametrize(
    ('error', 'told'),
    [
        (ModuleNotFoundError("No module named 'torch'", name='torch'), ''),
        (ModuleNotFoundError("No module named 'sympy'", name='sympy'), "No module named 'sympy'"),
        (OSError('libcublas.so.12: cannot open'), 'libcublas.so.12: cannot open'),
        (ValueError('libcudnn.so not found'), 'libcudnn.so not found'),
    ],
)
def test_a_torch_that_is_broken_is_told_and_not_raised(monkeypatch, error, told):
    class Broken:
        def find_spec(self, name, path=None, target=None):
            if name == 'torch':
                raise error

    monkeypatch.delitem(sys.modules, 'torch')
    monkeypatch.setattr(sys, 'meta_path', [Broken(), *sys.meta_path])
    found = found_gpus(0)
    assert (found.torch, found.names) == ('', ())
    assert told in found.error and bool(told) == bool(found.error)


def test_a_driver_is_known_by_its_files(tmp_path):
    file = tmp_path / 'nvidiactl'
    assert not driver_loaded([str(file)])
    file.touch()
    assert driver_loaded([str(tmp_path / 'none'), str(file)])


def test_a_driver_tells_the_names_of_gpus(tmp_path):
    for bus, model in (('0000:05:00.0', 'Second'), ('0000:01:00.0', 'NVIDIA GeForce RTX 4090')):
        (tmp_path / bus).mkdir()
        (tmp_path / bus / 'information').write_text(f'Model: \t\t {model}\nIRQ:   \t 130\n')
    assert [driver_name(index, tmp_path) for index in (0, 1, 2)] == [
        'NVIDIA GeForce RTX 4090', 'Second', ''
    ]  # fmt: skip
    assert driver_name(0, tmp_path / 'none') == ''
