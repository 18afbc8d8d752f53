# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What runs while the node is active: cameras, runtime, outputs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from rtmdl_ros.msg import SchedulerStatus
from rtmdl_ros.node.camera_input import CameraInput, CameraProblem, age_s
from rtmdl_ros.node.diagnostics import accelerator_status, camera_status, task_status
from rtmdl_ros.node.loading import Loaded
from rtmdl_ros.node.messages import scheduler_status
from rtmdl_ros.node.messages import task_status as task_status_message
from rtmdl_ros.node.ready_task import ReadyTask, scheduled
from rtmdl_ros.node.replanning import Answer
from rtmdl_ros.node.reporter import Reporter
from rtmdl_ros.node.task_output import TaskOutput
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.planning.limits import DeadlineLimit
from rtmdl_ros.runtime.accounting import TaskStatistics
from rtmdl_ros.runtime.real_time import (
    RealTimeSettings,
    RealTimeState,
    locked_memory_mb,
    set_up,
    usable_cores,
)
from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.core_list import cores_in
from rtmdl_ros.workload.parameters import NodeParameters
from rtmdl_ros.workload.records import Packing, Policy, Resource
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_MS

#: A stage that takes longer than this to end when the node stops is given up.
_STOP_TIMEOUT_S = 1.0


@dataclass(frozen=True)
class Outputs:
    """Where a session's messages go."""

    detections: dict[str, Callable[[object], None]]
    deadline_misses: Callable[[object], None]


class Session:
    """The active node. Made at activate, closed at deactivate."""

    def __init__(
        self,
        node: Node,
        configuration: Configuration,
        loaded: Loaded,
        outputs: Outputs,
    ) -> None:
        """Start the runtime, then subscribe to the cameras; raises what rclpy raises there."""
        self._node = node
        self._configuration = configuration
        self._tasks = {task.name: task for task in loaded.tasks}
        self._reporter = Reporter(outputs.deadline_misses, self._age_s)
        self._outputs = {
            task.name: TaskOutput(
                task, outputs.detections[task.name], self._age_s, configuration.node.window_s
            )
            for task in loaded.tasks
        }
        self._limits: dict[str, DeadlineLimit] = {}
        try:
            self._runtime = self._started_runtime(loaded.slow_downs)
        except Exception:
            self._reporter.close()
            raise
        self._problems: dict[str, CameraProblem | None] = dict.fromkeys(configuration.cameras)
        self._cameras: list[CameraInput] = []
        try:
            for name in configuration.cameras:
                self._cameras.append(self._camera(name))
        except Exception:
            self.close()
            raise

    def close(self) -> tuple[TaskStatistics, ...]:
        """Unsubscribe, end all jobs, tell of the last misses; returns the final counters."""
        for camera in self._cameras:
            camera.close()
        self._runtime.stop(_STOP_TIMEOUT_S)
        self._reporter.close()
        self._write_trace()
        return self._runtime.statistics().tasks

    def refusal(self, configuration: Configuration) -> str:
        """Return why changed parameters cannot be taken over, naming one; '' if they can."""
        for name, parameters in configuration.tasks.items():
            task = replace(self._tasks[name], parameters=parameters)
            if not task.allowed:
                best = task.variants[-1]
                return (
                    f'{name}.accuracy_floor is {parameters.accuracy_floor:g}, above its best '
                    f'variant, {best.name}; give at most {best.accuracy:g}'
                )
        objection = self._objection(configuration)
        if objection and configuration.node.admission == 'refuse':
            return f'{objection}, or set admission to warn'
        if objection:
            self._node.get_logger().warning(objection)
        return ''

    def _objection(self, configuration: Configuration) -> str:
        """Return which deadline is tightened too far, and what that would do."""
        for name, parameters in configuration.tasks.items():
            limit = self._limits.get(name)
            tighter = parameters.deadline_ms < self._tasks[name].parameters.deadline_ms
            if limit is None or not tighter:
                continue
            least_ms = limit.least_ns / NS_PER_MS
            if parameters.deadline_ms < least_ms:
                return (
                    f'{name}.deadline_ms is {parameters.deadline_ms:g}, too short beside the '
                    f'other tasks ({limit.reason}); give at least {least_ms:.1f}'
                )
        return ''

    def follow(self, answer: Answer) -> None:
        """Take over a plan, for the jobs released from now on, and its limits."""
        assert answer.plan is not None
        self._limits = dict(answer.limits)
        for name, planned in answer.plan.tasks.items():
            task = self._tasks[name]
            swapped = replace(task, planned=planned.variant, planned_priority=planned.priority)
            if swapped != task:
                self._tasks[name] = swapped
                self._runtime.change_task(scheduled(swapped))
                self._node.get_logger().info(
                    f'plan: task {name} now {swapped.planned} with priority {swapped.priority}'
                )

    def paces(self) -> dict[Resource, float]:
        """Return how long stages take as of late by the times of the profile."""
        return self._runtime.paces()

    def change(self, configuration: Configuration) -> None:
        """Take over parameters that may change at run time, for the jobs released from now on."""
        self._configuration = configuration
        for name, parameters in configuration.tasks.items():
            task = replace(self._tasks[name], parameters=parameters)
            if task != self._tasks[name]:
                self._tasks[name] = task
                task.apply_threshold()
                self._warn_of_hopeless(task)
                self._runtime.change_task(scheduled(task))

    def status(self) -> SchedulerStatus:
        """Return the message for ~/status."""
        statistics = self._runtime.statistics()
        tasks = [
            task_status_message(
                self._tasks[task.task], task, self._outputs[task.task].statistics()
            )
            for task in statistics.tasks
        ]
        message = scheduler_status(self._configuration.node, statistics, tasks)
        message.header.stamp = self._node.get_clock().now().to_msg()
        return message

    def diagnostics(self) -> list[DiagnosticStatus]:
        """Return one status a task, a camera and the accelerator."""
        name, node = self._node.get_name(), self._configuration.node
        statistics = self._runtime.statistics()
        tasks = [
            task_status(
                name,
                self._tasks[task.task],
                node,
                task,
                self._outputs[task.task].statistics(),
                self._reporter.last_failure.get(task.task, ''),
            )
            for task in statistics.tasks
        ]
        cameras = [camera_status(name, camera.name, camera.health()) for camera in self._cameras]
        return [*tasks, *cameras, accelerator_status(name, node, statistics, self._real_time())]

    def tell_camera_problems(self) -> bool:
        """Log what has become wrong or right with a camera; returns whether anything has."""
        news = False
        for camera in self._cameras:
            health = camera.health()
            if health.problem is self._problems[camera.name]:
                continue
            news = True
            self._problems[camera.name] = health.problem
            if health.problem is None:
                self._node.get_logger().info(f'camera {camera.name}: well again')
            else:
                self._node.get_logger().warning(f'camera {camera.name}: {health.advice}')
        return news

    def _started_runtime(self, slow_downs: SlowDowns) -> Runtime:
        node = self._configuration.node
        real_time = _real_time_settings(node)
        runtime = Runtime(
            policy=Policy(node.policy),
            cpu_workers=node.cpu_workers,
            lanes=node.lanes,
            packing=Packing(node.packing),
            slow_downs=slow_downs,
            on_end=self._reporter.put,
            window_s=node.window_s,
            hang_limit_s=node.hang_limit_s,
            real_time=real_time,
        )
        self._refusals = set_up(real_time)
        for refusal in self._refusals:
            self._node.get_logger().warning(refusal)
        cores = len(usable_cores())
        if node.lanes > cores:
            self._node.get_logger().warning(
                f'lanes is {node.lanes} and cpu_workers {node.cpu_workers}, but the node may use '
                f'only so many cores: {cores}; lanes that share a core slow each other down'
            )
        for name, task in self._tasks.items():
            task.apply_threshold()
            self._warn_of_hopeless(task)
            runtime.add_task(scheduled(task), self._outputs[name].functions)
        runtime.start()
        return runtime

    def _real_time(self) -> RealTimeState:
        return RealTimeState(
            lanes=self._runtime.placements(Resource.ACCELERATOR),
            cpu_workers=self._runtime.placements(Resource.CPU),
            locked_memory_mb=locked_memory_mb(),
            refusals=self._refusals,
        )

    def _write_trace(self) -> None:
        path = self._configuration.node.trace_file
        if not path:
            return
        try:
            self._runtime.trace.write_chrome_trace(Path(path).expanduser())
        except OSError as error:
            self._node.get_logger().error(
                f'trace_file {path}: cannot be written ({error.strerror}); name another file'
            )

    def _warn_of_hopeless(self, task: ReadyTask) -> None:
        chains = (variant.stages for variant in task.allowed)
        least_ns = min(sum(stage.optimistic_ns for stage in chain) for chain in chains)
        least_ms = least_ns / NS_PER_MS
        if least_ms > task.parameters.deadline_ms:
            self._node.get_logger().warning(
                f'task {task.name} takes {least_ms:.1f} ms at best, its deadline is '
                f'{task.parameters.deadline_ms:g} ms: no frame can be on time; raise '
                f'{task.name}.deadline_ms'
            )

    def _camera(self, name: str) -> CameraInput:
        outputs = [
            (task.name, self._outputs[task.name])
            for task in self._tasks.values()
            if task.parameters.camera == name
        ]

        def release(frame: Frame) -> None:
            works = {task: output.work_on(frame) for task, output in outputs}
            self._runtime.release_all(works, frame.arrival_ns)

        node = self._configuration.node
        return CameraInput(
            self._node,
            name,
            transport=self._configuration.cameras[name].transport,
            timeout_s=node.camera_timeout_s,
            window_s=node.window_s,
            on_frame=release,
        )

    def _age_s(self, header: object) -> float:
        return age_s(self._node, header)


def _real_time_settings(node: NodeParameters) -> RealTimeSettings:
    return RealTimeSettings(
        cpu_cores=cores_in(node.cpu_cores),
        lane_cores=cores_in(node.lane_cores),
        fifo_priority=node.fifo_priority,
        lock_memory=node.lock_memory,
    )
