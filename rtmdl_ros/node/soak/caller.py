# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Calls services as somebody at a terminal does: who gets no answer asks anew."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rtmdl_ros.node.participant import Participant

_ANSWER_S = 10.0
#: Discovery can lose a single service of a node for good: seen with Fast DDS 2.14 in a participant
#: that was there before the node. A new participant hears of all of them again.
_CALLS = 2


class _NoAnswerError(Exception):
    """What did not happen in time."""


class _Client(Participant):
    """Has a client for each service that was asked for."""

    def __init__(self, domain_id: int) -> None:
        super().__init__('rtmdl_soak_caller', domain_id)
        self._clients: dict[str, Any] = {}

    def ask(self, kind: Any, service: str, request: Any) -> Any:
        """Return the answer; raises _NoAnswerError where there is none in time."""
        if service not in self._clients:
            self._clients[service] = self.node.create_client(kind, service)
        client = self._clients[service]
        if not self._spun(client.service_is_ready):
            raise _NoAnswerError('was not found')
        future = client.call_async(request)
        if not self._spun(future.done):
            raise _NoAnswerError('did not answer')
        return future.result()

    def _spun(self, until: Callable[[], bool]) -> bool:
        end_s = time.monotonic() + _ANSWER_S
        while not until():
            if time.monotonic() > end_s:
                return False
            self.executor.spin_once(timeout_sec=0.05)
        return True


class Caller:
    """Asks, and asks once more as another participant where there was no answer."""

    def __init__(self, domain_id: int) -> None:
        """Join the domain."""
        #: Services that did not answer, and that answered another participant only.
        self.unanswered: list[str] = []
        self.repeated: list[str] = []
        self._domain_id = domain_id
        self._client = _Client(domain_id)

    def call(self, kind: Any, service: str, request: Any) -> Any:
        """Return the answer; None where there is none."""
        silences: list[str] = []
        while len(silences) < _CALLS:
            if silences:
                self._client.close()
                self._client = _Client(self._domain_id)
            try:
                answer = self._client.ask(kind, service, request)
            except _NoAnswerError as silence:
                silences.append(f'{silence} in {_ANSWER_S:g} s')
                continue
            if silences:
                self.repeated.append(service)
            return answer
        self.unanswered.append(f'{service} {", then ".join(silences)}')
        return None

    def close(self) -> None:
        """Leave the domain."""
        self._client.close()
