# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The managed node `rtmdl`: parameters, transitions, timers; what runs is a `Session`."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.parameter import Parameter

from rtmdl_ros.deployment.loading import Loaded, load
from rtmdl_ros.deployment.ready_task import ReadyTask, floor_refusal, with_parameters
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.gpu_memory import give_back_unused
from rtmdl_ros.networks.zoo import ZooError
from rtmdl_ros.node.camera_input import camera_topic
from rtmdl_ros.node.diagnostics import inactive_statuses
from rtmdl_ros.node.outputs import Outputs, make_outputs
from rtmdl_ros.node.plan_keeper import PlanKeeper
from rtmdl_ros.node.qos_overrides import check_qos_overrides
from rtmdl_ros.node.repeated import repeated
from rtmdl_ros.node.ros_parameters import changed, declare
from rtmdl_ros.node.services import Services, try_trace_file, write_trace
from rtmdl_ros.node.session import Session
from rtmdl_ros.planning.errors import PlanningError
from rtmdl_ros.planning.problem import MB, demands
from rtmdl_ros.profiling.profile_file import ProfileError
from rtmdl_ros.profiling.resident import trimmed_bytes
from rtmdl_ros.runtime.accounting import TaskStatistics
from rtmdl_ros.runtime.heap import trim_heap
from rtmdl_ros.runtime.interpreter import freeze_garbage, thaw_garbage
from rtmdl_ros.workload.configuration import Configuration, enabled_only
from rtmdl_ros.workload.errors import encodable, in_one_line
from rtmdl_ros.workload.parameter_rules import ParameterError
from rtmdl_ros.workload.parameters import FOREIGN
from rtmdl_ros.workload.units import NS_PER_S

_CONFIGURING = 'configuring: loading and warming up networks'
_DIAGNOSTICS_PERIOD_S = 1.0
#: Often enough for a camera that stops to be told of within 2 s, and for who begins to look.
_PEERS_PERIOD_S = 0.2
_OUTPUT_DEPTH = 5


class RtmdlNode(LifecycleNode):
    """Camera topics in; detections, missed deadlines, status and diagnostics out."""

    def __init__(self, **options: Any) -> None:
        """Declare the parameters; `options` go to rclpy's node.

        Raises ParameterError for an unknown parameter or a value that cannot be used.
        """
        super().__init__('rtmdl', **options)
        self._change = self._service_change_state.callback
        self._service_change_state.callback = self._change_state
        try:
            self._configuration = declare(self, self._parameter_overrides)
            cameras = self._configuration.cameras.items()
            topics = [camera_topic(self, name, camera.transport) for name, camera in cameras]
            check_qos_overrides(self._parameter_overrides, topics)
        except ParameterError:
            self.destroy_node()
            raise
        self._loaded: Loaded | None = None
        self._session: Session | None = None
        self._plans: PlanKeeper | None = None
        self._twins_told = False
        self._state = 'unconfigured'
        self._error = ''
        self._loading = False
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', _OUTPUT_DEPTH)
        self._outputs: Outputs | None = None
        # The steady clock: with use_sim_time and no /clock, timers of the node's would never fire.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(_DIAGNOSTICS_PERIOD_S, self._tell_health, clock=steady)
        self.create_timer(_PEERS_PERIOD_S, self._check_peers, clock=steady)
        self._status_timer = self.create_timer(
            self._configuration.node.status_period_s, self._tell_status, clock=steady
        )
        self._offered = Services(self)
        self.add_on_set_parameters_callback(self._on_parameters)

    def _change_state(self, request: Any, response: Any) -> Any:
        """Answer no to what cannot be done in this state: rclpy raises, which ends the node."""
        asked = request.transition
        possible = {each[0]: each[1] for each in self._state_machine.available_transitions}
        if asked.label or asked.id in possible:
            return self._change(request, response)
        self.get_logger().warning(
            f'transition {asked.id} is refused in state {self._state}; possible are '
            f'{", ".join(f"{label} ({number})" for number, label in possible.items()) or "none"}'
        )
        response.success = False
        return response

    def start(self) -> bool:
        """Configure and activate as `autostart` asks; returns whether the node is active."""
        success = TransitionCallbackReturn.SUCCESS
        return bool(self.trigger_configure() == success and self.trigger_activate() == success)

    @property
    def autostart(self) -> bool:
        """Whether the node is to start itself."""
        return self._configuration.node.autostart

    @property
    def state(self) -> str:
        """Name of the lifecycle state that was last reached."""
        return self._state

    @property
    def configuration(self) -> Configuration:
        """The parameters as they are now."""
        return self._configuration

    @property
    def session(self) -> Session | None:
        """What runs while the node is active."""
        return self._session

    @property
    def loaded_tasks(self) -> tuple[ReadyTask, ...]:
        """The tasks as they are loaded; none before configure."""
        return () if self._loaded is None else self._loaded.tasks

    @property
    def plans(self) -> PlanKeeper | None:
        """What plans while the node is active."""
        return self._plans

    @property
    def interruptible(self) -> bool:
        """An exception may be thrown in: nothing runs yet, and the rest takes long."""
        return self._loading

    def close(self) -> None:
        """End whatever runs, with the final summary in the log."""
        if self._session is not None:
            self._guarded('deactivate', self._stop)
        self._offered.close()

    # Transitions. rclpy turns an exception in them into an error state without a word, so each
    # runs guarded.

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Load, export and warm up all networks; fails where one is missing or broken."""
        result = self._guarded('configure', self._load)
        if result != TransitionCallbackReturn.SUCCESS:
            # What was loaded until then was held by the error.
            trim_heap()
            give_back_unused()
        return result

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start the threads and subscribe to the cameras; where that fails, nothing is left."""
        super().on_activate(state)
        result = self._guarded('activate', self._begin)
        if result != TransitionCallbackReturn.SUCCESS:
            error = self._error
            self._guarded('recovery', self._stop)
            self._error = error
            super().on_deactivate(state)
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Unsubscribe, end all jobs and give back their memory; networks stay."""
        result = self._guarded('deactivate', self._stop)
        super().on_deactivate(state)
        return result

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give the networks' memory back."""
        return self._guarded('cleanup', self._unload)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End whatever runs, for good."""
        result = self._guarded('shutdown', self._finish)
        super().on_deactivate(state)
        return result

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Let go of all, whatever state an unforeseen error has left it in; then begin anew."""
        error = self._error
        result = self._guarded('recovery', self._recover)
        self._error = self._error or error
        super().on_deactivate(state)
        return result

    def _guarded(self, name: str, action: Callable[[], str]) -> TransitionCallbackReturn:
        try:
            self._state = action()
            self._error = ''
        except (ZooError, EngineError, ProfileError, PlanningError, OSError) as error:
            return self._failed(name, str(error), TransitionCallbackReturn.FAILURE)
        except Exception as error:  # the only place where an unforeseen one can be told
            return self._failed(name, in_one_line(error), TransitionCallbackReturn.ERROR)
        return TransitionCallbackReturn.SUCCESS

    def _failed(
        self, name: str, cause: str, result: TransitionCallbackReturn
    ) -> TransitionCallbackReturn:
        self._error = encodable(f'{name} failed: {cause}')
        self.get_logger().error(self._error)
        return result

    def _load(self) -> str:
        log = self.get_logger()
        log.info(_CONFIGURING)
        if self._trace_file is not None:
            try_trace_file(self._trace_file, log)
        self._loading = True
        try:
            # No timer fires meanwhile, and who watches shall not take the node for dead.
            with repeated(_DIAGNOSTICS_PERIOD_S, self._tell_health):
                self._loaded = load(self._configuration, log.info)
        finally:
            self._loading = False
        if self._outputs is None:
            self._outputs = make_outputs(self, self._configuration)
        return 'inactive'

    def _begin(self) -> str:
        assert self._loaded is not None and self._outputs is not None
        # Parameters may have changed since they were loaded.
        tasks = with_parameters(self._loaded.tasks, self._configuration)
        freeze_garbage()
        loaded = replace(self._loaded, tasks=tasks)
        self._session = Session(self, self._configuration, loaded, self._outputs)
        log = self.get_logger()
        self._plans = PlanKeeper(self._loaded.profile, log.info, log.warning)
        self._plans.ask(self._configuration, 'with more care than before the start')
        self._log_interface()
        return 'active'

    def _stop(self) -> str:
        session, self._session = self._session, None
        plans, self._plans = self._plans, None
        try:
            if plans is not None:
                plans.close()
        finally:
            if session is not None:
                for task in session.close():
                    self.get_logger().info(_summary(task))
                trim_heap()
        if session is not None and self._trace_file is not None:
            write_trace(session.trace, self._trace_file, self.get_logger())
        return 'inactive'

    @property
    def _trace_file(self) -> Path | None:
        name = self._configuration.node.trace_file
        return Path(name).expanduser() if name else None

    def _unload(self) -> str:
        before = trimmed_bytes()
        self._loaded = None
        thaw_garbage()
        after = trimmed_bytes()
        give_back_unused()
        self.get_logger().info(f'memory: {before // MB} MB before cleanup, {after // MB} MB now')
        return 'unconfigured'

    def _finish(self) -> str:
        self._stop()
        self._unload()
        return 'finalized'

    def _recover(self) -> str:
        try:
            self._stop()
        finally:
            self._unload()
        return 'unconfigured'

    def _log_interface(self) -> None:
        for name, camera in self._configuration.cameras.items():
            topic = camera_topic(self, name, camera.transport)
            seen = any(task.camera == name for task in self._configuration.tasks.values())
            unseen = '' if seen else '; no task looks at it: name it in <task>.camera'
            self.get_logger().info(
                f'camera {name}: {camera.transport} images from {topic}{unseen}'
            )
        for name, task in self._configuration.tasks.items():
            topic = self.resolve_topic_name(f'~/{name}/detections')
            rests = '' if task.enabled else '; it is disabled'
            self.get_logger().info(
                f'task {name}: deadline {task.deadline_ms:g} ms, detections on {topic}{rests}'
            )

    # Timers and parameters.

    def _tell_health(self) -> None:
        if self._session is None:
            state, error = (_CONFIGURING, '') if self._loading else (self._state, self._error)
            statuses = inactive_statuses(self.get_name(), self._configuration, state, error)
        else:
            statuses = self._session.diagnostics()
        message = DiagnosticArray(status=statuses)
        message.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(message)
        self._look_for_twins()

    def _look_for_twins(self) -> None:
        own = self.get_name(), self.get_namespace()
        if self._twins_told or self.get_node_names_and_namespaces().count(own) < 2:
            return
        self._twins_told = True
        self.get_logger().warning(
            f'another node is named {self.get_fully_qualified_name()}, too: both use the same '
            'topics and services; stop one, or rename it with --ros-args -r __node:=other_name'
        )

    def _check_peers(self) -> None:
        if self._session is not None and self._session.check_peers():
            self._tell_health()

    def _tell_status(self) -> None:
        if self._session is not None and self._plans is not None and self._outputs is not None:
            self._outputs.status(self._session.status())
            self._plans.poll(self._configuration, self._session)

    def _on_parameters(self, parameters: Sequence[Parameter]) -> SetParametersResult:
        # A subscription declares parameters of its own, in the middle of a change that opens it.
        if all(parameter.name.startswith(FOREIGN) for parameter in parameters):
            return SetParametersResult(successful=True)
        try:
            configuration = changed(self._configuration, parameters)
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        refusal = '' if self._loaded is None else floor_refusal(self._loaded.tasks, configuration)
        if not refusal and self._session is not None:
            refusal = self._session.refusal(configuration)
        if refusal:
            return SetParametersResult(successful=False, reason=refusal)
        before, self._configuration = self._configuration, configuration
        self._status_timer.timer_period_ns = round(configuration.node.status_period_s * NS_PER_S)
        if self._session is not None and self._plans is not None:
            self._session.change(configuration)
            if _planned_for(configuration) != _planned_for(before):
                self._plans.ask(configuration, 'parameters of tasks have changed')
        return SetParametersResult(successful=True)


def _planned_for(configuration: Configuration) -> object:
    """Return all that a plan depends on and that may change at run time."""
    return demands(configuration), tuple(enabled_only(configuration).tasks)


def _summary(task: TaskStatistics) -> str:
    return (
        f'task {task.task}: {task.released} frames: {task.on_time} on time, {task.late} late, '
        f'{task.superseded} superseded, {task.discarded} discarded, {task.failed} failed'
    )
