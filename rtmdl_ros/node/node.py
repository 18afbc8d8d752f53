# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The managed node `rtmdl`: parameters, transitions, timers; what runs is a `Session`."""

from collections.abc import Callable, Sequence
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter
from std_srvs.srv import Trigger

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.msg import DeadlineMiss, DetectionArray, SchedulerStatus
from rtmdl_ros.networks.zoo import ZooError
from rtmdl_ros.node.diagnostics import inactive_statuses
from rtmdl_ros.node.loading import Loaded, load
from rtmdl_ros.node.plan_keeper import PlanKeeper
from rtmdl_ros.node.ros_parameters import changed, declare
from rtmdl_ros.node.session import Outputs, Session
from rtmdl_ros.planning.errors import PlanningError
from rtmdl_ros.planning.problem import demands
from rtmdl_ros.profiling.profile_file import ProfileError
from rtmdl_ros.runtime.accounting import TaskStatistics
from rtmdl_ros.runtime.real_time import freeze_garbage
from rtmdl_ros.workload.parameters import ParameterError

_DIAGNOSTICS_PERIOD_S = 1.0
#: Often enough for a camera that stops to be told of within 2 s.
_CAMERA_CHECK_PERIOD_S = 0.2
_OUTPUT_DEPTH = 5


class RtmdlNode(LifecycleNode):
    """Camera topics in; detections, missed deadlines, status and diagnostics out."""

    def __init__(self, **options: Any) -> None:
        """Declare the parameters; `options` go to rclpy's node.

        Raises ParameterError for an unknown parameter or a value that cannot be used.
        """
        super().__init__('rtmdl', **options)
        try:
            self._configuration = declare(self, self._parameter_overrides)
        except ParameterError:
            self.destroy_node()
            raise
        self._loaded: Loaded | None = None
        self._session: Session | None = None
        self._plans: PlanKeeper | None = None
        self._state = 'unconfigured'
        self._error = ''
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', _OUTPUT_DEPTH)
        self._status: Any = None
        self._outputs: Outputs | None = None
        # The steady clock: with use_sim_time and no /clock, timers of the node's would never fire.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_DIAGNOSTICS_PERIOD_S, self._tell_health, clock=steady)
        self.create_timer(_CAMERA_CHECK_PERIOD_S, self._check_cameras, clock=steady)
        self.create_timer(
            self._configuration.node.status_period_s, self._tell_status, clock=steady
        )
        self.create_service(Trigger, '~/replan', self._replan)
        self.add_on_set_parameters_callback(self._on_parameters)

    def start(self) -> bool:
        """Configure and activate as `autostart` asks; returns whether the node is active."""
        success = TransitionCallbackReturn.SUCCESS
        return bool(self.trigger_configure() == success and self.trigger_activate() == success)

    @property
    def autostart(self) -> bool:
        """Whether the node is to start itself."""
        return self._configuration.node.autostart

    def close(self) -> None:
        """End whatever runs, with the final summary in the log."""
        if self._session is not None:
            self._guarded('deactivate', self._stop)

    # Transitions. rclpy turns an exception in them into an error state without a word, so each
    # runs guarded.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load, export and warm up all networks; fails where one is missing or broken."""
        return self._guarded('configure', self._load)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start the threads and subscribe to the cameras."""
        super().on_activate(state)
        return self._guarded('activate', self._begin)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Unsubscribe and end all jobs; networks stay in memory."""
        result = self._guarded('deactivate', self._stop)
        super().on_deactivate(state)
        return result

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give the networks' memory back."""
        return self._guarded('cleanup', self._unload)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End whatever runs."""
        return self._guarded('shutdown', self._stop)

    def _guarded(self, name: str, action: Callable[[], str]) -> TransitionCallbackReturn:
        try:
            self._state = action()
            self._error = ''
        except (ZooError, EngineError, ProfileError, PlanningError, OSError) as error:
            return self._failed(name, str(error), TransitionCallbackReturn.FAILURE)
        except Exception as error:  # the only place where an unforeseen one can be told
            cause = f'{type(error).__name__}: {error}'
            return self._failed(name, cause, TransitionCallbackReturn.ERROR)
        return TransitionCallbackReturn.SUCCESS

    def _failed(
        self, name: str, cause: str, result: TransitionCallbackReturn
    ) -> TransitionCallbackReturn:
        self._error = f'{name} failed: {cause}'
        self.get_logger().error(self._error)
        return result

    def _load(self) -> str:
        log = self.get_logger()
        log.info('configuring: loading and warming up networks')
        self._loaded = load(self._configuration, log.info)
        if self._outputs is None:
            self._outputs = self._make_outputs()
        return 'inactive'

    def _begin(self) -> str:
        assert self._loaded is not None and self._outputs is not None
        freeze_garbage()
        self._session = Session(self, self._configuration, self._loaded, self._outputs)
        self._plans = PlanKeeper(self._loaded.profile, self.get_logger().info)
        self._plans.ask(self._configuration, 'with more care than before the start')
        self._log_interface()
        return 'active'

    def _stop(self) -> str:
        session, self._session = self._session, None
        if self._plans is not None:
            self._plans.close()
            self._plans = None
        if session is not None:
            for task in session.close():
                self.get_logger().info(_summary(task))
        return 'inactive'

    def _unload(self) -> str:
        self._loaded = None
        return 'unconfigured'

    def _make_outputs(self) -> Outputs:
        detections = {
            name: self.create_lifecycle_publisher(
                DetectionArray, f'~/{name}/detections', _OUTPUT_DEPTH
            ).publish
            for name in self._configuration.tasks
        }
        misses = self.create_lifecycle_publisher(DeadlineMiss, '~/deadline_misses', 50)
        self._status = self.create_lifecycle_publisher(SchedulerStatus, '~/status', _OUTPUT_DEPTH)
        return Outputs(detections, misses.publish)

    def _log_interface(self) -> None:
        for name, camera in self._configuration.cameras.items():
            topic = self.resolve_topic_name(f'~/input/{name}/image')
            self.get_logger().info(f'camera {name}: {camera.transport} images from {topic}')
        for name, task in self._configuration.tasks.items():
            topic = self.resolve_topic_name(f'~/{name}/detections')
            self.get_logger().info(
                f'task {name}: deadline {task.deadline_ms:g} ms, detections on {topic}'
            )

    # Timers and parameters.

    def _tell_health(self) -> None:
        if self._session is None:
            statuses = inactive_statuses(
                self.get_name(), self._configuration, self._state, self._error
            )
        else:
            statuses = self._session.diagnostics()
        message = DiagnosticArray(status=statuses)
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)

    def _check_cameras(self) -> None:
        if self._session is not None and self._session.tell_camera_problems():
            self._tell_health()

    def _tell_status(self) -> None:
        if self._session is not None and self._plans is not None:
            self._status.publish(self._session.status())
            self._plans.look(self._configuration, self._session)

    def _replan(self, request: Any, response: Any) -> Any:
        response.success = self._plans is not None
        if self._plans is None:
            response.message = f'the node is {self._state}; activate it first'
        else:
            self._plans.ask(self._configuration, 'asked for by service')
            response.message = 'planning in the background; the log tells what comes out'
        return response

    def _on_parameters(self, parameters: Sequence[Parameter]) -> SetParametersResult:
        try:
            configuration = changed(self._configuration, parameters)
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        refusal = self._session.refusal(configuration) if self._session is not None else ''
        if refusal:
            return SetParametersResult(successful=False, reason=refusal)
        before, self._configuration = self._configuration, configuration
        if self._session is not None and self._plans is not None:
            self._session.change(configuration)
            if demands(configuration) != demands(before):
                self._plans.ask(configuration, 'parameters of tasks have changed')
        return SetParametersResult(successful=True)


def _summary(task: TaskStatistics) -> str:
    return (
        f'task {task.task}: {task.released} frames: {task.on_time} on time, {task.late} late, '
        f'{task.superseded} superseded, {task.discarded} discarded, {task.failed} failed'
    )
