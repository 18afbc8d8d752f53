# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What rqt shows: a perspective, as rqt exports it, with plugins out of several ROS packages.

Where one of them is not installed, rqt loads the others and restores none of their settings: plots
stay empty.
"""

import ast
import json
from collections.abc import Collection
from typing import Any


def packages_of(perspective: str) -> list[str]:
    """Return the packages that the plugins of a perspective belong to, sorted.

    Raises:
        ValueError: It is not as rqt exports it.
    """
    return sorted({_package_of(plugin) for plugin in _running(json.loads(perspective))})


def without(perspective: str, packages: Collection[str]) -> str:
    """Return a perspective without the plugins of some packages.

    Raises:
        ValueError: It is not as rqt exports it.
    """
    document = json.loads(perspective)
    running = {
        plugin: instances
        for plugin, instances in _running(document).items()
        if _package_of(plugin) not in packages
    }
    _manager(document)['running-plugins']['repr'] = repr(running)
    return json.dumps(document, indent=2)


def _package_of(plugin: str) -> str:
    # It is named "<package>/<class>".
    return plugin.partition('/')[0]


def _manager(document: Any) -> dict[str, dict[str, str]]:
    keys: dict[str, dict[str, str]] = document['groups']['pluginmanager']['keys']
    return keys


def _running(document: Any) -> dict[str, list[int]]:
    try:
        running: dict[str, list[int]] = ast.literal_eval(
            _manager(document)['running-plugins']['repr']
        )
    except (KeyError, TypeError, SyntaxError, ValueError) as error:
        raise ValueError('it names no running plugins, unlike what rqt exports') from error
    return running
