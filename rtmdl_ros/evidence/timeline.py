# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The part of a run's timeline that tells most."""

from collections.abc import Sequence
from pathlib import Path

from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.workload.units import NS_PER_S

#: Enough jobs to see the pattern, few enough to see each.
_LENGTH_S = 0.3


def write_timeline(reports: Sequence[JobReport], path: Path) -> None:
    """Draw the jobs around the middle one of the misses; without misses those of the middle.

    There must be a job. Raises OSError.
    """
    # matplotlib takes a second to import, and only this picture needs it.
    from rtmdl_ros.runtime.timeline import draw_timeline

    draw_timeline(reports, path, round(_telling_start_s(reports), 1), _LENGTH_S)


def _telling_start_s(reports: Sequence[JobReport]) -> float:
    """Return a start, seconds after the first release, shortly before what is to be seen."""
    releases = [report.release_ns for report in reports]
    missed = sorted(report.release_ns for report in reports if report.missed)
    middle_ns = missed[len(missed) // 2] if missed else (min(releases) + max(releases)) // 2
    return max(0.0, (middle_ns - min(releases)) / NS_PER_S - _LENGTH_S / 2)
