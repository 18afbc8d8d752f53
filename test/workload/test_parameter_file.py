# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Parameter files as users write them, right and wrong."""

import pytest

from rtmdl_ros.workload.configuration import configuration_of
from rtmdl_ros.workload.parameter_file import read_parameter_file
from rtmdl_ros.workload.parameter_rules import ParameterError


def read(folder, text):
    path = folder / 'my.yaml'
    path.write_text(text)
    return read_parameter_file(path)


def test_no_file_means_the_defaults():
    assert read_parameter_file(None) == configuration_of({})


def test_nested_and_dotted_names_sections_and_names_of_ros_itself(tmp_path):
    configuration = read(
        tmp_path,
        """
        /**:
          ros__parameters:
            use_sim_time: true
            tasks: [lights]
            lights: {function: traffic_light, deadline_ms: 20}
        rtmdl:
          ros__parameters:
            lights.priority: 3
        camera_sim:
          ros__parameters: {seed: 1}
        """,
    )
    task = configuration.tasks['lights']
    assert (task.function, task.deadline_ms, task.priority) == ('traffic_light', 20.0, 3)


@pytest.mark.parametrize(
    ('sections', 'lanes'),
    [
        (('/rtmdl', '/**'), 2), (('/**', '/rtmdl'), 2), (('/**', '/**/rtmdl'), 2),
        (('/*', '/**'), 2), (('/**', 'camera_sim'), 1), (('rtmdl', '/other/*'), 1),
    ],
)  # fmt: skip
def test_of_sections_for_the_node_the_last_one_counts_as_for_ros(tmp_path, sections, lanes):
    lines = [f'{name}: {{ros__parameters: {{lanes: {n}}}}}' for n, name in enumerate(sections, 1)]
    assert read(tmp_path, '\n'.join(lines)).node.lanes == lanes


@pytest.mark.parametrize(('text', 'window_s'), [('1e2', 100), ('25E-1', 2.5), ('.5e+1', 5.0)])
def test_exponents_are_read_as_ros_reads_them(tmp_path, text, window_s):
    configuration = read(tmp_path, f'/**: {{ros__parameters: {{window_s: {text}}}}}')
    assert configuration.node.window_s == window_s


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('/**: {ros__parameters: {lanes: 0}}', 'lanes is 0; it must be from 1 to 16'),
        (f'/**: {{ros__parameters: {{memory_mb: {10**400}}}}}', '0; it must be from 0 to 1e'),
        ('/**: {ros__parameters: {lane: 1}}', 'no parameter lane; did you mean lanes?'),
        ('lanes: 2', 'put them under "/\\*\\*:"'),
        ('', 'no parameters for the node'),
        ('/**: {lanes: 2}', 'must hold "ros__parameters:"'),
        ('/**: [', 'not a YAML file'),
        (
            '/**: {ros__parameters: {lanes: 2}}\n/**: {ros__parameters: {lanes: 3}}',
            r'line 2: /\*\* is there twice; make one of both',
        ),
        ('/**: {ros__parameters: {lanes: 2, lanes: 2}}', 'line 1: lanes is there twice'),
        ('/**: {ros__parameters: &x {lanes: *x}}', 'an alias stands in what it names; write'),
    ],
)
def test_mistakes_are_named_with_the_file_in_one_line(tmp_path, text, message):
    with pytest.raises(ParameterError, match=message) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(str(tmp_path / 'my.yaml') + ': ')
    assert '\n' not in str(caught.value)


def test_a_merged_mapping_may_be_merged_again(tmp_path):
    """The outer one is put together before the inner one, which then holds lanes twice."""
    configuration = read(
        tmp_path,
        """
        /camera_sim: {ros__parameters: {x: {y: &inner {<<: &base {lanes: 1}, lanes: 2}}}}
        /**: {ros__parameters: {<<: *inner, cpu_workers: 3}}
        """,
    )
    assert (configuration.node.lanes, configuration.node.cpu_workers) == (2, 3)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ParameterError, match=r'none\.yaml: cannot be read'):
        read_parameter_file(tmp_path / 'none.yaml')
