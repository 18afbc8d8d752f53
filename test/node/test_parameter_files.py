# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Parameter files for other nodes are told of. Needs no ROS 2."""

import pytest

from rtmdl_ros.node.parameter_files import files_for_others, with_file


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
    assert 'some.yaml: not a YAML file' in lines(tmp_path, '{')[0]


def test_what_ros_takes_though_it_is_there_twice(tmp_path):
    text = '/**: {ros__parameters: {lanes: 1, lanes: 2}}'
    assert lines(tmp_path, text) == [
        f'{tmp_path}/some.yaml: line 1: lanes is there twice; make one of both'
    ]


def test_the_last_file_with_a_refused_parameter_is_named(tmp_path):
    arguments = ['--ros-args']
    for name, values in (('a', 'lanes: 0, x: {y: 1}'), ('b', 'lanes: 99'), ('c', 'policy: edf')):
        path = tmp_path / f'{name}.yaml'
        path.write_text(f'/**: {{ros__parameters: {{{values}}}}}')
        arguments += ['--params-file', str(path)]
    arguments += ['--params-file', str(tmp_path / 'none.yaml')]
    told = 'lanes is 99; it must be from 1 to 16'
    assert with_file(arguments, told) == f'{tmp_path}/b.yaml: {told}'
    typed = "Trying to set parameter 'x.y' to '1' of type 'INTEGER', expecting type 'DOUBLE'"
    assert with_file(arguments, typed) == f'{tmp_path}/a.yaml: {typed}'
    assert with_file(arguments, 'cpu_workers is 0') == 'cpu_workers is 0'
    unknown = 'there is no parameter lanes; did you mean planes?'
    assert with_file(arguments, unknown) == f'{tmp_path}/b.yaml: {unknown}'
