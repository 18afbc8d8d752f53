# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What runs while the node is active: cameras, runtime, outputs."""

import functools
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace

from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.node import Node

from rtmdl_ros.deployment.loading import Loaded
from rtmdl_ros.deployment.ready_task import ReadyTask, scheduled
from rtmdl_ros.deployment.starting import make_runtime, set_up_for
from rtmdl_ros.msg import SchedulerStatus
from rtmdl_ros.node.camera_input import age_s
from rtmdl_ros.node.cameras import Cameras
from rtmdl_ros.node.diagnostics import accelerator_status, task_status
from rtmdl_ros.node.gatekeeper import Gatekeeper
from rtmdl_ros.node.messages import scheduler_status
from rtmdl_ros.node.messages import task_status as task_status_message
from rtmdl_ros.node.onlookers import Onlookers
from rtmdl_ros.node.outputs import Outputs
from rtmdl_ros.node.replanning import Answer
from rtmdl_ros.node.reporter import Reporter
from rtmdl_ros.node.task_output import TaskOutput
from rtmdl_ros.perception.frame import Frame
from rtmdl_ros.perception.pipeline import Work
from rtmdl_ros.planning.plan import Plan
from rtmdl_ros.runtime.accounting import TaskStatistics
from rtmdl_ros.runtime.real_time import RealTimeState, locked_memory_mb
from rtmdl_ros.runtime.report import JobReport
from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.runtime.trace import Trace
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.units import NS_PER_MS

#: A stage that takes longer than this to end when the node stops is given up.
_STOP_TIMEOUT_S = 1.0


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
        self._device = loaded.profile.device
        self._gatekeeper = Gatekeeper(configuration.tasks)
        #: Of each camera the tasks that its frames release: those that are enabled.
        self._released: Mapping[str, tuple[str, ...]] = {}
        self._miss_ratios: Mapping[str, float] = {}
        with ExitStack() as started:
            self._reporter = Reporter(outputs.deadline_misses, self._age_s)
            started.callback(self._reporter.close)
            self._onlookers = Onlookers(
                outputs.windows,
                configuration.node.debug_rate_hz,
                lambda camera: self._released.get(camera, ()),
                lambda: self._miss_ratios,
            )
            started.callback(self._onlookers.close)
            self._outputs = {
                task.name: self._output(task, outputs.detections[task.name])
                for task in loaded.tasks
            }
            self._runtime = self._started_runtime(loaded.slow_downs)
            started.callback(self._runtime.stop, _STOP_TIMEOUT_S)
            self._cameras = Cameras(node, configuration, self._release)
            started.callback(self._cameras.look_at, {})
            self._serve_enabled()
            #: Ends what was started, the last first, each whatever becomes of the others.
            self._started = started.pop_all()

    def close(self) -> tuple[TaskStatistics, ...]:
        """Unsubscribe, end all jobs, tell of the last misses; returns the final counters."""
        try:
            self._started.close()
        finally:
            # The executor holds on to the subscriptions for a while, and they to this object: the
            # networks shall not have to wait for that.
            self._tasks.clear()
            self._outputs.clear()
        return self._runtime.statistics().tasks

    @property
    def trace(self) -> Trace:
        """The last jobs; after closing, too."""
        return self._runtime.trace

    def refusal(self, configuration: Configuration) -> str:
        """Return which change other tasks would pay for too much; '' if none."""
        objection = self._gatekeeper.objection(self._configuration.tasks, configuration.tasks)
        if objection and configuration.node.admission == 'refuse':
            return f'{objection}, or set admission to warn'
        if objection:
            problem, _, _ = objection.partition(';')  # without what to do about a refusal
            self._node.get_logger().warning(f'granted, as admission is warn: {problem}')
        return ''

    def follow(self, answer: Answer) -> None:
        """Take over a plan, for the jobs released from now on, and its limits."""
        self._gatekeeper.learn(answer)
        self._run_by(answer.plan)

    def _run_by(self, plan: Plan) -> None:
        for name, planned in plan.tasks.items():
            task = self._tasks[name]
            swapped = replace(task, planned=planned.variant, planned_priority=planned.priority)
            if swapped != task:
                self._tasks[name] = swapped
                self._runtime.change_task(scheduled(swapped))
                self._node.get_logger().info(
                    f'plan: task {name} now {swapped.planned} with priority {swapped.priority}'
                )

    def slowness(self) -> dict[Resource, float]:
        """Return the ratio of recent to profiled stage times of each resource."""
        return self._runtime.slowness()

    def change(self, configuration: Configuration) -> None:
        """Take over parameters that may change at run time, for the jobs released from now on."""
        before, self._configuration = self._configuration, configuration
        self._onlookers.rate_hz = configuration.node.debug_rate_hz
        for name, parameters in configuration.tasks.items():
            task = replace(self._tasks[name], parameters=parameters)
            if task != self._tasks[name]:
                self._tasks[name] = task
                task.apply_threshold()
                self._warn_of_hopeless(task)
                self._runtime.change_task(scheduled(task))
            plan = self._gatekeeper.plan_for(name, before.tasks[name], parameters)
            if plan is not None:
                self._run_by(plan)
        self._serve_enabled()

    def status(self) -> SchedulerStatus:
        """Return the message for ~/status."""
        statistics = self._runtime.statistics()
        self._miss_ratios = {task.task: task.miss_ratio for task in statistics.tasks}
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
        cameras = self._cameras.statuses()
        accelerator = accelerator_status(
            name, node, statistics, self._real_time(), self._device
        )
        return [*tasks, *cameras, accelerator]

    def check_peers(self) -> bool:
        """Find out who subscribes to what; returns whether a camera has failed or come back."""
        self._onlookers.refresh()
        return self._cameras.tell_problems()

    def _output(self, task: ReadyTask, publish: Callable[[object], None]) -> TaskOutput:
        return TaskOutput(
            task,
            publish,
            self._age_s,
            self._configuration.node.window_s,
            functools.partial(self._onlookers.put, task.parameters.camera),
        )

    def _started_runtime(self, slow_downs: SlowDowns) -> Runtime:
        node = self._configuration.node
        runtime = make_runtime(node, slow_downs, self._ended, self._gives_up)
        self._problems = set_up_for(node)
        for problem in self._problems:
            self._node.get_logger().warning(problem)
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
            problems=self._problems,
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

    def _serve_enabled(self) -> None:
        """Release the enabled tasks, and no others, by frames; subscribe to what they look at.

        A task that rests stays known to the runtime: its last jobs end as all do.
        """
        periods_ms: dict[str, dict[str, float]] = {}
        for name, task in self._tasks.items():
            parameters = task.parameters
            if parameters.enabled:
                periods_ms.setdefault(parameters.camera, {})[name] = parameters.period_ms
        self._released = {camera: tuple(tasks) for camera, tasks in periods_ms.items()}
        self._cameras.look_at(periods_ms)

    def _release(self, camera: str, frame: Frame) -> None:
        tasks = self._released.get(camera, ())
        works = {name: self._outputs[name].work_on(frame) for name in tasks}
        self._runtime.release_all(works, frame.arrival_ns)

    def _gives_up(self, task: str, work: object) -> bool:
        assert isinstance(work, Work)
        return self._outputs[task].gives_up(work)

    def _ended(self, report: JobReport) -> None:
        assert isinstance(report.payload, Work)
        self._outputs[report.task].ended(report.payload)
        self._reporter.put(report)

    def _age_s(self, header: object) -> float:
        return age_s(self._node, header)
