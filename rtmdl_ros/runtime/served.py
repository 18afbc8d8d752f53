# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Tasks with the functions of their stages, and their jobs, as the runtime keeps them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rtmdl_ros.runtime.report import JobReport, StageSpan, Wait
from rtmdl_ros.scheduling.commands import EndJob, WaitStage
from rtmdl_ros.workload.records import Task

StageFunction = Callable[[Any], bool]
#: One a stage; of a task with variants those of each, by its name.
StageFunctions = Sequence[StageFunction] | Mapping[str, Sequence[StageFunction]]


class ServedStage(NamedTuple):
    """What the runtime has to know of a stage."""

    name: str
    function: StageFunction
    #: What of a network it runs (`Stage.segment`); '' on the CPU.
    segment: str


@dataclass(frozen=True)
class ServedTask:
    """A task and what its jobs run."""

    task: Task
    #: The stages of each variant, by its name.
    chains: Mapping[str, tuple[ServedStage, ...]]
    #: What was given for it, perhaps for more variants than it has now.
    functions: StageFunctions


@dataclass
class ActiveJob:
    """A job that has not ended, with what has become of it so far."""

    served: ServedTask
    release_ns: int
    payload: object
    #: What it is done with; '' until that is chosen, and where its task has no variants.
    variant: str = ''
    spans: list[StageSpan] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    #: The wait that goes on, and since when.
    waiting: tuple[WaitStage, int] | None = None

    def stage(self, index: int) -> ServedStage:
        """Return a stage; the first one has one name in all variants."""
        chains = self.served.chains
        return chains[self.variant or self.served.task.base][index]

    def wait(self, command: WaitStage, now_ns: int) -> None:
        """Begin to wait, for another reason or another stage than before."""
        self.end_wait(now_ns)
        self.waiting = (command, now_ns)

    def end_wait(self, now_ns: int) -> None:
        """End the wait that goes on, if one does."""
        if self.waiting is not None:
            (_, stage, reason, because), start_ns = self.waiting
            name = self.stage(stage).name
            self.waits.append(Wait(name, reason, because, start_ns, now_ns))
            self.waiting = None

    def report(self, end: EndJob, now_ns: int) -> JobReport:
        """Return what is known of the job at its end."""
        self.end_wait(now_ns)
        task = self.served.task
        return JobReport(
            job_id=end.job_id,
            task=task.name,
            outcome=end.outcome,
            release_ns=self.release_ns,
            deadline_ns=self.release_ns + task.deadline_ns,
            finish_ns=end.time_ns,
            spans=tuple(self.spans),
            detail=end.detail,
            payload=self.payload,
            reason=end.reason,
            waits=tuple(self.waits),
            variant=self.variant,
        )


def served_stages(task: Task, functions: StageFunctions) -> dict[str, tuple[ServedStage, ...]]:
    """Return the stages by variant, those of a task without as ''.

    Raises ValueError, naming task and variant, for functions that are missing or of another number.
    """
    wanted = {each.name: each.stages for each in task.variants} or {'': task.stages}
    given = functions if isinstance(functions, Mapping) else {'': functions}
    chains = {}
    for name, stages in wanted.items():
        whose = f'task {task.name}, variant {name}' if name else f'task {task.name}'
        if name not in given:
            raise ValueError(f'{whose}: there are no functions for its stages')
        if len(given[name]) != len(stages):
            raise ValueError(f'{whose}: {len(given[name])} functions for {len(stages)} stages')
        chains[name] = tuple(
            ServedStage(stage.name, function, stage.segment)
            for stage, function in zip(stages, given[name], strict=True)
        )
    return chains
