# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Files in config/ for the monitors name what the node has."""

import ast
import json
import re
from pathlib import Path

import yaml

CONFIG = Path(__file__).parents[1] / 'config'
FIELDS = {
    line.split()[1]: line.split()[0]
    for name in ('TaskStatus', 'SchedulerStatus')
    for line in (CONFIG.parent / 'msg' / f'{name}.msg').read_text().splitlines()
    if line and not line.startswith('#')
}


def test_the_perspective_is_in_the_form_of_rqt_and_names_topics_of_the_node():
    document = json.loads((CONFIG / 'rtmdl.perspective').read_text())
    manager = document['groups']['pluginmanager']
    running = ast.literal_eval(manager['keys']['running-plugins']['repr'])
    names = {
        f'plugin__{name.replace("/", "__")}__{number}'
        for name, numbers in running.items()
        for number in numbers
    }
    assert names == set(manager['groups'])
    topics = []
    for plugin in manager['groups'].values():
        keys = plugin['groups']['plugin']['keys']
        values = {name: ast.literal_eval(value['repr']) for name, value in keys.items()}
        topics += values.get('topics', []) + [v for k, v in values.items() if k == 'topic']
    assert '/rtmdl/debug_image' in topics
    drawn = [topic for topic in topics if topic.startswith('/rtmdl/status/')]
    assert len(drawn) == len(topics) - 1 == 7
    assert {FIELDS[topic.rpartition('/')[2]] for topic in drawn} == {'float32'}


def test_the_foxglove_layout_shows_each_of_its_panels_once():
    layout = json.loads((CONFIG / 'foxglove.json').read_text())
    assert sorted(leaves(layout['layout'])) == sorted(layout['configById'])
    text = json.dumps(layout)
    fields = re.findall(r'/rtmdl/status\.tasks\[:\]{task==\\"(\w+)\\"}\.(\w+)', text)
    assert {task for task, _ in fields} == {'traffic_light', 'traffic_sign'}
    assert {FIELDS[field] for _, field in fields} == {'float32'}


def leaves(tree):
    if isinstance(tree, str):
        return [tree]
    return leaves(tree['first']) + leaves(tree['second'])


def test_the_aggregator_sorts_all_statuses_of_the_node():
    document = yaml.safe_load((CONFIG / 'diagnostics.yaml').read_text())
    (group,) = [v for v in document['/**']['ros__parameters'].values() if isinstance(v, dict)]
    starts = [start for each in group['analyzers'].values() for start in each['startswith']]
    for status in ('rtmdl: task traffic_light', 'rtmdl: camera front', 'rtmdl: accelerator'):
        assert sum(status.startswith(start) for start in starts) == 1
