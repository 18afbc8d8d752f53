# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which variants stay where the memory of a GPU ends."""

from dataclasses import replace

import pytest

from rtmdl_ros.engine.errors import EngineError, OutOfMemoryError
from rtmdl_ros.networks.zoo import default_zoo_dir, read_zoo
from rtmdl_ros.perception.functions import FunctionVariant
from rtmdl_ros.profiling.fitting import load_what_fits, loading_order

NETWORK = read_zoo(default_zoo_dir() / 'traffic_light_detector')[0]


def variant(name, macs):
    return FunctionVariant(name, (replace(NETWORK, id=name, macs=macs),), 0.5)


LADDERS = {
    'near': [variant('n1', 1), variant('n5', 5), variant('n9', 9)],
    'far': [variant('f2', 2), variant('f4', 4)],
}
NEEDED = {'near': ('n9',), 'far': ('f2',)}


def load_up_to(limit):
    """Return what loads so many, and what was loaded."""
    loaded = []

    def load(function, choice):
        if len(loaded) == limit:
            raise OutOfMemoryError(f'{choice.name}: the GPU has no memory left for it')
        loaded.append((function, choice.name))

    return load, loaded


def test_needed_ones_come_first_then_the_smallest():
    order = loading_order(LADDERS, NEEDED)
    assert [choice.name for _, choice in order] == ['f2', 'n9', 'n1', 'f4', 'n5']
    unknown = {'own': [variant('b', 0), variant('a', 0)]}
    assert [choice.name for _, choice in loading_order(unknown, {})] == ['b', 'a']


@pytest.mark.parametrize('limit', [2, 3, 4])
def test_the_first_that_does_not_fit_and_all_larger_ones_are_left_out(limit):
    load, loaded = load_up_to(limit)
    fitted = load_what_fits(loading_order(LADDERS, NEEDED), NEEDED, load)
    assert [(function, choice.name) for function, choice in fitted.loaded] == loaded
    assert loaded == [('far', 'f2'), ('near', 'n9'), ('near', 'n1'), ('far', 'f4')][:limit]
    left = ['near n1', 'far f4', 'near n5'][limit - 2 :]
    assert fitted.in_words() == (
        f'the memory of the GPU is full: {len(left)} of 5 variants are left out, the largest: '
        f'{", ".join(left)}; end what else uses the GPU, or give fewer tasks'
    )


def test_nothing_is_said_where_all_fit():
    fitted = load_what_fits(loading_order(LADDERS, NEEDED), NEEDED, load_up_to(5)[0])
    assert (len(fitted.loaded), fitted.left_out, fitted.in_words()) == (5, (), '')


def test_a_task_without_its_variant_cannot_run():
    with pytest.raises(EngineError, match=r'^n9: the GPU .*, nor for less than .* device to cpu$'):
        load_what_fits(loading_order(LADDERS, NEEDED), NEEDED, load_up_to(1)[0])


def test_other_errors_are_no_reason_to_leave_one_out():
    def load(function, choice):
        raise EngineError('broken')

    with pytest.raises(EngineError, match=r'^broken$'):
        load_what_fits(loading_order(LADDERS, {}), {}, load)
