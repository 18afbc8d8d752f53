# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Errors of planning: one line that names what is wrong and what to do."""

from pathlib import Path

from rtmdl_ros.workload.errors import one_line


class PlanningError(ValueError):
    """Demands that no plan can be made for; the text names the parameter and a remedy."""


class PlanError(PlanningError):
    """A plan file that cannot be used."""

    def __init__(self, path: Path, problem: str, remedy: str = '') -> None:
        """Say in one line which file is at fault and what to do."""
        remedy = remedy or 'make it anew with `rtmdl plan`'
        #: Without the remedy.
        self.problem = f'{path}: {one_line(problem)}'
        super().__init__(f'{self.problem}; {one_line(remedy)}')
