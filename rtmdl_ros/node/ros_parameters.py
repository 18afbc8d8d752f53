# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""ROS parameters declared from the schema in workload/, and changes of them checked by it."""

import math
from collections.abc import Mapping, Sequence

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node
from rclpy.parameter import Parameter

from rtmdl_ros.workload.configuration import Configuration, configuration_of
from rtmdl_ros.workload.parameters import (
    FOREIGN,
    CameraParameters,
    NodeParameters,
    ParameterError,
    Rules,
    TaskParameters,
    Value,
    rules_of,
)


def declare(node: Node, overrides: Mapping[str, Parameter]) -> Configuration:
    """Declare all parameters of the schema with the values the node was started with.

    Raises ParameterError, before anything is declared, for a name or a value that cannot be used.
    """
    values = {
        name: parameter.value
        for name, parameter in overrides.items()
        if not name.startswith(FOREIGN)
    }
    configuration = configuration_of(values)
    for name, value, rules in flattened(configuration):
        # The values are checked and brought to their types above, so overrides are not applied
        # again here: rclpy would refuse a whole number where a fraction is declared.
        node.declare_parameter(name, value, _descriptor(value, rules), ignore_override=True)
    return configuration


def flattened(configuration: Configuration) -> list[tuple[str, Value, Rules]]:
    """Return full name, value and rules of every parameter."""
    rows = _rows('', configuration.node)
    for records in (configuration.cameras, configuration.tasks):
        for name, record in records.items():
            rows += _rows(f'{name}.', record)
    return rows


def changed(configuration: Configuration, parameters: Sequence[Parameter]) -> Configuration:
    """Return the configuration with some parameters changed.

    Raises ParameterError for a value that cannot be used and for a parameter that needs a new
    start to change.
    """
    rules = {name: rule for name, _, rule in flattened(configuration)}
    values: dict[str, object] = {name: value for name, value, _ in flattened(configuration)}
    for parameter in parameters:
        if parameter.name not in rules:
            continue
        if not rules[parameter.name].dynamic:
            raise ParameterError(f'{parameter.name} is read at start only; restart the node')
        values[parameter.name] = parameter.value
    return configuration_of(values)


def _rows(
    prefix: str, record: NodeParameters | CameraParameters | TaskParameters
) -> list[tuple[str, Value, Rules]]:
    return [
        (prefix + name, getattr(record, name), rules)
        for name, (_, rules) in rules_of(type(record)).items()
    ]


def _descriptor(value: Value, rules: Rules) -> ParameterDescriptor:
    descriptor = ParameterDescriptor(
        description=rules.description, read_only=not rules.dynamic, dynamic_typing=rules.dynamic
    )
    if rules.choices:
        descriptor.additional_constraints = f'one of {", ".join(c for c in rules.choices if c)}'
    if math.isinf(rules.minimum):
        return descriptor
    if isinstance(value, int):
        whole = IntegerRange(from_value=int(rules.minimum), to_value=int(rules.maximum), step=0)
        descriptor.integer_range = [whole]
    else:
        span = FloatingPointRange(from_value=rules.minimum, to_value=rules.maximum, step=0.0)
        descriptor.floating_point_range = [span]
    return descriptor
