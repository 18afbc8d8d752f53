# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The QoS of cameras as parameters: rclpy passes over names that it does not know."""

from collections.abc import Iterable, Mapping

from rclpy.parameter import Parameter
from rclpy.qos import HistoryPolicy, ReliabilityPolicy

from rtmdl_ros.workload.parameter_rules import ParameterError, refuse_unknown

_BEGIN = 'qos_overrides.'
#: rclpy's own subscription, whose policies are no business of this node.
_CLOCK = f'{_BEGIN}/clock.'
_CHOICES = {
    'history': tuple(each for each in HistoryPolicy.short_keys() if each != 'unknown'),
    'reliability': tuple(each for each in ReliabilityPolicy.short_keys() if each != 'unknown'),
}
_DEPTH = 'depth'


def check_qos_overrides(overrides: Mapping[str, Parameter], topics: Iterable[str]) -> None:
    """Raise ParameterError for an override of anything but the subscriptions of these topics.

    And for a value that no QoS profile can have.
    """
    own = {name: value for name, value in overrides.items() if name.startswith(_BEGIN)}
    known = [
        f'{_BEGIN}{topic}.subscription.{policy}'
        for topic in topics
        for policy in (*_CHOICES, _DEPTH)
    ]
    refuse_unknown((name for name in own if not name.startswith(_CLOCK)), known)
    for name, parameter in own.items():
        _check(name, parameter.value)


def _check(name: str, value: object) -> None:
    policy = name.rpartition('.')[2]
    choices = _CHOICES.get(policy, ())
    if choices and value not in choices:
        raise ParameterError(f'{name} is {value!r}; it must be one of {", ".join(choices)}')
    if policy == _DEPTH and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise ParameterError(f'{name} is {value!r}; it must be a whole number from 1 on')
