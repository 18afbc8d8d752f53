# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The table of a run's tasks."""

from rich.console import Console

from rtmdl_ros.evidence.figures import Quantiles, TaskResult
from rtmdl_ros.evidence.table import task_table

NO_TIMES = Quantiles(0, 0.0, 0.0, 0.0, 0.0)


def test_names_may_have_brackets(capsys):
    names = 'cam[left]', 'cam[/left]'
    tasks = [
        TaskResult(name, 'small', (), 0.0, 10.0, 0, 0, 0, 0, 0, 0, NO_TIMES, NO_TIMES, ())
        for name in names
    ]
    Console(width=80).print(task_table('drive [/x]', tasks))
    title, heading = (line.split() for line in capsys.readouterr().out.splitlines()[:3:2])
    assert (title, heading) == (['drive', '[/x]'], list(names))
