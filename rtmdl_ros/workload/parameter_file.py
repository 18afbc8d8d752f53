# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Reads a ROS parameter file as the node will, for tools that start without one."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from rtmdl_ros.workload.configuration import Configuration, configuration_of
from rtmdl_ros.workload.errors import one_line
from rtmdl_ros.workload.parameters import FOREIGN, ParameterError
from rtmdl_ros.workload.yaml_file import read_yaml

#: Sections of the file that are meant for a node named rtmdl at the top of the name tree.
_SECTIONS = ('/**', '/rtmdl', 'rtmdl')


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
    sections = [name for name in _SECTIONS if isinstance(document, dict) and name in document]
    if not sections:
        raise ParameterError(f'{path}: no parameters for the node; put them under "/**:"')
    assert isinstance(document, dict)
    for name in sections:
        section = document[name]
        if not isinstance(section, dict) or not isinstance(section.get('ros__parameters'), dict):
            raise ParameterError(f'{path}: "{name}:" must hold "ros__parameters:" and them in it')
        for key, value in _flat('', section['ros__parameters']):
            if not key.startswith(FOREIGN):
                yield key, value


def _flat(prefix: str, tree: Mapping[object, object]) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(f'{prefix}{key}.', value)
        else:
            yield f'{prefix}{key}', value
