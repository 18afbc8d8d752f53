# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A profile is made of what was measured: by hand, and of tiny networks."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from known_pipeline import SCORES, KnownPipeline
from own_task import write_own_task

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.networks.zoo import read_zoo
from rtmdl_ros.perception.functions import FUNCTIONS, ladder
from rtmdl_ros.profiling.measure import Effort, measured_profile, quantile_table, stage_profiles
from rtmdl_ros.profiling.profile import STEPS
from rtmdl_ros.profiling.request import Request
from rtmdl_ros.workload.image_kind import ImageKind
from rtmdl_ros.workload.records import Resource


def test_quantiles_of_few_samples():
    assert quantile_table([30, 10, 20, 40]) == (10,) * 6 + (20,) * 5 + (30,) * 5 + (40,) * 5
    assert quantile_table(range(21)) == tuple(range(21))
    assert quantile_table([7]) == (7,) * 21


@given(st.lists(st.integers(0, 10**12), min_size=1))
def test_quantiles_rise_from_the_least_to_the_largest(samples):
    table = quantile_table(samples)
    assert len(table) == 21 and list(table) == sorted(table)
    assert (table[0], table[-1]) == (min(samples), max(samples))
    assert table[10] == sorted(samples)[(len(samples) - 1) // 2]


def test_a_stage_that_a_frame_does_not_reach_counts_as_0():
    everyday = [{'net': 100, 'find': 10}, {'net': 200, 'find': 20, 'name': 5}]
    full = [{'net': 300, 'find': 30, 'name': 50}] * 3
    net, find, name = stage_profiles(KnownPipeline(SCORES), everyday, full)
    assert (net.name, net.resource, net.network) == ('net', Resource.ACCELERATOR, 'n/small')
    assert (find.resource, find.network) == (Resource.CPU, '')
    assert net.quantiles_ns == (100,) * 11 + (200,) * 10
    assert name.quantiles_ns == (0,) * 11 + (5,) * 10
    assert (net.worst_ns, find.worst_ns, name.worst_ns) == (420, 42, 70)
    assert name.stage().typical_ns == 5 and name.stage().optimistic_ns == 0


def test_a_stage_that_no_frame_reaches_is_not_known():
    *_, name = stage_profiles(KnownPipeline([]), [{'net': 1, 'find': 1}], [{'net': 1, 'find': 1}])
    assert set(name.quantiles_ns) == {0} and name.worst_ns == 0


def test_what_a_camera_takes_to_decode_is_in_the_first_stage(tiny_zoo, tiny_cache):
    large = {'traffic_light': ImageKind(1920, 1080, compressed=True)}
    p50 = []
    for images in ({}, large):
        request = request_of(tiny_zoo, ['traffic_light'], images=images)
        profile = measured_profile(request, tiny_cache, Effort(rounds=1, pair_budget_s=0))
        stages = profile.functions['traffic_light'][0].stages
        p50.append([stage.quantiles_ns[STEPS // 2] for stage in stages])
        assert profile.device == request.device()
    # 27 times as many bytes to read; decoding is done once a job.
    assert p50[1][0] > 4 * p50[0][0]
    assert p50[1][-1] < p50[1][0] / 2


def request_of(zoo, functions=tuple(FUNCTIONS), **more):
    ladders = {function: ladder(function, zoo) for function in functions}
    return Request(**{'functions': ladders, 'tasks': 2, 'segments': {}, **more})


def test_all_variants_are_in_the_profile(tiny_zoo, tiny_cache):
    request = request_of(tiny_zoo, segments={'traffic_light': 3})
    told = {}
    profile = measured_profile(
        request, tiny_cache, Effort(rounds=1, pair_budget_s=0.1),
        lambda what, share: told.setdefault(what, []).append(share),
    )  # fmt: skip
    assert profile.device == request.device()
    for function, choices in request.functions.items():
        found = profile.functions[function]
        assert [(v.name, v.accuracy) for v in found] == [(c.name, c.accuracy) for c in choices]
        for variant, choice in zip(found, choices, strict=True):
            assert variant.networks == tuple(each.name for each in choice.variants)
            assert all(s.worst_ns > 0 for s in variant.stages), 'untrained, it finds anything'
            assert variant.variant().stages[0].resource is Resource.CPU
    for variant in profile.functions['traffic_light']:
        assert variant.segments(variant.networks[0]) == 3
    for variant in profile.functions['traffic_sign']:
        assert [variant.segments(network) for network in variant.networks] == [1, 1]
    assert list(profile.networks) == [v.name for v in read_zoo(tiny_zoo)]
    assert all(network.memory_bytes > 0 for network in profile.networks.values())
    assert set(profile.slow_downs.factors) == set(product(profile.networks, repeat=2))
    assert list(told) == [
        'exporting networks', 'loading networks', 'looking for full scenes', 'measuring stages',
        'measuring pairs',
    ]  # fmt: skip
    assert all(shares == sorted(shares) and shares[-1] == 1.0 for shares in told.values())


@pytest.mark.parametrize(('tasks', 'count'), [(1, 1), (2, 3)])
def test_detectors_are_cut_by_their_time_unless_alone(
    tiny_zoo, tiny_cache, monkeypatch, tasks, count
):
    monkeypatch.setattr(
        'rtmdl_ros.profiling.resident.ResidentNetworks.whole_ns', lambda self, variant: 12_000_000
    )
    request = request_of(tiny_zoo, ['traffic_light'], tasks=tasks)
    profile = measured_profile(request, tiny_cache, Effort(rounds=1, pair_budget_s=0))
    (network,) = profile.functions['traffic_light'][0].networks
    assert profile.functions['traffic_light'][0].segments(network) == count
    assert not profile.slow_downs.factors, 'no time was given for pairs'


def test_a_task_of_ones_own_is_measured_whole_where_it_cannot_be_cut(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    function = write_own_task(tmp_path, 'own_measure')
    monkeypatch.setattr(
        'rtmdl_ros.profiling.resident.ResidentNetworks.whole_ns', lambda self, variant: 12_000_000
    )
    request = request_of(tmp_path, [function])
    profile = measured_profile(request, tmp_path, Effort(rounds=1, pair_budget_s=0.1))
    coarse, fine = profile.functions[function]
    assert (coarse.name, coarse.accuracy, fine.name, fine.accuracy) == ('coarse', 0.5, 'fine', 0.75)
    assert [stage.name for stage in fine.stages] == ['preprocess', 'network', 'postprocess']
    assert list(profile.networks) == [f'{function}/coarse', f'{function}/fine']
    size = (tmp_path / 'coarse.onnx').stat().st_size
    coarse_network = profile.networks[f'{function}/coarse']
    assert (coarse_network.shared_bytes, coarse_network.private_bytes) == (0, size)
    assert coarse_network.memory_bytes >= size
    assert set(profile.slow_downs.factors) == set(product(profile.networks, repeat=2))
    with pytest.raises(EngineError, match='cannot be cut into 8 segments, it has 1 nodes'):
        measured_profile(replace(request, segments={function: 8}), tmp_path)
