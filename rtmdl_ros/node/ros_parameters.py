# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""ROS parameters declared from the schema in workload/, and changes of them checked by it."""

import math
from collections.abc import Iterable, Mapping, Sequence

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node
from rclpy.parameter import Parameter

from rtmdl_ros.workload.configuration import Configuration, configuration_of
from rtmdl_ros.workload.parameter_rules import (
    ParameterError,
    ParameterRecord,
    Record,
    Rules,
    Value,
    record_of,
    refuse_unknown,
    rules_of,
)
from rtmdl_ros.workload.parameters import FOREIGN


def declare(node: Node, overrides: Mapping[str, Parameter]) -> Configuration:
    """Declare all parameters of `rtmdl` with the values the node was started with.

    Raises ParameterError, before anything is declared, for a name or a value that cannot be used.
    """
    configuration = configuration_of(_own(overrides))
    _declare_all(node, flattened(configuration))
    return configuration


def declare_record(node: Node, record: type[Record], overrides: Mapping[str, Parameter]) -> Record:
    """Declare the parameters of one record, as `declare` does those of `rtmdl`."""
    values = _own(overrides)
    refuse_unknown(values, rules_of(record))
    parameters = record_of(record, values)
    _declare_all(node, _rows('', parameters))
    return parameters


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


def _own(overrides: Mapping[str, Parameter]) -> dict[str, object]:
    return {
        name: parameter.value
        for name, parameter in overrides.items()
        if not name.startswith(FOREIGN)
    }


def _declare_all(node: Node, rows: Iterable[tuple[str, Value, Rules]]) -> None:
    for name, value, rules in rows:
        # The values are checked and brought to their types already, so overrides are not applied
        # again here: rclpy would refuse a whole number where a fraction is declared.
        node.declare_parameter(name, value, _descriptor(value, rules), ignore_override=True)


def _rows(prefix: str, record: ParameterRecord) -> list[tuple[str, Value, Rules]]:
    return [
        (prefix + name, getattr(record, name), rules)
        for name, (_, rules) in rules_of(type(record)).items()
    ]


def _descriptor(value: Value, rules: Rules) -> ParameterDescriptor:
    descriptor = ParameterDescriptor(description=rules.description, read_only=not rules.dynamic)
    constraints = [f'one of {", ".join(rules.choices)}'] if rules.choices else []
    if not rules.dynamic:
        constraints.append('read at start only: restart the node to change it')
    descriptor.additional_constraints = '; '.join(constraints)
    if math.isinf(rules.minimum):
        return descriptor
    if isinstance(value, int):
        whole = IntegerRange(from_value=int(rules.minimum), to_value=int(rules.maximum), step=0)
        descriptor.integer_range = [whole]
    else:
        span = FloatingPointRange(from_value=rules.minimum, to_value=rules.maximum, step=0.0)
        descriptor.floating_point_range = [span]
    return descriptor
