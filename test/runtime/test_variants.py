# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Tasks whose jobs may be done in several ways."""

from dataclasses import replace

import pytest
from runtime_bench import CPU, LANE, PATIENCE_S, SECOND, Bench, Gate, nothing

from rtmdl_ros.workload.records import Outcome, Stage, Task, TaskVariant

MS = 1_000_000


def variant(name, accuracy, *times_ms):
    """A stage on the CPU and a segment on the lane for each time."""
    segments = tuple(
        Stage(f'net {number}', LANE, worst_ns=ms * MS, segment=name)
        for number, ms in enumerate(times_ms)
    )
    return TaskVariant(name, (Stage('pre', CPU, 0, 1000), *segments), accuracy)


FAST, BEST = variant('fast', 0.7, 1), variant('best', 0.9, 20, 20)


def task(deadline_ms=60_000, variants=(FAST, BEST)):
    top = variants[-1]
    return Task(
        'a', top.stages, SECOND, deadline_ms * MS, variants=variants, base=top.name
    )  # fmt: skip


@pytest.fixture
def bench():
    """A runtime that is stopped in the end."""
    bench = Bench()
    yield bench
    bench.runtime.stop(PATIENCE_S)


def test_a_job_runs_the_functions_of_its_variant(bench):
    ran = []
    functions = {
        'fast': [lambda p: ran.append('pre fast'), lambda p: ran.append('fast')],
        'best': [nothing, lambda p: ran.append('best 0'), lambda p: ran.append('best 1')],
    }
    bench.runtime.add_task(task(), functions)
    bench.runtime.start()
    bench.release('a')
    (job,) = bench.wait()
    assert (job.variant, job.outcome, ran) == ('best', Outcome.ON_TIME, ['best 0', 'best 1'])
    assert [span.stage for span in job.spans] == ['pre', 'net 0', 'net 1']
    # From now on 40 ms are too much.
    bench.runtime.change_task(task(deadline_ms=30))
    bench.release('a')
    (job,) = bench.wait()
    assert (job.variant, ran[2:]) == ('fast', ['pre fast', 'fast'])
    assert bench.task('a').variants == (('best', 1), ('fast', 1))
    assert [report.variant for report in bench.runtime.trace.reports()] == ['best', 'fast']


def test_a_plan_is_swapped_between_two_jobs(bench):
    gate = Gate()
    bench.runtime.add_task(task(), {'fast': [nothing] * 2, 'best': [nothing, gate, nothing]})
    bench.runtime.start()
    bench.release('a')
    assert gate.begun.wait(PATIENCE_S)
    bench.runtime.change_task(task(variants=(FAST,)))
    gate.open.set()
    bench.release('a')
    assert [job.variant for job in bench.wait(2)] == ['best', 'fast']
    assert bench.task('a').on_time == 2


def test_a_task_may_get_any_variant_that_there_are_functions_of(bench):
    """Also one that it did not have when it was added, or that was left out."""
    functions = {'fast': [nothing] * 2, 'best': [nothing] * 3}
    bench.runtime.add_task(task(variants=(FAST,)), functions)
    bench.runtime.start()
    for variants in ((FAST,), (BEST,), (FAST,), (FAST, BEST)):
        bench.runtime.change_task(task(variants=variants))
        bench.release('a')
        (job,) = bench.wait()
        assert (job.variant, job.outcome) == (variants[-1].name, Outcome.ON_TIME)


def test_a_variant_whose_stage_hangs_is_not_served_while_others_are():
    bench, gate = Bench(hang_limit_s=0.05), Gate()
    bench.runtime.add_task(task(), {'fast': [nothing] * 2, 'best': [nothing, gate, nothing]})
    bench.runtime.start()
    bench.release('a')
    assert bench.wait()[0].outcome is Outcome.FAILED
    bench.release('a')
    refused = bench.wait()[0]
    assert (refused.variant, refused.outcome) == ('best', Outcome.FAILED)
    assert 'still hangs' in refused.detail
    bench.runtime.change_task(task(variants=(FAST,)))
    bench.release('a')
    served = bench.wait()[0]
    assert (served.variant, served.outcome) == ('fast', Outcome.ON_TIME)
    gate.open.set()
    bench.runtime.stop(PATIENCE_S)


def test_functions_must_be_those_of_the_variants(bench):
    with pytest.raises(ValueError, match='task a, variant best: there are no functions'):
        bench.runtime.add_task(task(), {'fast': [nothing] * 2})
    with pytest.raises(ValueError, match='task a, variant best: 1 functions for 3 stages'):
        bench.runtime.add_task(task(), {'fast': [nothing] * 2, 'best': [nothing]})
    with pytest.raises(ValueError, match='task a, variant fast: there are no functions'):
        bench.runtime.add_task(task(), [nothing] * 3)
    bench.runtime.add_task(task(), {'fast': [nothing] * 2, 'best': [nothing] * 3})
    with pytest.raises(ValueError, match='task a, variant more: there are no functions'):
        bench.runtime.change_task(task(variants=(FAST, BEST, variant('more', 0.95, 50))))
    with pytest.raises(ValueError, match='task a: there are no functions'):
        bench.runtime.change_task(replace(task(), variants=(), base=''))
