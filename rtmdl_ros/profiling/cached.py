# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Finds the profile of a node in its cache folder."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.engine.cache import cache_dir_of
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.networks.zoo import ZooError, zoo_dir_of
from rtmdl_ros.profiling.device import OF_NETWORKS
from rtmdl_ros.profiling.profile import Profile
from rtmdl_ros.profiling.profile_file import ProfileError, difference, read_profile
from rtmdl_ros.profiling.request import request_of
from rtmdl_ros.workload.configuration import Configuration

#: What `cached_profile` raises.
CACHED_PROFILE_ERRORS = (ProfileError, ZooError, EngineError, OSError)


@dataclass(frozen=True)
class CachedProfile:
    """A profile of the cache."""

    path: Path
    profile: Profile
    #: In what it differs from what was looked for; '': in nothing.
    difference: str


def cached_profile(configuration: Configuration) -> CachedProfile:
    """Return the newest profile of a node with these parameters on this device.

    Or else the newest with the same networks. Raises ProfileError where there is none, and ZooError
    or EngineError where it cannot be told what the node needs.
    """
    node = configuration.node
    folder = cache_dir_of(node.cache_dir)
    request = request_of(configuration, zoo_dir_of(node.zoo_dir), folder)
    return nearest_profile(folder, request.device())


def nearest_profile(folder: Path, device: Mapping[str, str]) -> CachedProfile:
    """Return the newest profile of a device in a folder, or else the newest with its networks.

    `device` is what `device.fingerprint` returns. Nodes of other tasks, networks or devices have
    profiles of their own there. Raises ProfileError where there is none, and OSError.
    """
    networks = {name: device[name] for name in device if name.startswith(OF_NETWORKS)}
    paths = sorted(folder.glob('profile*.json'), key=lambda path: path.stat().st_mtime)
    found = []
    for path in reversed(paths):
        with suppress(ProfileError):
            profile = read_profile(path, networks)
            found.append(CachedProfile(path, profile, difference(profile, device)))
    if not found:
        remedy = 'measure it with `rtmdl profile --params-file FILE`, or name one with --profile'
        raise ProfileError(folder, 'holds no profile of these networks', remedy)
    return next((each for each in found if not each.difference), found[0])
