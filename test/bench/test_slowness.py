# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
from rtmdl_ros.bench.slowness import slowness_of
from rtmdl_ros.profiling.profile import STEPS, Profile, StageProfile, VariantProfile
from rtmdl_ros.runtime.report import JobReport, StageSpan
from rtmdl_ros.workload.records import Outcome, Resource


def test_on_a_lane_what_comes_before_a_stage_counts_as_well():
    stages = tuple(
        StageProfile(name, kind, '', (10,) * (STEPS + 1), 10)
        for name, kind in (('pre', Resource.CPU), ('net', Resource.ACCELERATOR))
    )
    profile = Profile({}, {'a': (VariantProfile('v', 0.5, (), stages),)}, {})
    spans = StageSpan('pre', 'cpu0', 5, 20), StageSpan('net', 'lane0', 23, 33)
    job = JobReport(0, 'a', Outcome.ON_TIME, 0, 100, 33, spans, '', None, variant='v')
    assert slowness_of([job], profile) == {Resource.CPU: 1.5, Resource.ACCELERATOR: 1.3}


def test_jobs_that_are_done_before_a_stage_make_it_no_shorter():
    quantiles_ns = (*[0] * 10, *[10] * (STEPS - 9))
    stage = StageProfile('net', Resource.ACCELERATOR, '', quantiles_ns, 10)
    profile = Profile({}, {'a': (VariantProfile('v', 0.5, (), (stage,)),)}, {})
    spans = (StageSpan('net', 'lane0', 0, 10),)
    job = JobReport(0, 'a', Outcome.ON_TIME, 0, 100, 10, spans, '', None, variant='v')
    assert slowness_of([job], profile)[Resource.ACCELERATOR] == 1.0
