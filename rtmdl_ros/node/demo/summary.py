# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a run as a table for people."""

from rich.table import Table

from rtmdl_ros.evidence.table import percent, task_table, variants_in_words
from rtmdl_ros.node.demo.results import DemoResult


def summary_table(result: DemoResult) -> Table:
    """Return one column a task, narrow enough for 80 columns with two tasks."""
    seed = '' if result.seed is None else f', seed {result.seed}'
    return task_table(f'{result.workload}, {result.duration_s:g} s{seed}', result.tasks)


def remarks(result: DemoResult) -> tuple[str, ...]:
    """Return what the table has no room for: networks, delivery, load, warnings; one line each."""
    frames = result.recording
    skipped = f'; {frames.skipped} more not rendered in time' if frames.skipped else ''
    fewer = ''.join(f', {count} to {task}' for task, count in frames.received_less.items())
    return (
        *(variants_in_words(task) for task in result.tasks),
        f'camera to node: {frames.received} of {frames.published} frames delivered '
        f'({percent(frames.delivered)}){fewer}{skipped}',
        f'lanes busy: {percent(result.accelerator_utilization)} of the time, {result.lanes} in all',
        *(f'rtmdl_node warned: {warning}' for warning in result.warnings),
    )
