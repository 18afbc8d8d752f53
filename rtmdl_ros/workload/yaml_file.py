# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""YAML files of users, and those that are written for them."""

import re
from pathlib import Path
from typing import Any

import yaml

from rtmdl_ros.workload.errors import one_line

#: A number in YAML 1.2 and for ROS 2, but text for PyYAML: 1e2.
_EXPONENT = re.compile(r'[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+$')
_NUMBERS = ('tag:yaml.org,2002:int', 'tag:yaml.org,2002:float')


class _TwiceError(ValueError):
    """An entry that is there twice."""


class _Loader(yaml.SafeLoader):
    """Refuses two entries of one name: of those PyYAML takes the last, and ROS 2 both."""

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        # Here, before mappings are merged into others: those may give a name again.
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                # 0.5 and 0.50 are one.
                meant = self.construct_object(key) if key.tag in _NUMBERS else key.value
                if meant in seen:
                    line = key.start_mark.line + 1
                    raise _TwiceError(f'line {line}: {key.value} is there twice; make one of both')
                seen.add(meant)
        return node


class _Dumper(yaml.SafeDumper):
    """Puts into quotes what `_Loader` and ROS 2 would take for a number."""


for _each in (_Loader, _Dumper):
    _each.add_implicit_resolver(_NUMBERS[1], _EXPONENT, list('-+.0123456789'))


class _TextLoader(_Loader):
    """Takes all that is no list or mapping as text: off is no number, and false no other name."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


def yaml_text(content: object) -> str:
    """Return a YAML file with this content, which `read_yaml` and ROS 2 read as it is."""
    text: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)
    return text


def read_yaml(path: Path, *, as_text: bool = False) -> object:
    """Return what a YAML file holds; `as_text`: names and values as they are written there.

    Raises ValueError with the path and what is wrong.
    """
    try:
        return yaml.load(path.read_text(encoding='utf-8-sig'), _TextLoader if as_text else _Loader)
    except _TwiceError as error:
        raise ValueError(f'{path}: {error}') from error
    except OSError as error:
        raise ValueError(f'{path}: cannot be read ({error.strerror})') from error
    except Exception as error:  # what the parts of the parser raise, as for a 99th of a month
        cause = one_line(error) or type(error).__name__
        raise ValueError(f'{path}: not a YAML file ({cause})') from error
