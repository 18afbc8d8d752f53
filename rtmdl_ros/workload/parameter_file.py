# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Reads a ROS parameter file as the node will, for tools that start without one."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from rtmdl_ros.workload.configuration import Configuration, configuration_of
from rtmdl_ros.workload.errors import one_line
from rtmdl_ros.workload.parameter_rules import ParameterError
from rtmdl_ros.workload.parameters import FOREIGN
from rtmdl_ros.workload.yaml_file import read_yaml

#: Full name of the node as its launch files start it.
_NODE = '/rtmdl'


def read_parameter_file(path: Path | None) -> Configuration:
    """Return the configuration in a parameter file, or the default one where there is no file.

    Raises ParameterError that names the file and, where it is at fault, the parameter.
    """
    if path is None:
        return configuration_of({})
    values = read_values(path)
    try:
        return configuration_of(values)
    except ParameterError as error:
        raise ParameterError(f'{path}: {one_line(error)}') from error


def read_values(path: Path) -> dict[str, object]:
    """Return the values in a parameter file by full parameter name, unchecked.

    Raises ParameterError, naming the file, where it cannot be read or holds none for the node.
    """
    try:
        document = read_yaml(path)
    except ValueError as error:
        raise ParameterError(str(error)) from error
    try:
        return dict(_values(path, document))
    except RecursionError as error:
        raise ParameterError(f'{path}: an alias stands in what it names; write that out') from error


def _values(path: Path, document: object) -> Iterator[tuple[str, object]]:
    sections = document.items() if isinstance(document, dict) else ()
    own = [(name, section) for name, section in sections if is_for(_NODE, str(name))]
    if not own:
        raise ParameterError(f'{path}: no parameters for the node; put them under "/**:"')
    for name, section in own:  # as for ROS the last one counts
        if not isinstance(section, dict) or not isinstance(section.get('ros__parameters'), dict):
            raise ParameterError(f'{path}: "{name}:" must hold "ros__parameters:" and them in it')
        for key, value in _flat('', section['ros__parameters']):
            _check_readable(path, key, value)
            if not key.startswith(FOREIGN):
                yield key, value


def _check_readable(path: Path, name: str, value: object) -> None:
    """Raise ParameterError for a value that ROS does not read; it would name the line alone."""
    if value is None:
        raise ParameterError(f'{path}: {name} has no value; give one or take the line away')
    if isinstance(value, list) and len({type(each) for each in value}) > 1:
        raise ParameterError(f'{path}: {name} is a list of several kinds; ROS reads those of one')


def is_for(node_name: str, section: str) -> bool:
    """Tell whether a section, whose name may hold * (one name) and ** (any), is for a node.

    `node_name` is the full one.
    """
    parts = re.split(r'(\*\*|\*)', section if section.startswith('/') else f'/{section}')
    wild = {'**': '.*', '*': '[^/]*'}
    pattern = ''.join(wild.get(part, re.escape(part)) for part in parts)
    # '/**' also stands for no namespace at all: '/**/rtmdl' is '/rtmdl'.
    pattern = pattern.replace('/.*/', '/(.*/)?')
    return re.fullmatch(pattern, node_name) is not None


def _flat(prefix: str, tree: Mapping[object, object]) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(f'{prefix}{key}.', value)
        else:
            yield f'{prefix}{key}', value
