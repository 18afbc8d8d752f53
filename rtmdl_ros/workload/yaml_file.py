# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""YAML files of users."""

from pathlib import Path

import yaml

from rtmdl_ros.workload.errors import one_line


def read_yaml(path: Path) -> object:
    """Return what a YAML file holds. Raises ValueError with the path and what is wrong."""
    try:
        return yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise ValueError(f'{path}: cannot be read ({error.strerror})') from error
    except Exception as error:  # what the parts of the parser raise, as for a 99th of a month
        cause = one_line(error) or type(error).__name__
        raise ValueError(f'{path}: not a YAML file ({cause})') from error
