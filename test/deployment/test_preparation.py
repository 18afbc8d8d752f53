# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a start keeps and finds again."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from known_profile import known_profile

from rtmdl_ros.deployment import preparation
from rtmdl_ros.deployment.preparation import device_plan, device_profile
from rtmdl_ros.workload.configuration import configuration_of

SUPPORT = Path(__file__).parent.parent / 'support'
CODE = """
import sys
sys.path.append(sys.argv[1])
from known_profile import known_profile
from rtmdl_ros.deployment.preparation import _key
from rtmdl_ros.planning.problem import problem_of
from rtmdl_ros.workload.configuration import configuration_of
print(_key(problem_of(configuration_of({}), known_profile())))
"""


def test_a_plan_is_found_again_by_another_process():
    """Sets have another order in each."""
    keys = {
        subprocess.run(
            [sys.executable, '-c', CODE, SUPPORT],
            check=True, capture_output=True, text=True,
            env=os.environ | {'PYTHONHASHSEED': seed},
        ).stdout
        for seed in '123'
    }  # fmt: skip
    assert len(keys) == 1
    assert len(keys.pop().strip()) == 12


@pytest.mark.parametrize('tight', [{}, {'memory_mb': 0.001}])
def test_what_a_plan_breaks_is_a_warning_at_every_start(tmp_path, caplog, tight):
    """Not only when it is made: also one from the cache, and one of the parameters."""
    told = []
    hopeless = {'traffic_light.deadline_ms': 1.0, 'traffic_sign.enabled': False, **tight}

    def warned(**parameters):
        caplog.clear()
        configuration = configuration_of({**hopeless, **parameters})
        assert not device_plan(configuration, known_profile(), tmp_path, told.append).feasible
        return caplog.messages

    made = warned()
    (cached,) = tmp_path.glob('plan-*.yaml')
    assert made[0].startswith(f'plan {cached}: traffic_light.miss_limit is 0.05, but ')
    assert len(made) == 1 + len(tight)
    assert warned() == made
    assert not any('planning again' in text for text in told)
    if tight:
        return
    cached.rename(tmp_path / 'mine.yaml')
    given = warned(plan_file=str(tmp_path / 'mine.yaml'))
    assert given == [made[0].replace(cached.name, 'mine.yaml')]


def request(variants):
    """Return what is asked for: so many variants of each function, on a device of its own."""
    functions = dict.fromkeys(known_profile().functions, range(variants))
    return SimpleNamespace(functions=functions, device=lambda: {'of': 'test'})


@pytest.mark.parametrize(('variants', 'kept'), [(1, 1), (2, 0)])
def test_a_profile_is_kept_unless_it_lacks_variants(tmp_path, monkeypatch, variants, kept):
    measured = replace(known_profile(), device={'of': 'test'})
    times = []

    def measure(*arguments):
        times.append(arguments)
        return measured

    monkeypatch.setattr(preparation, 'measured_profile', measure)
    for _ in range(2):
        found = device_profile(configuration_of({}), request(variants), tmp_path, [].append)
        assert found == measured
    assert len(list(tmp_path.glob('profile-*.json'))) == kept
    assert len(times) == 2 - kept, 'measured again where it was not kept'


def test_where_the_cache_cannot_be_written_to_a_warning_names_the_parameter(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(preparation, 'measured_profile', lambda *arguments: known_profile())
    (tmp_path / 'file').write_text('')
    device_profile(configuration_of({}), request(1), tmp_path / 'file', [].append)
    device_plan(configuration_of({}), known_profile(), tmp_path / 'file', [].append)
    profile, plan = (record.message for record in caplog.records if record.levelname == 'WARNING')
    remedy = 'set cache_dir to a folder that can be written to and has room'
    assert profile.endswith(f': it is measured again at each start; {remedy}')
    assert plan.endswith(f': it is made again at each start; {remedy}')
    assert '--out' not in profile + plan
