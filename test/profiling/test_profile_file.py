# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Profiles as files: what is right comes back exactly, what is wrong is named with a remedy."""

import json
import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from known_profile import LIGHT, NAMES, SIGN, known_profile

from rtmdl_ros.profiling.profile import NetworkProfile
from rtmdl_ros.profiling.profile_file import (
    ProfileError,
    check_device,
    check_profile_writable,
    default_profile_path,
    read_profile,
    write_profile,
)
from rtmdl_ros.workload.slow_downs import SlowDowns

REMEDY = 'measure this device with `rtmdl profile --out'


@pytest.fixture
def path(tmp_path):
    """Return the file of the known profile."""
    path = tmp_path / 'new' / 'profile.json'
    write_profile(known_profile(), path)
    return path


def error_of(call):
    """Return the one line that a call is refused with."""
    with pytest.raises(ProfileError) as caught:
        call()
    assert '\n' not in str(caught.value)
    return str(caught.value)


def test_what_is_written_comes_back(path):
    assert read_profile(path) == known_profile()
    assert [entry.name for entry in path.parent.iterdir()] == ['profile.json'], 'nothing is left'
    assert path.stat().st_mode & 0o044 == 0o044 & ~current_umask()


def current_umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


names = st.text(min_size=1, max_size=8)
counts = st.integers(0, 2**63 - 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    device=st.dictionaries(names, names),
    memory=st.lists(counts, min_size=3, max_size=3),
    factors=st.dictionaries(
        st.tuples(*[st.sampled_from([LIGHT, SIGN, NAMES])] * 2), st.floats(1, 1e6)
    ),
    accuracy=st.floats(0, 1),
    table=st.lists(counts, min_size=21, max_size=21).map(sorted),
    data=st.data(),
)
def test_the_round_trip_is_exact(tmp_path, device, memory, factors, accuracy, table, data):
    profile = known_profile()
    (light,) = profile.functions['traffic_light']
    stages = tuple(replace(stage, quantiles_ns=tuple(table)) for stage in light.stages)
    light = replace(light, accuracy=accuracy, stages=stages, name=data.draw(names))
    predicted = data.draw(st.frozensets(st.sampled_from(sorted(factors)))) if factors else ()
    profile = replace(
        profile,
        device=device,
        functions={data.draw(names): (light,)},
        networks={
            name: NetworkProfile(size, 1, 0, size // 2, (size % 9) / 3, size % 4)
            for name, size in zip((LIGHT, SIGN, NAMES), memory, strict=True)
        },
        slow_downs=SlowDowns(factors, frozenset(predicted)),
    )
    write_profile(profile, tmp_path / 'p.json')
    assert read_profile(tmp_path / 'p.json') == profile


def test_numbers_of_a_list_stand_on_one_line(path):
    tables = [line for line in path.read_text().splitlines() if 'quantiles_ns' in line]
    assert len(tables) == 9 and all(line.rstrip(',').endswith(']') for line in tables)


def test_the_default_place(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    device = {'cores': '2', 'engine': 'x'}
    path = default_profile_path(device)
    assert path.parent == tmp_path / 'rtmdl_ros' and path.suffix == '.json'
    assert default_profile_path(device, tmp_path / 'x') == tmp_path / 'x' / path.name
    assert default_profile_path(dict(reversed(device.items()))) == path
    assert default_profile_path(device | {'cores': '4'}) != path


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    path = tmp_path / 'p.json'
    text = error_of(lambda: read_profile(path))
    assert text == f'{path}: cannot be read (No such file or directory); {REMEDY} {path}`'
    path.write_bytes(b'\xff')
    assert 'cannot be read (no UTF-8)' in error_of(lambda: read_profile(path))


@pytest.mark.parametrize('text', ['', '{', '{"format": 2} x', '[' * 100_000, '1' * 5000])
def test_no_json(tmp_path, text):
    (tmp_path / 'p.json').write_text(text)
    message = error_of(lambda: read_profile(tmp_path / 'p.json'))
    assert f'{tmp_path}/p.json: is no JSON (' in message
    assert message.endswith('; name one that `rtmdl profile` has measured')


@pytest.mark.parametrize('text', ['[]', '3', '{"format": 3}', '{"functions": {}}'])
def test_other_json(tmp_path, text):
    (tmp_path / 'p.json').write_text(text)
    message = error_of(lambda: read_profile(tmp_path / 'p.json'))
    assert message.endswith('p.json: is no profile; name one that `rtmdl profile` has measured')


LIGHT_STAGE = 'functions traffic_light 0 stages 1'
WRONG = [
    ('format', 1, 'format is 1, not 3'),
    ('format', True, 'format is True, not 3'),
    ('device', [], 'device is [], not an object'),
    ('device cores', 2, 'device.cores is 2, not a text'),
    ('functions', None, 'functions is None, not an object'),
    ('functions traffic_light', {}, 'functions.traffic_light is {}, not a list'),
    ('functions traffic_light', [], 'functions.traffic_light has 0 entries, not at least 1'),
    ('functions traffic_light 0 name', '', "functions.traffic_light[0].name is '', not a text"),
    ('functions traffic_light 0 accuracy', 1.5, 'accuracy is 1.5, not a finite number from 0 to 1'),
    ('functions traffic_light 0 accuracy', '1', "accuracy is '1', not a number"),
    ('functions traffic_light 0 networks', ['x/y'], "networks[0] is 'x/y', not one of networks"),
    ('functions traffic_light 0 networks', [], 'networks has 0 entries, not at least 1'),
    ('functions traffic_light 0 stages', [], 'stages has 0 entries, not at least 1'),
    (f'{LIGHT_STAGE} name', 'decode', 'stages has the stage decode twice'),
    (f'{LIGHT_STAGE} resource', 'gpu', "resource is 'gpu', not one of cpu, accelerator"),
    (f'{LIGHT_STAGE} resource', {}, 'resource is {}, not one of cpu, accelerator'),
    ('functions traffic_light 0 networks', [LIGHT, NAMES], f'stages has none of network {NAMES}'),
    (f'{LIGHT_STAGE} network', SIGN, f"stages[1].network is '{SIGN}', not one of networks"),
    (f'{LIGHT_STAGE} quantiles_ns', [1] * 20, 'quantiles_ns has 20 entries, not 21'),
    (f'{LIGHT_STAGE} quantiles_ns', [1] * 22, 'quantiles_ns has 22 entries, not 21'),
    (f'{LIGHT_STAGE} quantiles_ns', [2] + [1] * 20, 'stages[1].quantiles_ns does not rise'),
    (f'{LIGHT_STAGE} quantiles_ns 0', -1, 'quantiles_ns[0] is -1, not a whole number'),
    (f'{LIGHT_STAGE} worst_ns', 1.5, 'worst_ns is 1.5, not a whole number of at least 0'),
    (f'{LIGHT_STAGE} worst_ns', float('nan'), 'worst_ns is nan, not a whole number'),
    (f'{LIGHT_STAGE} worst_ns', False, 'worst_ns is False, not a whole number'),
    (f'networks {LIGHT} memory_bytes', -5, f'networks.{LIGHT}.memory_bytes is -5, not a whole'),
    (f'networks {LIGHT} memory_bytes', 10**400, 'not a whole number of at least 0'),
    ('slow_downs measured', [], 'slow_downs.measured is [], not an object'),
    (f'slow_downs measured {LIGHT} {SIGN}', 0.9, 'is 0.9, not a finite number from 1 to 1e+06'),
    (f'slow_downs measured {LIGHT} {SIGN}', 1e308, 'is 1e+308, not a finite number from 1'),
    (f'slow_downs measured {LIGHT} {SIGN}', float('inf'), 'is inf, not a finite number'),
    (f'slow_downs measured {LIGHT} {SIGN}', float('nan'), 'is nan, not a finite number'),
    (f'slow_downs measured {LIGHT} {SIGN}', 10**400, 'not a finite number'),
    (f'slow_downs measured {LIGHT} x', 1.0, f'slow_downs.measured.{LIGHT}.x is not a name'),
    ('slow_downs predicted x', {}, 'slow_downs.predicted.x is not a name in networks'),
    (f'slow_downs predicted {LIGHT} {SIGN}', 1.0, f'{LIGHT} beside {SIGN} measured and predicted'),
]  # fmt: skip


@pytest.mark.parametrize(('place', 'value', 'message'), WRONG)
def test_a_wrong_field_is_named(path, place, value, message):
    change(path, place, value)
    text = error_of(lambda: read_profile(path))
    assert text.startswith(f'{path}: ') and message in text and REMEDY in text


def change(path, place, value):
    """Set the value at a place, given as keys and indices."""
    *above, last = (int(key) if key.isdecimal() else key for key in ['root', *place.split()])
    content = {'root': json.loads(path.read_text())}
    node = content
    for key in above:
        node = node[key]
    node[last] = value
    path.write_text(json.dumps(content['root']))


def places(node, above=()):
    """Return the keys of every field of the records, those with any name left out."""
    if isinstance(node, list):
        yield from places(node[0], (*above, 0))
    if isinstance(node, dict):
        for key, value in node.items():
            yield (*above, key)
            yield from places(value, (*above, key))


def test_every_missing_field_is_named(path):
    whole = path.read_text()
    free = ('device', 'functions', 'measured', 'predicted', 'networks', LIGHT, SIGN, NAMES)
    tried = 0
    for *above, last in places(json.loads(whole)):
        if above and above[-1] in free:
            continue
        content = node = json.loads(whole)
        for key in above:
            node = node[key]
        del node[last]
        path.write_text(json.dumps(content))
        of_any = not above and last in ('format', 'functions')
        told = 'is no profile' if of_any else f'{last} is missing'
        assert told in error_of(lambda: read_profile(path))
        tried += 1
    assert tried >= 19


def test_variants_must_differ_and_rise(path):
    (light,) = known_profile().functions['traffic_light']
    profile = replace(known_profile(), functions={'traffic_light': (light, light)})
    write_profile(profile, path)
    assert 'traffic_light has the variant small twice' in error_of(lambda: read_profile(path))
    better = replace(light, name='better', accuracy=0.7)
    write_profile(replace(profile, functions={'traffic_light': (better, light)}), path)
    assert 'functions.traffic_light does not rise' in error_of(lambda: read_profile(path))


def test_another_device_is_refused(path):
    profile = known_profile()
    assert read_profile(path, {'cores': '2', 'processor': 'Chip 9'}) == profile
    text = error_of(lambda: read_profile(path, {'cores': '2', 'processor': 'B', 'zoo light': '1'}))
    assert text == (
        f"{path}: was measured with processor: 'Chip 9', here it is 'B'; {REMEDY} {path}`"
    )
    text = error_of(lambda: check_device(profile, {'zoo sign': 'cd'}, path))
    assert "was measured with zoo sign: nothing, here it is 'cd'" in text


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / 'file').write_text('')
    inside = tmp_path / 'file' / 'p.json'
    for call in (
        lambda: write_profile(known_profile(), inside),
        lambda: check_profile_writable(inside),
    ):
        text = error_of(call)
        assert f'{inside}: cannot be written (' in text and '--out' in text
    for call in (
        lambda: write_profile(known_profile(), tmp_path), lambda: check_profile_writable(tmp_path)
    ):  # fmt: skip
        assert f'{tmp_path}: cannot be written (' in error_of(call)
    assert [entry.name for entry in tmp_path.parent.glob('*.partial*')] == []
    check_profile_writable(tmp_path / 'deep' / 'p.json')
    assert (tmp_path / 'deep').is_dir()


def test_variants_that_begin_on_different_resources_are_refused(path):
    content = json.loads(path.read_text())
    (light,) = content['functions']['traffic_light']
    other = json.loads(json.dumps(light))
    other['name'], other['stages'][0]['resource'] = 'other', 'accelerator'
    change(path, 'functions traffic_light', [light, other])
    message = error_of(lambda: read_profile(path))
    assert 'functions.traffic_light has variants that begin on different resources' in message
