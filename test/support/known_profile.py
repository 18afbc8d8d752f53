# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A profile made by hand: two functions, three networks."""

from rtmdl_ros.profiling.profile import (
    STEPS,
    NetworkProfile,
    Profile,
    StageProfile,
    VariantProfile,
)
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.slow_downs import SlowDowns

LIGHT, SIGN, NAMES = 'light/small', 'sign/large', 'names/tiny'


def stage(name, network='', step_ns=1000):
    """Return a stage whose quantiles are 0, step_ns, ...; on the CPU if it has no network."""
    resource = Resource.ACCELERATOR if network else Resource.CPU
    table = tuple(step_ns * step for step in range(STEPS + 1))
    return StageProfile(name, resource, network, table, 30 * step_ns)


def known_profile():
    """Return the profile; ms are 1000 times as many as steps."""
    light = VariantProfile(
        'small', 0.625, (LIGHT,),
        (stage('preprocess'), stage('detect 1/2', LIGHT, 50_000),
         stage('detect 2/2', LIGHT, 50_000), stage('decode')),
    )  # fmt: skip
    sign = VariantProfile(
        'large+tiny', 0.1 + 0.2, (SIGN, NAMES),
        (stage('preprocess'), stage('detect', SIGN, 200_000), stage('crop'),
         stage('recognise', NAMES), stage('name')),
    )  # fmt: skip
    measured = {(LIGHT, SIGN): 1.1, (SIGN, LIGHT): 1.0, (LIGHT, LIGHT): 4 / 3}
    predicted = {(LIGHT, NAMES): 1.5, (NAMES, LIGHT): 1.0}
    return Profile(
        device={'processor': 'Chip 9', 'cores': '2', 'zoo light': 'ab12'},
        functions={'traffic_light': (light,), 'traffic_sign': (sign,)},
        networks={
            LIGHT: NetworkProfile(3_000_000, 2000, 100),
            SIGN: NetworkProfile(20_000_000, 3000, 100),
            NAMES: NetworkProfile(1_000_000, 500, 0),
        },
        slow_downs=SlowDowns(measured | predicted, frozenset(predicted)),
    )
