# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The zoo: a folder a network with index.json and weights in safetensors. Needs no torch.

index.json, format 2::

    {"format": 2, "network": "traffic_light_detector", "kind": "detector",
     "classes": ["red", ...], "weights": "weights.safetensors", "weights_sha256": "...",
     "storage_bound_bytes": 3000000, "separate_bytes": 1,
     "training": {"data": [{"name", "licence", "source"}], "seed": 1, "command": "..."},
     "variants": [{"id": "w100_d1_320x416", "width": 1.0, "depth": 1, "input_height": 320,
                   "input_width": 416, "score_threshold": 0.4, "parameters": 1, "macs": 1,
                   "shared_bytes": 1, "private_bytes": 1, "accuracy": {"val_map50": 0.9}}]}

The variants stand from the fewest operations to the most. The weight file holds the largest one's
learned values in half precision, of which each variant takes its part, and for each variant the
statistics of its batch normalisations as one tensor (2, channels).
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from rtmdl_ros.networks.letterbox import GREY
from rtmdl_ros.networks.network import Network
from rtmdl_ros.workload.errors import one_line
from rtmdl_ros.workload.text_file import write_whole

FORMAT = 2
INDEX = 'index.json'
KINDS = ('detector', 'classifier')
_STATISTICS = '.statistics'
#: A detector halves its input so often and doubles it again: its sides are multiples of this.
DETECTOR_STRIDE = 32


class ZooError(Exception):
    """A zoo file that is missing, corrupt or at odds with its index."""

    def __init__(self, path: Path, problem: str, remedy: str = '') -> None:
        """Say in one line which file is at fault and what to do."""
        remedy = remedy or 'reinstall rtmdl_ros or train it anew with `rtmdl scale`'
        super().__init__(f'{path}: {one_line(problem)}; {remedy}')


@dataclass(frozen=True, kw_only=True)
class Variant(Network):
    """One scaled version of a network; its threshold has the best F1 on the validation split."""

    width: float
    #: Residual blocks a stage.
    depth: int
    parameters: int
    #: Shares from 0 to 1 by name, such as val_map50.
    accuracy: Mapping[str, float]

    @property
    def exporter(self) -> str:
        """What exports variants of a zoo."""
        return 'rtmdl_ros.networks.export'

    @property
    def export_source(self) -> str:
        """The folder of the network."""
        return str(self.weights_path.parent.resolve())

    @property
    def export_key(self) -> str:
        """Weights and scale."""
        scale = f'{self.width} {self.depth} {self.input_height} {self.input_width}'
        return f'{self.weights_sha256}|{scale}'

    def example(self, batch: int) -> NDArray[np.uint8]:
        """Return grey images, (batch, input_height, input_width, 3)."""
        return np.full((batch, self.input_height, self.input_width, 3), GREY, np.uint8)

    def module(self) -> Any:
        """Return the network with batch normalisations folded. Raises ZooError."""
        from rtmdl_ros.networks.build import build
        from rtmdl_ros.networks.export import deployed, fold

        return deployed(fold(build(self)), self.input_height, self.input_width)


def default_zoo_dir() -> Path:
    """Return the folder of the shipped variants."""
    return Path(str(resources.files('rtmdl_ros'))) / 'zoo'


def zoo_dir_of(name: str) -> Path:
    """Return the folder that the parameter zoo_dir names; '' stands for the shipped one."""
    return Path(name).expanduser() if name else default_zoo_dir()


def read_zoo(directory: Path) -> tuple[Variant, ...]:
    """Return all variants of a network's folder, or of all networks' folders in it, by name.

    Raises ZooError, naming file and remedy, for a missing folder, index or weight file, an
    unknown format, a field that is missing or wrong, and weights whose checksum or tensors are
    not what the index says.
    """
    own = directory / INDEX
    try:
        if not directory.is_dir():
            raise ZooError(directory, 'is no folder', 'give the folder that holds the networks')
        indices = [own] if own.is_file() else sorted(directory.glob(f'*/{INDEX}'))
    except OSError as error:
        raise ZooError(directory, f'cannot be read ({error.strerror})', 'give it rights') from error
    if not indices:
        raise ZooError(directory, f'holds no network (no {INDEX})')
    return tuple(variant for index in indices for variant in _read_network(index))


def by_network(variants: Sequence[Variant]) -> dict[str, tuple[Variant, ...]]:
    """Return the variants of each network, in the order in which they come."""
    found: dict[str, tuple[Variant, ...]] = {}
    for variant in variants:
        found[variant.network] = (*found.get(variant.network, ()), variant)
    return found


def _read_network(index: Path) -> tuple[Variant, ...]:
    try:
        content = json.loads(index.read_text(encoding='utf-8'))
    except (OSError, ValueError, RecursionError) as error:
        raise ZooError(index, f'cannot be read as JSON ({error})') from error
    if not isinstance(content, dict) or content.get('format') != FORMAT:
        found = content.get('format') if isinstance(content, dict) else None
        raise ZooError(
            index, f'format is {found!r}, not {FORMAT}', 'use the zoo of this release of rtmdl_ros'
        )
    _check_names(index, content)
    variants = tuple(_variant(index, content, entry) for entry in content['variants'])
    ids = [variant.id for variant in variants]
    if len(set(ids)) < len(ids):
        raise ZooError(index, 'two variants have the same id')
    _check_weights(variants)
    return variants


def _check_names(index: Path, content: dict[str, Any]) -> None:
    folder = index.resolve().parent.name
    if content.get('network') != folder:
        problem = f'network is {content.get("network")!r} in the folder {folder!r}'
        raise ZooError(index, problem)
    if content.get('kind') not in KINDS:
        raise ZooError(index, f'kind is {content.get("kind")!r}, not one of {", ".join(KINDS)}')
    names = content.get('classes')
    if not isinstance(names, list) or not names or len(set(map(str, names))) != len(names):
        raise ZooError(index, 'classes is not a list of different names')
    if not isinstance(content.get('variants'), list) or not content['variants']:
        raise ZooError(index, 'variants is not a list with at least one entry')


def _number(index: Path, entry: dict[str, Any], field: str, low: float, high: float) -> float:
    value = entry.get(field)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ZooError(index, f'{field} is {value!r}, not a number from {low:g} to {high:g}')
    return value


def _count(index: Path, entry: dict[str, Any], field: str, low: int) -> int:
    value = _number(index, entry, field, low, 1e15)
    if value != int(value):
        raise ZooError(index, f'{field} is {value!r}, not a whole number')
    return int(value)


def _side(index: Path, content: dict[str, Any], entry: dict[str, Any], field: str) -> int:
    value = _count(index, entry, field, 8)
    if content['kind'] == 'detector' and value % DETECTOR_STRIDE:
        raise ZooError(index, f'{field} is {value} of a detector, no multiple of {DETECTOR_STRIDE}')
    return value


def _text(index: Path, entry: dict[str, Any], field: str) -> str:
    value = entry.get(field)
    if not isinstance(value, str) or not value or '/' in value or not value.isprintable():
        raise ZooError(index, f'{field} is {value!r}, not a name')
    return value


def _variant(index: Path, content: dict[str, Any], entry: Any) -> Variant:
    if not isinstance(entry, dict):
        raise ZooError(index, f'a variant is {entry!r}, not an object')
    accuracy = entry.get('accuracy', {})
    if not isinstance(accuracy, dict):
        raise ZooError(index, f'accuracy is {accuracy!r}, not an object')
    return Variant(
        network=content['network'],
        id=_text(index, entry, 'id'),
        kind=content['kind'],
        width=_number(index, entry, 'width', 0.01, 8),
        depth=_count(index, entry, 'depth', 0),
        input_height=_side(index, content, entry, 'input_height'),
        input_width=_side(index, content, entry, 'input_width'),
        classes=tuple(str(name) for name in content['classes']),
        score_threshold=_number(index, entry, 'score_threshold', 0, 1),
        weights_path=index.parent / _text(index, content, 'weights'),
        weights_sha256=_text(index, content, 'weights_sha256'),
        parameters=_count(index, entry, 'parameters', 1),
        macs=_count(index, entry, 'macs', 1),
        shared_bytes=_count(index, entry, 'shared_bytes', 1),
        private_bytes=_count(index, entry, 'private_bytes', 0),
        accuracy=MappingProxyType({str(k): _number(index, accuracy, k, 0, 1) for k in accuracy}),
    )


def sha256_of(path: Path) -> str:
    """Return the checksum of a file as 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def statistics_name(variant_id: str) -> str:
    """Return the name of the tensor with a variant's own statistics."""
    return f'{variant_id}{_STATISTICS}'


def _check_weights(variants: Sequence[Variant]) -> None:
    path = variants[0].weights_path
    try:
        if not path.is_file():
            raise ZooError(path, 'is missing')
        checksum = sha256_of(path)
    except OSError as error:  # also for a name that no file can have
        raise ZooError(path, f'cannot be read ({error.strerror})') from error
    if checksum != variants[0].weights_sha256:
        raise ZooError(path, f'does not have the checksum that {INDEX} gives')
    try:
        with safe_open(path, framework='numpy') as tensors:
            names = tensors.keys()
            shapes = {name: tuple(tensors.get_slice(name).get_shape()) for name in names}
    except (SafetensorError, OSError) as error:
        raise ZooError(path, f'is not a safetensors file ({error})') from error
    _check_head(variants[0], shapes)
    for variant in variants:
        if statistics_name(variant.id) not in shapes:
            raise ZooError(path, f'has no tensor {statistics_name(variant.id)!r}')
    count = sum(math.prod(s) for name, s in shapes.items() if not name.endswith(_STATISTICS))
    most = max(variant.parameters for variant in variants)
    if count < most:
        raise ZooError(path, f'has {count} parameters where {INDEX} says {most}')


def _check_head(variant: Variant, shapes: Mapping[str, tuple[int, ...]]) -> None:
    head = 'heat.weight' if variant.kind == 'detector' else 'head.weight'
    if head not in shapes:
        raise ZooError(variant.weights_path, f'has no tensor {head!r}, as a {variant.kind} has')
    if shapes[head][0] != len(variant.classes):
        problem = f'{head} has {shapes[head][0]} outputs for {len(variant.classes)} classes'
        raise ZooError(variant.weights_path, problem)


def write_index(folder: Path, content: dict[str, Any]) -> None:
    """Write a network's index.json atomically and readably. Raises OSError."""
    write_whole(folder / INDEX, json.dumps(content, indent=2) + '\n')
