# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Random tasks for the scheduler, with stages so short that much happens in a few steps."""

from dataclasses import replace

import hypothesis.strategies as st

from rtmdl_ros.workload.records import LatePolicy, Resource, Stage, Task, TaskVariant

STAGES = st.builds(
    lambda resource, least, more, segment: Stage('stage', resource, least, least + more, segment),
    st.sampled_from(Resource),
    st.integers(0, 8),
    st.integers(0, 2),
    st.sampled_from(['x', 'y', '']),
)


@st.composite
def chains(draw, first=None, name='stage'):
    """Return 1 to 4 stages."""
    stages = draw(st.lists(STAGES, min_size=1, max_size=4))
    if first is not None:
        stages[0] = replace(stages[0], resource=first)
    return tuple(replace(stage, name=f'{name}{number}') for number, stage in enumerate(stages))


@st.composite
def same_beginning(draw, stages):
    """Return as many stages, of which the first few are the same and the others as short."""
    at = draw(st.integers(1, len(stages)))
    rest = [replace(draw(STAGES), name=old.name, resource=old.resource) for old in stages[at:]]
    return (*stages[:at], *rest)


@st.composite
def tasks(draw, name):
    """Return a task that has one chain or some variants."""
    stages, variants, base = draw(chains()), (), ''
    if draw(st.booleans()):
        others = draw(st.lists(chains(stages[0].resource, 'other'), max_size=2))
        every = [stages, *others, *draw(st.lists(same_beginning(stages), max_size=2))]
        variants = tuple(TaskVariant(f'v{n}', each, 0.2 * n) for n, each in enumerate(every))
        base = draw(st.sampled_from(variants)).name
        stages = next(each.stages for each in variants if each.name == base)
    return Task(
        name,
        stages,
        period_ns=10,
        deadline_ns=draw(st.integers(1, 40)),
        priority=draw(st.integers(0, 3)),
        late=draw(st.sampled_from(LatePolicy)),
        variants=variants,
        base=base,
    )
