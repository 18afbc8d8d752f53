# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Nothing is imported of rclpy that Humble or Jazzy lacks. Needs no ROS 2."""

import ast
from pathlib import Path

import rtmdl_ros.node

#: By module; each name was looked up in ros2/rclpy, branches humble (b488272b, 2024-11) and jazzy
#: (85415f71, 2024-12). Look a new one up there, and put what only one of them has in ros_compat.py.
IN_BOTH = {
    'rclpy': {'Context', 'init', 'shutdown'},
    'rclpy.clock': {'Clock', 'ClockType'},
    'rclpy.executors': {'ExternalShutdownException', 'SingleThreadedExecutor'},
    'rclpy.lifecycle': {'LifecycleNode', 'LifecycleState', 'TransitionCallbackReturn'},
    'rclpy.node': {'Node'},
    'rclpy.parameter': {'Parameter'},
    'rclpy.publisher': {'Publisher'},
    'rclpy.qos': {'QoSPolicyKind', 'QoSProfile', 'ReliabilityPolicy', 'qos_policy_name_from_kind'},
    'rclpy.qos_overriding_options': {'QoSOverridingOptions'},
    'rclpy.serialization': {'deserialize_message'},
    'rclpy.signals': {'SignalHandlerOptions'},
    'rclpy.subscription': {'Subscription'},
    'rclpy.task': {'Future'},
}
PACKAGE = Path(rtmdl_ros.node.__file__).parent


def names_of_rclpy(path):
    """Yield (module, name) of what a file imports, and uses as rclpy.<name>."""
    for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
        if isinstance(node, ast.ImportFrom) and (node.module or '').split('.')[0] == 'rclpy':
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((each.name, '') for each in node.names if each.name.startswith('rclpy.'))
        elif isinstance(node, ast.Attribute) and getattr(node.value, 'id', '') == 'rclpy':
            yield 'rclpy', node.attr


def test_all_names_of_rclpy_are_in_both_distributions():
    unknown = {
        (path.name, module, name)
        for path in PACKAGE.parent.rglob('*.py')
        if path.name != 'ros_compat.py'
        for module, name in names_of_rclpy(path)
        if name not in IN_BOTH.get(module, ())
    }
    assert unknown == set()
