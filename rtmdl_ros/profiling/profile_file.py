# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A profile as a JSON file.

Format 3::

    {"format": 3,
     "device": {"processor": "...", "cores": "2", ...},
     "functions": {"traffic_light": [
       {"name": "w100_d1_320x416", "accuracy": 0.7,
        "networks": ["traffic_light_detector/w100_d1_320x416"],
        "stages": [{"name": "detect 1/3", "resource": "accelerator",
                    "network": "traffic_light_detector/w100_d1_320x416",
                    "quantiles_ns": [4100000, ...], "worst_ns": 6000000}, ...]}, ...]},
     "networks": {"traffic_light_detector/w100_d1_320x416":
       {"memory_bytes": 1, "shared_bytes": 1, "private_bytes": 1, "working_bytes": 1,
        "width": 1.0, "depth": 1}, ...},
     "slow_downs": {"measured": {NETWORK: {BESIDE: 1.2, ...}, ...},
                    "predicted": {NETWORK: {BESIDE: 1.3, ...}, ...}}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rtmdl_ros.engine.cache import default_cache_dir
from rtmdl_ros.profiling.profile import (
    STEPS,
    NetworkProfile,
    Profile,
    StageProfile,
    VariantProfile,
)
from rtmdl_ros.workload.checked_json import BadFieldError, Node, parsed
from rtmdl_ros.workload.errors import one_line
from rtmdl_ros.workload.records import Resource
from rtmdl_ros.workload.short_key import short_key
from rtmdl_ros.workload.slow_downs import SlowDowns
from rtmdl_ros.workload.text_file import check_writable, write_whole

FORMAT = 3
#: A list of numbers over several lines; a text has no line ends, as JSON writes it.
_NUMBERS = re.compile(r'\[\n[\d\s,]+\]')
#: Of a slow-down that can be one.
_MOST_FACTOR = 1e6
_ANOTHER = 'name one that `rtmdl profile` has measured'


class ProfileError(Exception):
    """A profile that is missing, broken, or of another device, version or zoo."""

    def __init__(self, path: Path, problem: str, remedy: str = '') -> None:
        """Say in one line which file is at fault and what to do."""
        remedy = remedy or f'measure this device with `rtmdl profile --out {path}`'
        #: Without the remedy.
        self.problem = f'{path}: {one_line(problem)}'
        super().__init__(f'{self.problem}; {remedy}')


def default_profile_path(device: Mapping[str, str], cache_dir: Path | None = None) -> Path:
    """Return where the profile of a device lies: in a cache folder, the user's without one.

    The name changes with the device, as `device.fingerprint` returns it: nodes of other tasks or
    cores have profiles of their own.
    """
    key = short_key(json.dumps(dict(device), sort_keys=True))
    return (cache_dir or default_cache_dir()) / f'profile-{key}.json'


def check_profile_writable(path: Path) -> None:
    """See `check_writable`. Raises ProfileError."""
    try:
        check_writable(path)
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def _unwritable(path: Path, reason: str | None) -> ProfileError:
    return ProfileError(path, f'cannot be written ({reason})', 'give another file with --out')


def holds_profile(path: Path) -> bool:
    """Tell whether a file has a profile, whether or not one that can be used."""
    try:
        return _is_profile(parsed(path.read_text(encoding='utf-8')))
    except (BadFieldError, OSError, ValueError):
        return False


def _is_profile(root: Node) -> bool:
    """Tell whether it is one, of whatever format."""
    return isinstance(root.value, Mapping) and root.value.keys() >= {'format', 'functions'}


def write_profile(profile: Profile, path: Path) -> None:
    """Write a profile atomically; makes the folder. Raises ProfileError where it cannot."""
    try:
        write_whole(path, profile_text(profile))
    except OSError as error:
        raise _unwritable(path, error.strerror) from error


def read_profile(path: Path, expected: Mapping[str, str] | None = None) -> Profile:
    """Read a profile and check all of it.

    `expected` is the device that it must be of: see `check_device`. Raises ProfileError, naming
    file, field and remedy.
    """
    try:
        text = path.read_text(encoding='utf-8')
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else 'no UTF-8'
        raise ProfileError(path, f'cannot be read ({reason})') from error
    try:
        root = parsed(text)
    except BadFieldError as error:
        raise ProfileError(path, str(error), _ANOTHER) from error
    if not _is_profile(root):
        raise ProfileError(path, 'is no profile', _ANOTHER)
    try:
        _check_format(root)
        profile = _profile(root)
    except BadFieldError as error:
        raise ProfileError(path, str(error)) from error
    if expected is not None:
        check_device(profile, expected, path)
    return profile


def check_device(profile: Profile, expected: Mapping[str, str], path: Path) -> None:
    """Refuse a profile that is not of a device, as `device.fingerprint` returns it.

    What the profile knows beyond `expected`, such as other functions, does no harm. Raises
    ProfileError naming the first field that differs and both values.
    """
    found = difference(profile, expected)
    if found:
        raise ProfileError(path, found)


def difference(profile: Profile, expected: Mapping[str, str]) -> str:
    """Return in what a profile first differs from a device, and both values; '' if in nothing."""
    for field, here in expected.items():
        there = profile.device.get(field)
        if there != here:
            was = 'nothing' if there is None else repr(there)
            return f'was measured with {field}: {was}, here it is {here!r}'
    return ''


def profile_text(profile: Profile) -> str:
    """Return what the file of a profile holds, readable: numbers of one list on one line."""
    text = json.dumps(_content(profile), indent=1)
    return _NUMBERS.sub(lambda found: re.sub(r'\s+', ' ', found[0]), text) + '\n'


def _content(profile: Profile) -> dict[str, object]:
    return {
        'format': FORMAT,
        'device': dict(profile.device),
        'functions': {
            function: [_variant_content(variant) for variant in variants]
            for function, variants in profile.functions.items()
        },
        'networks': {name: asdict(network) for name, network in profile.networks.items()},
        'slow_downs': _slow_downs_content(profile.slow_downs),
    }


def _variant_content(variant: VariantProfile) -> dict[str, object]:
    stages = [{**asdict(s), 'resource': s.resource.value} for s in variant.stages]
    return {
        'name': variant.name,
        'accuracy': variant.accuracy,
        'networks': list(variant.networks),
        'stages': stages,
    }


def _slow_downs_content(slow_downs: SlowDowns) -> dict[str, dict[str, dict[str, float]]]:
    content: dict[str, dict[str, dict[str, float]]] = {'measured': {}, 'predicted': {}}
    for (one, beside), factor in slow_downs.factors.items():
        kind = 'predicted' if (one, beside) in slow_downs.predicted else 'measured'
        content[kind].setdefault(one, {})[beside] = factor
    return content


def _check_format(root: Node) -> None:
    found = root.field('format').value
    if found != FORMAT or isinstance(found, bool):
        raise BadFieldError(f'format is {found!r}, not {FORMAT}')


def _profile(root: Node) -> Profile:
    networks = {name: _network(node) for name, node in root.field('networks').items()}
    functions = {
        function: _variants(node, networks) for function, node in root.field('functions').items()
    }
    return Profile(
        device={name: node.text() for name, node in root.field('device').items()},
        functions=functions,
        networks=networks,
        slow_downs=_slow_downs(root.field('slow_downs'), networks),
    )


def _network(node: Node) -> NetworkProfile:
    counts = ('memory_bytes', 'shared_bytes', 'private_bytes', 'working_bytes', 'depth')
    return NetworkProfile(
        **{field: node.field(field).count() for field in counts},
        width=node.field('width').number(0.0),
    )


def _variants(node: Node, networks: Mapping[str, Any]) -> tuple[VariantProfile, ...]:
    variants = tuple(_variant(entry, networks) for entry in node.entries(least=1))
    node.refuse_twice([variant.name for variant in variants], 'variant')
    accuracies = [variant.accuracy for variant in variants]
    if accuracies != sorted(accuracies):
        raise BadFieldError(f'{node.place} does not rise in accuracy')
    if len({variant.stages[0].resource for variant in variants}) > 1:
        raise BadFieldError(f'{node.place} has variants that begin on different resources')
    return variants


def _variant(node: Node, networks: Mapping[str, Any]) -> VariantProfile:
    names = tuple(_known(entry, networks) for entry in node.field('networks').entries(least=1))
    stages = tuple(_stage(entry, names) for entry in node.field('stages').entries(least=1))
    node.field('stages').refuse_twice([stage.name for stage in stages], 'stage')
    for name in names:
        if name not in [stage.network for stage in stages]:
            raise BadFieldError(f'{node.place}.stages has none of network {name}')
    return VariantProfile(
        name=node.field('name').text(),
        accuracy=node.field('accuracy').number(0.0, 1.0),
        networks=names,
        stages=stages,
    )


def _known(node: Node, networks: Iterable[str]) -> str:
    name = node.text()
    if name not in networks:
        raise BadFieldError(f'{node.place} is {name!r}, not one of networks')
    return name


def _stage(node: Node, networks: Sequence[str]) -> StageProfile:
    network = node.field('network')
    steps = node.field('quantiles_ns').entries(least=STEPS + 1, most=STEPS + 1)
    quantiles = tuple(step.count() for step in steps)
    if list(quantiles) != sorted(quantiles):
        raise BadFieldError(f'{node.place}.quantiles_ns does not rise')
    resources = {resource.value: resource for resource in Resource}
    return StageProfile(
        name=node.field('name').text(),
        resource=resources[node.field('resource').choice(resources)],
        network='' if network.value == '' else _known(network, networks),
        quantiles_ns=quantiles,
        worst_ns=node.field('worst_ns').count(),
    )


def _by_network(node: Node, networks: Iterable[str]) -> list[tuple[str, Node]]:
    """Return the fields of an object, whose names must be networks."""
    fields = node.items()
    for name, field in fields:
        if name not in networks:
            raise BadFieldError(f'{field.place} is not a name in networks')
    return fields


def _slow_downs(node: Node, networks: Iterable[str]) -> SlowDowns:
    factors: dict[str, dict[tuple[str, str], float]] = {}
    for kind in ('measured', 'predicted'):
        factors[kind] = {
            (one, beside): factor.number(1.0, _MOST_FACTOR)
            for one, row in _by_network(node.field(kind), networks)
            for beside, factor in _by_network(row, networks)
        }
    twice = factors['measured'].keys() & factors['predicted'].keys()
    if twice:
        one, beside = min(twice)
        raise BadFieldError(f'{node.place} has {one} beside {beside} measured and predicted')
    return SlowDowns(
        {**factors['measured'], **factors['predicted']}, frozenset(factors['predicted'])
    )
