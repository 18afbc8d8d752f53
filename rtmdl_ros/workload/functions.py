# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The names that the parameter `function` of a task may have."""

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

SHIPPED_FUNCTIONS = ('traffic_light', 'traffic_sign')
#: Group of the entry points by which installed packages offer tasks of their own.
ENTRY_POINTS = 'rtmdl_ros.tasks'


@cache
def installed_functions() -> Mapping[str, str]:
    """Return where the class of each entry point is, as 'my_package.my_module:MyTask', by name.

    A shipped name stays what it is. Nothing is imported.
    """
    found = {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}
    return {name: found[name] for name in sorted(found) if name not in SHIPPED_FUNCTIONS}


def may_be_function(name: str) -> bool:
    """Tell whether a name is shipped, an entry point, or the dotted name of some class."""
    if name in SHIPPED_FUNCTIONS:
        return True
    parts = name.split('.')
    return (len(parts) > 1 and all(map(str.isidentifier, parts))) or name in installed_functions()
