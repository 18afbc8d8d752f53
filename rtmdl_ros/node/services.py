# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The services of the node. They exist in every state, and say what to do in a wrong one."""

from __future__ import annotations

import functools
import threading
from pathlib import Path
from typing import Any, Protocol

from rcl_interfaces.msg import SetParametersResult
from rclpy.parameter import Parameter
from std_srvs.srv import SetBool, Trigger

from rtmdl_ros.engine.cache import cache_dir_of
from rtmdl_ros.node.plan_keeper import PlanKeeper
from rtmdl_ros.node.session import Session
from rtmdl_ros.runtime.chrome_trace import holds_trace
from rtmdl_ros.runtime.trace import Trace
from rtmdl_ros.workload.configuration import Configuration
from rtmdl_ros.workload.places import PlaceError, refuse_other
from rtmdl_ros.workload.text_file import check_writable

#: What to do in a state in which nothing runs; in `active` that is so where ending it has failed.
_REMEDIES = {
    'active': 'deactivate and activate it again',
    'unconfigured': 'configure and activate it first',
    'inactive': 'activate it first',
    'finalized': 'start it anew',
}


class Served(Protocol):
    """The node, as the services see it."""

    @property
    def state(self) -> str:
        """Name of the lifecycle state."""

    @property
    def configuration(self) -> Configuration:
        """The parameters as they are now."""

    @property
    def session(self) -> Session | None:
        """What runs; None while nothing does."""

    @property
    def plans(self) -> PlanKeeper | None:
        """What plans; None while nothing runs."""

    def create_service(self, kind: Any, name: str, callback: Any) -> Any:
        """As rclpy's."""

    def set_parameters(self, parameters: list[Parameter]) -> list[SetParametersResult]:
        """As rclpy's."""

    def get_fully_qualified_name(self) -> str:
        """As rclpy's."""

    def get_logger(self) -> Any:
        """As rclpy's."""


class Services:
    """~/replan, ~/dump_trace and one ~/<task>/enable a task."""

    def __init__(self, node: Served) -> None:
        """Offer them."""
        self._node = node
        self._writer: threading.Thread | None = None
        node.create_service(Trigger, '~/replan', self._replan)
        node.create_service(Trigger, '~/dump_trace', self._dump_trace)
        for task in node.configuration.tasks:
            enable = functools.partial(self._enable, task)
            node.create_service(SetBool, f'~/{task}/enable', enable)

    def close(self) -> None:
        """Wait for a trace that is being written."""
        if self._writer is not None:
            self._writer.join()

    def _replan(self, request: Any, response: Any) -> Any:
        plans = self._node.plans
        response.success = plans is not None
        if plans is None:
            response.message = self._wrong_state()
        else:
            plans.ask(self._node.configuration, 'asked for by service')
            response.message = 'planning in the background; the log tells what comes out'
        return response

    def _enable(self, task: str, request: Any, response: Any) -> Any:
        """Set the parameter that says the same: there is one way to enable a task."""
        name = f'{task}.enabled'
        if self._node.session is None:
            response.success = False
            response.message = f'{self._wrong_state()}, or set the parameter {name}'
            return response
        (result,) = self._node.set_parameters([Parameter(name, value=bool(request.data))])
        response.success = result.successful
        response.message = result.reason or f'{name} is {str(request.data).lower()}'
        return response

    def _dump_trace(self, request: Any, response: Any) -> Any:
        session = self._node.session
        response.success = False
        if session is None:
            response.message = self._wrong_state()
            return response
        if self._writer is not None and self._writer.is_alive():
            response.message = 'a trace is being written; ask again in some seconds'
            return response
        path = self._trace_path()
        try:
            check_trace_place(path)
        except OSError as error:
            response.message = _not_written(path, error)
            return response
        # A full trace takes seconds, and this thread has frames to take.
        self._writer = threading.Thread(
            target=self._write, args=(session.trace, path), name='trace writer'
        )
        self._writer.start()
        response.success = True
        response.message = str(path)
        return response

    def _wrong_state(self) -> str:
        state = self._node.state
        return f'the node is {state}; {_REMEDIES[state]}'

    def _write(self, trace: Trace, path: Path) -> None:
        write_trace(trace, path, self._node.get_logger())

    def _trace_path(self) -> Path:
        """Return one place a node: whoever may call the service cannot fill the disk."""
        node = self._node.configuration.node
        if node.trace_file:
            return Path(node.trace_file).expanduser()
        name = self._node.get_fully_qualified_name().strip('/').replace('/', '.')
        return cache_dir_of(node.cache_dir) / f'trace-{name}.json'


def try_trace_file(path: Path, log: Any) -> None:
    """Warn of a file that cannot be written before there is a trace that would be lost."""
    try:
        check_trace_place(path)
    except OSError as error:
        log.warning(_not_written(path, error))


def write_trace(trace: Trace, path: Path, log: Any) -> None:
    """Write the last jobs, whole or not at all, and log how that went."""
    try:
        check_trace_place(path)
        jobs = trace.write_chrome_trace(path)
    except OSError as error:
        log.error(_not_written(path, error))
    else:
        log.info(f'trace of the last {jobs} jobs written to {path}')


def check_trace_place(path: Path) -> None:
    """Raise OSError where no trace can be written, or something else is that would be lost."""
    check_writable(path)
    refuse_other(path, 'trace', holds_trace)


def _not_written(path: Path, error: OSError) -> str:
    if isinstance(error, PlaceError):
        return f'trace_file {error}'
    return f'trace_file {path}: cannot be written ({error.strerror}); name another file'
