# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A task that can be run: its networks, their times and its part of the plan."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rtmdl_ros.perception.pipeline import Pipeline
from rtmdl_ros.planning.plan import as_run
from rtmdl_ros.planning.problem import planned_task, rounded_down
from rtmdl_ros.workload.accuracy import mean_accuracy
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.parameters import TaskParameters
from rtmdl_ros.workload.records import Task, TaskVariant


@dataclass(frozen=True)
class ReadyTask:
    """A task whose networks are loaded, warmed up and measured, with its part of the plan."""

    name: str
    parameters: TaskParameters
    #: What is loaded, from the least to the most accurate, and what computes it, by name.
    variants: tuple[TaskVariant, ...]
    pipelines: Mapping[str, Pipeline]
    #: The variant and the priority of the plan.
    planned: str
    planned_priority: int
    #: Jobs may take other variants than the planned one.
    chooses: bool

    @property
    def priority(self) -> int:
        """The user's own, or else the plan's, as it is told; see `priority_in_force`."""
        return self.parameters.priority or self.planned_priority

    @property
    def allowed(self) -> tuple[TaskVariant, ...]:
        """The variants that are not below the accuracy floor; may be none."""
        floor = self.parameters.accuracy_floor
        return tuple(each for each in self.variants if each.accuracy >= floor)

    def apply_threshold(self) -> None:
        """Make the pipelines use the threshold of the parameters, 0 meaning the calibrated one."""
        for pipeline in self.pipelines.values():
            pipeline.score_threshold = (
                self.parameters.score_threshold or pipeline.calibrated_threshold
            )

    @property
    def accuracies(self) -> dict[str, float]:
        """The accuracy of each variant, by name."""
        return {each.name: each.accuracy for each in self.variants}

    def expected_accuracy(self, jobs: Iterable[tuple[str, int]]) -> float:
        """Return the mean accuracy of jobs, as (variant, count); 0 of none."""
        return mean_accuracy(jobs, self.accuracies)


def with_parameters(
    tasks: Iterable[ReadyTask], configuration: Configuration
) -> tuple[ReadyTask, ...]:
    """Return tasks with the parameters that they have in a configuration."""
    return tuple(
        replace(task, parameters=configuration.tasks[task.name]) for task in tasks
    )


def floor_refusal(tasks: Iterable[ReadyTask], configuration: Configuration) -> str:
    """Return why an accuracy floor of a configuration is refused: it leaves its task no variant.

    '' where each leaves one.
    """
    for task in with_parameters(tasks, configuration):
        if not task.allowed:
            best, floor = task.variants[-1], task.parameters.accuracy_floor
            return (
                f'{task.name}.accuracy_floor is {floor:g}, above its best variant, {best.name}; '
                f'give at most {rounded_down(best.accuracy):g}'
            )
    return ''


def scheduled(task: ReadyTask) -> Task:
    """Return what the scheduler has to know of a task; one of its variants must be allowed."""
    wanted = planned_task(task.name, task.parameters)
    return as_run(wanted, task.allowed, task.planned, task.planned_priority, task.chooses)
