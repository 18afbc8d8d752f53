# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The ladders of functions: which variants there are, from the least to the most accurate."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from rtmdl_ros.networks.zoo import Variant, ZooError, default_zoo_dir
from rtmdl_ros.perception import functions
from rtmdl_ros.perception.functions import FUNCTIONS, ladder, ladders
from rtmdl_ros.perception.task import TaskError

KINDS = {'traffic_sign_recogniser': 'classifier'}


@pytest.fixture
def zoo(monkeypatch):
    """Return a function that says which variants there are: by network (id, macs, figures)."""

    def set_zoo(networks):
        def read(folder):
            return tuple(variant(folder, *each) for each in networks[folder.name])

        monkeypatch.setattr(functions, 'read_zoo', read)
        return Path('zoo')

    return set_zoo


def variant(folder: Path, name: str, macs: int, accuracy: dict[str, float]) -> Variant:
    return Variant(
        network=folder.name, id=name, kind=KINDS.get(folder.name, 'detector'), width=1.0, depth=1,
        input_height=32, input_width=32, classes=('x',), score_threshold=0.5,
        weights_path=folder / 'w', weights_sha256='', parameters=1, macs=macs, shared_bytes=1,
        private_bytes=1, accuracy=accuracy,
    )  # fmt: skip


def test_of_one_network_all_variants_rise_in_accuracy(zoo):
    lights = [('a', 10, {'val_map50': 0.5}), ('b', 20, {'val_map50': 0.4}),
              ('c', 30, {'val_top1': 0.6, 'val_gtsdb_map50': 0.7}),
              ('d', 40, {'val_map50': 0.5, 'val_top1': 0.9})]  # fmt: skip
    found = ladder('traffic_light', zoo({'traffic_light_detector': lights}), most=2)
    assert [(v.name, v.accuracy, v.macs) for v in found] == [
        ('b', 0.4, 20), ('a', 0.5, 10), ('d', 0.5, 40), ('c', 0.7, 30)
    ]  # fmt: skip
    assert [v.variants[0].id for v in found] == ['b', 'a', 'd', 'c']


SIGNS = {
    'traffic_sign_detector': [
        ('d1', 100, {'val_gtsdb_map50': 0.5}), ('d2', 400, {'val_gtsdb_map50': 1.0})
    ],
    'traffic_sign_recogniser': [
        ('r1', 1, {'val_top1': 0.5}), ('r2', 100, {'val_top1': 0.75}), ('r3', 200, {'val_top1': 1}),
    ],
}  # fmt: skip


def test_of_two_networks_only_undominated_products_stay(zoo):
    found = ladder('traffic_sign', zoo(SIGNS))
    # d1 and r3 take 500 and score 0.5, as d2 and r1 do for 402.
    assert [(v.name, v.macs, v.accuracy) for v in found] == [
        ('d1+r1', 102, 0.25), ('d1+r2', 300, 0.375), ('d2+r1', 402, 0.5), ('d2+r2', 600, 0.75),
        ('d2+r3', 800, 1.0),
    ]  # fmt: skip
    assert [v.network for v in found[0].variants] == list(FUNCTIONS['traffic_sign'].networks)


def test_a_long_ladder_is_thinned_and_keeps_its_ends(zoo):
    # What 300, 402 and 600 gain, for as long as each is the best: 0.125 * log(402 / 300) is least.
    names = [v.name for v in ladder('traffic_sign', zoo(SIGNS), most=4)]
    assert names == ['d1+r1', 'd2+r1', 'd2+r2', 'd2+r3']
    assert [v.name for v in ladder('traffic_sign', zoo(SIGNS), most=2)] == ['d1+r1', 'd2+r3']


def test_a_network_without_its_accuracy_is_refused(zoo):
    folder = zoo({'traffic_light_detector': [('a', 1, {'val_f1': 0.5})]})
    with pytest.raises(ZooError) as caught:
        ladder('traffic_light', folder)
    text = str(caught.value)
    assert text.startswith('zoo/traffic_light_detector/index.json: accuracy of a has none of val_')
    assert 'rtmdl scale' in text and '\n' not in text


def test_unknown_and_missing_are_refused(tmp_path):
    with pytest.raises(TaskError, match='there is no function lane; give the dotted name'):
        ladder('lane', default_zoo_dir())
    with pytest.raises(ZooError, match='is no folder'):
        ladder('traffic_light', tmp_path)


def test_a_function_of_several_tasks_is_read_once_and_a_wrong_one_names_its_parameter(zoo):
    folder = zoo({'traffic_light_detector': [('a', 1, {'val_map50': 0.5})]})
    found = ladders({'front': 'traffic_light', 'rear': 'traffic_light'}, folder)
    assert list(found) == ['traffic_light']
    with pytest.raises(TaskError) as caught:
        ladders({'front': 'traffic_light', 'lane': 'none_such.Lane'}, folder)
    assert str(caught.value) == (
        'lane.function is none_such.Lane: there is no module none_such; put the folder of its file '
        'on PYTHONPATH, or install its package'
    )


@pytest.mark.parametrize('function', FUNCTIONS)
def test_the_shipped_ladders(function):
    found = ladder(function, default_zoo_dir())
    assert found
    assert len(found) <= 16 or len(FUNCTIONS[function].networks) == 1
    assert len({v.name for v in found}) == len(found)
    for before, after in pairwise(found):
        assert before.accuracy <= after.accuracy


def test_ladders_need_no_torch():
    code = (
        'import sys, json; from rtmdl_ros.perception.functions import FUNCTIONS, ladder\n'
        'from rtmdl_ros.networks.zoo import default_zoo_dir\n'
        '[ladder(name, default_zoo_dir()) for name in FUNCTIONS]\n'
        'print(json.dumps("torch" in sys.modules))'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True, cwd='/'
    )
    assert json.loads(done.stdout) is False
