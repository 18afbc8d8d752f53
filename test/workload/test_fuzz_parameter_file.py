# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Parameter files of any content are read or refused in one line."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from mutations import FUZZ, YAML_KEYS, changed, damaged, only_documented

from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.parameter_file import read_parameter_file
from rtmdl_ros.workload.parameter_rules import ParameterError

EXAMPLE = Path(__file__).parents[2] / 'config' / 'rtmdl.param.yaml'


@FUZZ
@given(data=damaged(EXAMPLE.read_bytes()[-900:]))
def test_damaged_files(tmp_path, data):
    read(tmp_path, b'/**:\n  ros__parameters:\n    traffic_light:\n' + data)


@FUZZ
@given(document=changed(yaml.safe_load(EXAMPLE.read_text()), YAML_KEYS))
def test_changed_values(tmp_path, document):
    read(tmp_path, yaml.dump(document).encode())


@FUZZ
@given(text=st.text(alphabet='[]{}:,-&*!|>%@`"\'?#\n \tab01.', max_size=40))
def test_any_text(tmp_path, text):
    read(tmp_path, text.encode())


@pytest.mark.parametrize(
    'text',
    ['[' * 3000, 'a: 2020-99-99', '!!timestamp a', '!!bool a', '!!int a', '!!a.b {}', '{[a]: 1}'],
)
def test_what_yaml_itself_stumbles_over(tmp_path, text):
    assert_refused(tmp_path, text, 'not a YAML file')


def read(folder, data):
    path = folder / 'my.yaml'
    path.write_bytes(data)
    found = only_documented(lambda: read_parameter_file(path), ParameterError)
    assert found is None or isinstance(found, Configuration)


def assert_refused(folder, text, reason):
    path = folder / 'my.yaml'
    path.write_text(text)
    with pytest.raises(ParameterError) as caught:
        read_parameter_file(path)
    line = str(caught.value)
    assert line.startswith(f'{path}: {reason}') and len(line.splitlines()) == 1
