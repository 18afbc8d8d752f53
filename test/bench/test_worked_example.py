# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The scenes of docs/scheduling.md, as one reckons them by hand."""

import cv2
import pytest

from rtmdl_ros.bench.worked_example.__main__ import main
from rtmdl_ros.bench.worked_example.scenes import SCENES
from rtmdl_ros.bench.worked_example.telling import tell

#: How each job ends, and when in ms; jobs by the order of their frames.
ENDS = {
    'priorities': {'lights 12': 'on_time', 'signs 24': 'on_time', 'people 28': 'on_time'},
    'newest_frame': {
        'lights 22': 'on_time', 'people 26': 'on_time', 'people 20': 'superseded',
        'people 30': 'on_time',
    },
    # 25 - 10 - 1 is the last instant to begin: one nanosecond later it is too late.
    'whole_network': {'signs 22': 'on_time', 'lights 14.000001': 'discarded'},
    'two_segments': {'signs 32': 'on_time', 'lights 22': 'on_time'},
    'held_back': {'lights 10': 'on_time', 'people 42': 'on_time', 'lights 30': 'on_time'},
    'let_through': {'lights 10': 'on_time', 'people 26': 'on_time', 'lights 34': 'on_time'},
    # 2 + 9 * 1.2 + 1; signs has done 10.8 / 1.2 of its 12 by then.
    'packed': {'lights 13.8': 'on_time', 'signs 16.8': 'on_time'},
    'not_packed': {'lights 12': 'on_time', 'signs 24': 'on_time'},
    'packed_greedily': {'lights 16.4': 'discarded', 'signs 20.4': 'on_time'},
    'hopeless': {'lights 16': 'on_time', 'signs 12.000001': 'discarded', 'people 20': 'on_time'},
    'hopeless_run': {'lights 16': 'on_time', 'signs 36': 'late', 'people 28.000001': 'discarded'},
    'variants': {
        'lights 12': 'on_time', 'signs 28': 'on_time', 'lights 62': 'on_time',
        'people 70': 'on_time', 'signs 78': 'on_time',
    },
    # 1 + 24 + 1 + 2 + 1; with the large recogniser it would be 37.
    'held_up_detector': {'signs 29': 'on_time'},
}  # fmt: skip


@pytest.mark.parametrize('scene', SCENES, ids=lambda scene: scene.name)
def test_jobs_end_as_reckoned(scene):
    reports = tell(scene).reports
    ends = {f'{each.task} {each.finish_ns / 1e6:.8g}': each.outcome.value for each in reports}
    assert ends == ENDS[scene.name]


def test_the_variant_follows_what_is_ahead():
    scene = next(scene for scene in SCENES if scene.name == 'variants')
    signs = [each.variant for each in tell(scene).reports if each.task == 'signs']
    assert signs == ['large', 'medium']


def test_the_command_prints_all_and_draws_those_with_a_length(capsys, tmp_path):
    assert main(['--out', str(tmp_path / 'new')]) == 0
    said = capsys.readouterr().out
    assert all(f'{scene.name}\n  0.0  ' in said for scene in SCENES)
    told = said.partition('\nadmission\n')[2].splitlines()
    assert told[:2] == ['running: lights large, priority 2', 'running: signs large, priority 1']
    answers = [line.partition(': ')[2].partition(',')[0] for line in told[2:] if line[0] != ' ']
    assert answers == ['granted', 'refused', 'refused', 'granted', 'refused']
    drawn = {path.stem for path in (tmp_path / 'new').iterdir()}
    assert drawn == {scene.name for scene in SCENES if scene.length_ms}
    assert cv2.imread(str(tmp_path / 'new' / 'packed.png')).shape == (500, 1600, 3)


def test_a_folder_that_cannot_be_written_is_told_in_one_line(capsys, tmp_path):
    (tmp_path / 'file').touch()
    assert main(['--out', str(tmp_path / 'file')]) == 1
    assert capsys.readouterr().err.count('\n') == 1
