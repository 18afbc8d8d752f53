# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""YAML files of users."""

from pathlib import Path

import yaml


def read_yaml(path: Path) -> object:
    """Return what a YAML file holds. Raises ValueError with the path and what is wrong."""
    try:
        return yaml.safe_load(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise ValueError(f'{path}: cannot be read ({error.strerror})') from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        cause = ' '.join(str(error).split())
        raise ValueError(f'{path}: not a YAML file ({cause})') from error
