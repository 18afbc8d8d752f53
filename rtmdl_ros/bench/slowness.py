# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How much longer stages took in a run than the profile says."""

from collections import Counter
from collections.abc import Sequence
from statistics import mean

from rtmdl_ros.bench.fidelity_figures import HANDED_OVER, hand_overs
from rtmdl_ros.profiling.profile import Profile, StageProfile
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.records import Resource


def slowness_of(reports: Sequence[JobReport], profile: Profile) -> dict[Resource, float]:
    """Return the ratio of measured to profiled stage times of each resource, at least 1.

    On a lane they count from the decision to start on, as at run time (`scheduling.slowness`).
    """
    typical = {
        (function, variant.name, stage.name): (stage.resource, _mean_ns(stage))
        for function, variants in profile.functions.items()
        for variant in variants
        for stage in variant.stages
    }
    took: Counter[Resource] = Counter()
    planned: Counter[Resource] = Counter()
    for report in reports:
        for span, before_ns in zip(report.spans, hand_overs(report), strict=True):
            resource, usual_ns = typical[report.task, report.variant, span.stage]
            took[resource] += span.duration_ns
            if resource in HANDED_OVER:
                took[resource] += before_ns
            planned[resource] += round(usual_ns)
    return {r: max(1.0, took[r] / max(1, planned[r])) for r in Resource}


def _mean_ns(stage: StageProfile) -> float:
    # Jobs that were complete before it never run it.
    return mean([ns for ns in stage.quantiles_ns if ns] or [0])
