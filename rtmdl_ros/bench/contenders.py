# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The policies that are compared (docs/results.md), and parts of ours left out.

All have one CPU worker, the same frames at the same times, the same networks and the same engine,
and freshness: of a task only the newest frame waits. `fifo`, `rm` and `edf` have one lane, as a
program that runs one inference after the other; `greedy_lanes` has two and fills them at once. A
lane is one thread of the processor, for all.
These four run the largest variants, whole; `rm_smallest` is `rm` with the smallest. Where a policy
says nothing about jobs that can no longer be on time, running them to the end or discarding them,
simulation of the workload chooses what gives it the larger on-time accuracy.

`rtmdl_static` is the paper as this project reconstructs it: one plan of variants and priorities for
the whole run, guarded packing, networks whole.

What teams do today is in `rtmdl_ros.bench.callbacks`: it does not run on our runtime.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from rtmdl_ros.bench.callbacks import CALLBACKS
from rtmdl_ros.workload.records import LatePolicy, Packing, Policy


class Base(Enum):
    """How the variant that is foreseen for a task, and its priority, come about."""

    #: The most accurate; rate monotonic.
    LARGEST = 'largest'
    #: The least accurate; rate monotonic.
    SMALLEST = 'smallest'
    #: By the planner, for all tasks together.
    PLANNED = 'planned'
    #: The most accurate within an equal part of the lanes for each task; deadline monotonic.
    APART = 'apart'


@dataclass(frozen=True)
class Contender:
    """A policy by name, with all that tells it from the others."""

    name: str
    #: For tables and pictures.
    words: str
    base: Base = Base.PLANNED
    policy: Policy = Policy.FIXED_PRIORITY
    lanes: int = 2
    packing: Packing = Packing.GUARDED
    #: None: what is better for it in simulation.
    late: LatePolicy | None = LatePolicy.DISCARD
    #: Jobs may take other variants than the foreseen one.
    run_time_choice: bool = True
    #: Detectors are cut.
    segments: bool = True


def _simple(
    name: str, words: str, policy: Policy, lanes: int = 1, base: Base = Base.LARGEST
) -> Contender:
    return Contender(
        name, words, base, policy, lanes, Packing.GREEDY, late=None,
        run_time_choice=False, segments=False,
    )  # fmt: skip


OURS = 'rtmdl'
#: Offline, see `rtmdl_ros.bench.oracle`; no contender, as it is not run.
ORACLE = 'oracle'
BASELINES = ('fifo', 'rm', 'edf', 'greedy_lanes')
_ALL = (
    _simple('fifo', 'largest variants, first come first served, one lane', Policy.FIFO),
    _simple('rm', 'largest variants, rate monotonic, one lane', Policy.FIXED_PRIORITY),
    _simple('edf', 'largest variants, earliest deadline first, one lane', Policy.EDF),
    _simple('greedy_lanes', 'largest variants, no priorities, two lanes', Policy.FIFO, lanes=2),
    _simple(
        'rm_smallest', 'smallest variants, rate monotonic, one lane', Policy.FIXED_PRIORITY,
        base=Base.SMALLEST,
    ),
    Contender(
        'rtmdl_static', 'the paper, reconstructed: one plan, guarded packing', late=None,
        run_time_choice=False, segments=False,
    ),
    Contender(OURS, 'this project'),
    Contender('rtmdl-no_packing', 'one lane', lanes=1),
    Contender('rtmdl-no_choice', 'no variants chosen at run time', run_time_choice=False),
    Contender('rtmdl-no_discard', 'hopeless jobs run to the end', late=LatePolicy.RUN),
    Contender('rtmdl-no_segments', 'networks whole', segments=False),
    Contender('rtmdl-no_joint', 'variants first, then deadline monotonic', Base.APART),
)  # fmt: skip
CONTENDERS = {each.name: each for each in _ALL}
#: What is run where nothing else is asked for, and the parts of ours left out, one by one.
USUAL = (*CALLBACKS, *BASELINES, 'rtmdl_static', OURS, ORACLE)
ABLATION = (OURS, *(name for name in CONTENDERS if name.startswith(f'{OURS}-')))
