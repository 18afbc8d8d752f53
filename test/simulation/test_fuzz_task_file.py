# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Task files of any content are read or refused in one line."""

from pathlib import Path

import yaml
from hypothesis import given
from mutations import FUZZ, YAML_KEYS, changed, damaged, only_documented

from rtmdl_ros.simulation.task_file import TaskFileError, TaskSet, read_task_file

EXAMPLE = Path(__file__).parents[2] / 'config' / 'task_set.yaml'


@FUZZ
@given(data=damaged(EXAMPLE.read_bytes()))
def test_damaged_files(tmp_path, data):
    read(tmp_path, data)


@FUZZ
@given(document=changed(yaml.safe_load(EXAMPLE.read_text()), YAML_KEYS))
def test_changed_values(tmp_path, document):
    read(tmp_path, yaml.dump(document).encode())


def read(folder, data):
    path = folder / 'tasks.yaml'
    path.write_bytes(data)
    found = only_documented(lambda: read_task_file(path), TaskFileError)
    assert found is None or isinstance(found, TaskSet)
