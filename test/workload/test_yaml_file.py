# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
import pytest

from rtmdl_ros.workload.yaml_file import read_yaml, yaml_text


@pytest.mark.parametrize('text', ['86e501496586', '1e2', '-.5E+3', '1.0', 'off', 'é', ''])
def test_text_that_looks_like_something_else_is_text_again(tmp_path, text):
    content = {'zoo': text, text: [0.5, 1e9, True, 'plain']}
    path = tmp_path / 'some.yaml'
    path.write_text(yaml_text(content), encoding='utf-8')
    assert read_yaml(path) == content
