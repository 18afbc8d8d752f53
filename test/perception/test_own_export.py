# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Torch modules of users' classes are exported; the example's, untrained, among them."""

from pathlib import Path

import numpy as np
import pytest
from own_task import write_own_task

from rtmdl_ros.engine.cache import cached_path
from rtmdl_ros.perception import own_export
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.functions import ladder
from rtmdl_ros.perception.pipeline import run_whole
from rtmdl_ros.profiling.resident import ResidentNetworks
from rtmdl_ros.workload.detection import Box, Detection
from rtmdl_ros.workload.parameter_file import read_parameter_file

EXAMPLES = Path(__file__).parents[2] / 'examples'
UNTRAINED = """
from person_detector import PersonDetector


class Untrained(PersonDetector):
    weights = None
"""


def test_the_example_is_exported_and_runs(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / 'own_untrained.py').write_text(UNTRAINED)
    small, large = ladder('own_untrained.Untrained', tmp_path)
    assert (small.name, large.name) == ('144x192', '288x384')
    networks = ResidentNetworks(small.variants, tmp_path / 'cache')
    path = cached_path(small.variants[0], tmp_path / 'cache')
    assert path.name.startswith('own_untrained.Untrained-144x192-') and path.is_file()
    pipeline = networks.pipeline('own_untrained.Untrained', small, 2)
    assert [stage.name for stage in pipeline.stages] == [
        'preprocess', 'network 1/2', 'network 2/2', 'postprocess'
    ]  # fmt: skip
    pipeline.score_threshold = 1e-6
    frame = Frame(lambda: np.zeros((480, 640, 3), np.uint8), arrival_ns=0, header=None)
    (found,) = run_whole(pipeline, frame)
    assert found.box == Box(0.0, 0.0, 640.0, 480.0), 'untrained, it is as sure everywhere'


def test_reversed_channels_are_exported(tmp_path, monkeypatch):
    """A view with negative strides, as RGB of BGR is, which torch does not take."""
    monkeypatch.syspath_prepend(tmp_path)
    network = (
        '    def network(self):\n        import torch\n\n        return torch.nn.Identity()\n\n'
        '    def preprocess'
    )
    name = write_own_task(
        tmp_path, f'own_{tmp_path.name}', ('brightness.onnx', ''), ('    def preprocess', network),
        ('[None]\n\n', '[None, ..., ::-1]\n\n'),
    )  # fmt: skip
    assert own_export.main([name, 'fine', str(tmp_path / 'made.onnx')]) == 0
    assert (tmp_path / 'made.onnx').is_file()


def test_the_parameters_of_the_example():
    configuration = read_parameter_file(EXAMPLES / 'person_detector.param.yaml')
    assert configuration.tasks['person'].function == 'person_detector.PersonDetector'


def test_the_example_finds_spots(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    from person_detector import PersonDetector

    task = PersonDetector(PersonDetector.variants[0])
    shares = np.zeros((1, 144, 192), np.float32)
    shares[0, 10:30, 20:60] = 0.75
    shares[0, 100:140, 100:160] = 0.5
    shares[0, 0, 0] = 1.0  # noise
    image = np.zeros((480, 640, 3), np.uint8)
    large, small = task.postprocess((shares,), image, 0.5)
    assert large.score == 0.5 and small.score == 0.75
    assert small == Detection('person', 0.75, Box(20 * 10 / 3, 10 * 10 / 3, 200.0, 100.0))
    assert len(task.postprocess((shares,), image, 0.6)) == 1


@pytest.mark.parametrize(
    ('body', 'text'),
    [
        ("raise OSError('no\\nweights')", 'cannot be exported: OSError: no weights'),
        ('import not_installed', 'install it, or export the network elsewhere and name the file'),
        ('return 5', "cannot be exported: AttributeError: 'int' object has no attribute 'eval'"),
    ],
)
def test_what_cannot_be_exported_is_named(tmp_path, monkeypatch, capsys, body, text):
    monkeypatch.syspath_prepend(tmp_path)
    name = write_own_task(
        tmp_path, f'own_{tmp_path.name}', ('brightness.onnx', ''),
        ('    def preprocess', f'    def network(self):\n        {body}\n\n    def preprocess'),
    )  # fmt: skip
    assert own_export.main([name, 'fine', str(tmp_path / 'made.onnx')]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f'{name}.network (fine) cannot be exported: ') and text in line
    assert not (tmp_path / 'made.onnx').exists()
