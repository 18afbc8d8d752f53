# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Parameter files that ROS cannot read, or that say nothing to this node, said in a line each."""

import itertools
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from rtmdl_ros.workload.parameter_file import is_for, read_values
from rtmdl_ros.workload.parameter_rules import ParameterError
from rtmdl_ros.workload.yaml_file import read_yaml

_FLAG = '--params-file'


def files_for_others(arguments: Sequence[str], node_name: str) -> Iterator[str]:
    """Yield one line for each parameter file among ROS arguments that has no part for a node.

    `node_name` is the full one, '/rtmdl'. ROS passes over such files without a word, and over
    entries that are there twice.
    """
    for path in _paths(arguments):
        try:
            document = read_yaml(path)
        except ValueError as error:
            yield f'{error}'  # ROS reads more than YAML allows
            continue
        sections = [str(name) for name in document] if isinstance(document, dict) else []
        if not any(is_for(node_name, section) for section in sections):
            whom = ', '.join(sections) or 'nobody'
            yield (
                f'{path} has parameters for {whom} and none for {node_name}, which takes its '
                f'defaults; put them under "/**:" or "{node_name}:"'
            )


def unreadable_files(arguments: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with each parameter file among ROS arguments that cannot be read."""
    for path in _paths(arguments):
        try:
            read_values(path)
        except ParameterError as error:
            yield str(error)


def with_file(arguments: Sequence[str], refusal: str) -> str:
    """Put the parameter file that a refused parameter comes from before what is said of it.

    Of several among the ROS arguments the last one counts, as for ROS; nothing for none.
    """
    found = ''
    for path in _paths(arguments):
        with suppress(ParameterError):
            names = read_values(path)
            told = r"(^|'|parameter ){}(['; ]|$)"
            if any(re.search(told.format(re.escape(name)), refusal) for name in names):
                found = f'{path}: '
    return f'{found}{refusal}'


def _paths(arguments: Sequence[str]) -> Iterator[Path]:
    for argument, value in itertools.pairwise(arguments):
        if argument == _FLAG:
            yield Path(value)
