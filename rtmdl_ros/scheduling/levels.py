# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Which variants tasks can afford for as long as the load is as it is.

Under a lasting overload it is not enough that each job takes a variant with which it is on time
itself: the most urgent tasks would leave nothing to the others. So all give way together, as in
the elastic task model (G. Buttazzo, G. Lipari, M. Caccamo, L. Abeni, "Elastic scheduling for
flexible workload management", IEEE Transactions on Computers 51(3), 2002), in steps that cost the
least accuracy for the time they save.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Option(NamedTuple):
    """A variant as a load: the share of each resource that the task takes with it."""

    accuracy: float
    cpu: float
    lanes: float


class Load(NamedTuple):
    """A task: its variants, from the least to the most accurate, and the one foreseen."""

    options: Sequence[Option]
    base: int
    weight: float


def affordable(loads: Sequence[Load], cpu: float, lanes: float) -> tuple[int, ...]:
    """Return the variant of each task, none above its base, that together fit the capacities.

    Step by step, the one first that costs the least accuracy for what it saves. Where no step saves
    anything any more and they do not fit, what was reached is returned.
    """
    levels = [load.base for load in loads]
    used_cpu = sum(load.options[load.base].cpu for load in loads)
    used_lanes = sum(load.options[load.base].lanes for load in loads)
    while used_cpu > cpu or used_lanes > lanes:
        step = _cheapest_step(loads, levels, used_cpu - cpu, used_lanes - lanes)
        if step is None:
            break
        task, level = step
        before, after = (loads[task].options[each] for each in (levels[task], level))
        used_cpu += after.cpu - before.cpu
        used_lanes += after.lanes - before.lanes
        levels[task] = level
    return tuple(levels)


def _cheapest_step(
    loads: Sequence[Load], levels: Sequence[int], cpu: float, lanes: float
) -> tuple[int, int] | None:
    """Return the task and its next level that cost the least accuracy for what they save.

    `cpu` and `lanes` are what there is too much of each resource, or below 0 too little.
    """
    too_much = max(0.0, cpu) + max(0.0, lanes)
    best: tuple[float, int, int] | None = None
    for task, (load, level) in enumerate(zip(loads, levels, strict=True)):
        now = load.options[level]
        for lower, option in enumerate(load.options[:level]):
            left = max(0.0, cpu + option.cpu - now.cpu) + max(0.0, lanes + option.lanes - now.lanes)
            saved = too_much - left
            if saved > 1e-9:
                cost = load.weight * (now.accuracy - option.accuracy) / saved
                if best is None or cost < best[0]:
                    best = cost, task, lower
    return None if best is None else best[1:]
