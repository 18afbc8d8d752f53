# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How accurate answers of several variants are together."""

from collections.abc import Iterable, Mapping


def mean_accuracy(jobs: Iterable[tuple[str, int]], accuracies: Mapping[str, float]) -> float:
    """Return the mean accuracy of jobs, as (variant, count); 0 of none.

    A variant whose accuracy is not known does not count.
    """
    known = [(accuracies[name], count) for name, count in jobs if name in accuracies]
    return sum(a * n for a, n in known) / max(1, sum(n for _, n in known))
