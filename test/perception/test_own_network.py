# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a class says of its networks, and what is wrong with it."""

import numpy as np
import pytest
from own_task import write_own_task

from rtmdl_ros.perception.own_network import network_input, own_networks
from rtmdl_ros.perception.task import TaskError
from rtmdl_ros.perception.task_class import task_class


@pytest.fixture
def networks(tmp_path, monkeypatch):
    """Return a function that reads the networks of a class, some of its text replaced."""
    monkeypatch.syspath_prepend(tmp_path)
    number = iter(range(99))

    def read(*changes):
        function = write_own_task(tmp_path, f'own_{tmp_path.name}_{next(number)}', *changes)
        return own_networks(task_class(function))

    return read


def test_networks_rise_in_accuracy(networks, tmp_path):
    coarse, fine = networks()
    assert (coarse.id, coarse.accuracy, coarse.weights_path) == (
        'coarse', 0.5, tmp_path / 'coarse.onnx'
    )  # fmt: skip
    assert (fine.id, fine.accuracy, fine.classes) == ('fine', 0.75, ('bright', 'dark'))
    assert (fine.input_height, fine.input_width, fine.score_threshold) == (2, 2, 0.25)
    assert coarse.network == fine.network and coarse.network.endswith('.Brightness')
    assert fine.example(1).shape == (1, 2, 2, 3) and fine.example(1).max() == 114


def test_the_checksum_changes_with_every_file(networks, tmp_path):
    (tmp_path / 'labels.txt').write_text('1')
    named = ('classes =', "files = ['labels.txt']\n    classes =")
    assert networks()[0].weights_sha256 == networks()[0].weights_sha256
    found = [networks()[0].weights_sha256, networks(named)[0].weights_sha256]
    (tmp_path / 'labels.txt').write_text('2')
    found.append(networks(named)[0].weights_sha256)
    found.append(networks(named, ('0.25', '0.5'))[0].weights_sha256)
    assert len(set(found)) == 4


def test_the_checksum_changes_with_weights_beside_a_network(networks, tmp_path):
    before = networks()[0].weights_sha256
    (tmp_path / 'coarse.onnx.data').write_bytes(b'weights')
    assert networks()[0].weights_sha256 != before


def test_the_checksum_changes_with_a_network_and_with_a_class_derived_from(
    tmp_path, monkeypatch
):
    monkeypatch.syspath_prepend(tmp_path)
    base = write_own_task(tmp_path, 'own_base')
    derived = 'from own_base import Brightness\n\n\nclass Own(Brightness):\n    pass\n'
    (tmp_path / 'own_derived.py').write_text(derived)
    found = []
    for change in (lambda: None, lambda: (tmp_path / 'coarse.onnx').write_bytes(b'new'),
                   lambda: write_own_task(tmp_path, 'own_base', ('0.25', '0.5'))):  # fmt: skip
        change()
        found.append(own_networks(task_class('own_derived.Own'))[0].weights_sha256)
    assert len(set(found)) == 3
    assert own_networks(task_class(base))[0].weights_sha256 not in found


@pytest.mark.parametrize(
    ('old', 'new', 'text'),
    [
        ("('bright', 'dark')", "'bright'", ".classes is 'bright'; give a tuple of different"),
        ("('bright', 'dark')", "('a', 'a')", ".classes is ('a', 'a'); give a tuple of different"),
        ('bright', 'a\\udcff', ".classes holds 'a\\udcff', which no message can hold; rename it"),
        ('brightness.onnx', '~nouser/a.onnx', "'~nouser/a.onnx' cannot be looked for (RuntimeErr"),
        ('brightness.onnx', '\\0.onnx', "'\\x00.onnx' cannot be looked for (ValueError: embedded"),
        ('brightness.onnx', f'{"x" * 300}.onnx', "x.onnx' cannot be looked for (OSError: [Errno"),
        ('variants =', 'others =', '.variants is (); give a tuple of NetworkVariant'),
        ('score_threshold = 0.25', 'score_threshold = 2', '.score_threshold is 2; give a number'),
        ('score_threshold = 0.25', "files = 'a'", ".files is 'a'; give a tuple of file names"),
        ('score_threshold = 0.25', "files = ['a.txt']", '/a.txt is missing; put the file there'),
        ('0.75', '75', '.variants: fine has accuracy 75; give a number from 0 to 1'),
        ('0.75', "'a'", ".variants: fine has accuracy 'a'; give a number from 0 to 1"),
        ("'fine'", "'a/b'", ".variants: id is 'a/b'; give letters, digits"),
        ("'fine'", "'coarse'", ".variants holds 'coarse' twice; rename one"),
        ("'fine', 2", "'fine', 2.5", '.variants: fine has input_height 2.5; give a whole number'),
        ('brightness.onnx', 'none.onnx', '/none.onnx is missing; put the file there or correct'),
        ('brightness.onnx', 'net.pt', "fine has onnx_file 'net.pt'; give a file that ends with"),
        ('brightness.onnx', '', 'fine has no network; name its onnx_file or write the method'),
        ('def preprocess', 'def prepare', '(fine) cannot be made: TypeError: Can'),
        (
            'def preprocess', "def __init__(self, variant):\n        raise OSError('no\\nway')\n"
            '    def preprocess', '(fine) cannot be made: OSError: no way',
        ),
        (
            'def preprocess', 'def __init__(self, variant):\n        pass\n    def preprocess',
            '.__init__ does not keep variant; call super().__init__(variant)',
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(networks, old, new, text):
    with pytest.raises(TaskError) as caught:
        networks((old, new))
    assert text in str(caught.value) and '\n' not in str(caught.value)
    assert 'Brightness' in str(caught.value)


@pytest.mark.parametrize(
    ('old', 'new', 'text'),
    [
        ('[None]\n\n', '.tolist()\n\n', 'preprocess returned list; return a numpy array'),
        (
            '        size', '        image[0] = 0\n        size',
            'preprocess raised ValueError: assignment destination is read-only',
        ),
        ('self.variant.input_height\n', 'None.x\n', 'preprocess raised AttributeError: '),
        ('        size', '        exit(4)\n        size', 'preprocess raised SystemExit: 4'),
    ],
)  # fmt: skip
def test_what_preprocess_does_wrong_is_named(networks, old, new, text):
    fine = networks((old, new))[-1]
    image = np.zeros((8, 8, 3), np.uint8)
    with pytest.raises(TaskError, match=f'Brightness.{text}'):
        network_input(fine.task, image)
    assert image.flags.writeable
