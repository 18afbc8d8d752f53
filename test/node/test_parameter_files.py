# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Parameter files for other nodes are told of. Needs no ROS 2."""

import pytest

from rtmdl_ros.node.parameter_files import files_for_others


def lines(tmp_path, text, node_name='/rtmdl'):
    path = tmp_path / 'some.yaml'
    path.write_text(text)
    arguments = ['rtmdl_node', '--ros-args', '--params-file', str(path), '-p', 'lanes:=1']
    return list(files_for_others(arguments, node_name))


@pytest.mark.parametrize(
    ('section', 'node_name'),
    [
        ('/**', '/rtmdl'),
        ('/**', '/car/rtmdl'),
        ('rtmdl', '/rtmdl'),
        ('/rtmdl', '/rtmdl'),
        ('/car/rtmdl', '/car/rtmdl'),
        ('/*/rtmdl', '/car/rtmdl'),
        ('/**/rtmdl', '/rtmdl'),
        ('/**/rtmdl', '/big/car/rtmdl'),
        ('/car/**', '/car/rtmdl'),
        ('/*', '/rtmdl'),
    ],
)
def test_a_file_with_a_part_for_the_node_is_fine(tmp_path, section, node_name):
    assert lines(tmp_path, f'"{section}": {{ros__parameters: {{lanes: 1}}}}', node_name) == []


@pytest.mark.parametrize(
    ('section', 'node_name'),
    [('usb_cam', '/rtmdl'), ('rtmdl', '/car/rtmdl'), ('/*', '/car/rtmdl'), ('/rtmd', '/rtmdl')],
)
def test_a_file_for_others_is_told_with_the_remedy(tmp_path, section, node_name):
    assert lines(tmp_path, f'"{section}": {{ros__parameters: {{lanes: 1}}}}', node_name) == [
        f'{tmp_path}/some.yaml has parameters for {section} and none for {node_name}, which takes '
        f'its defaults; put them under "/**:" or "{node_name}:"'
    ]


def test_an_empty_file_and_one_that_is_none(tmp_path):
    assert 'has parameters for nobody' in lines(tmp_path, '')[0]
    assert lines(tmp_path, '{') == [], 'rclpy refuses it'
