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
from rtmdl_ros.workload.checked_json import BadFieldError, Node, parsed
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
        variants = _variants(index, parsed(index.read_text(encoding='utf-8')))
    except (OSError, UnicodeDecodeError) as error:
        raise ZooError(index, f'cannot be read ({error})') from error
    except BadFieldError as error:
        raise ZooError(index, str(error)) from error
    _check_weights(variants)
    return variants


def _variants(index: Path, root: Node) -> tuple[Variant, ...]:
    found = root.field('format').value
    if found != FORMAT:
        remedy = 'use the zoo of this release of rtmdl_ros'
        raise ZooError(index, f'format is {found!r}, not {FORMAT}', remedy)
    network, folder = root.field('network').text(), index.resolve().parent.name
    if network != folder:
        raise BadFieldError(f'network is {network!r} in the folder {folder!r}')
    names = root.field('classes')
    classes = [name.text() for name in names.entries(1)]
    names.refuse_twice(classes, 'class')
    kind = root.field('kind').choice(KINDS)
    entries = root.field('variants')
    variants = [
        _variant(
            entry,
            network=network,
            kind=kind,
            classes=tuple(classes),
            weights_path=index.parent / _name(root.field('weights')),
            weights_sha256=root.field('weights_sha256').text(),
        )
        for entry in entries.entries(1)
    ]
    entries.refuse_twice([variant.id for variant in variants], 'id')
    return tuple(variants)


def _variant(entry: Node, *, kind: str, **shared: Any) -> Variant:
    """Return a variant; `shared` are the fields that all of a network have."""
    return Variant(
        id=_name(entry.field('id')),
        kind=kind,
        width=entry.field('width').number(0.01, 8),
        depth=entry.field('depth').count(),
        input_height=_side(entry.field('input_height'), kind),
        input_width=_side(entry.field('input_width'), kind),
        score_threshold=entry.field('score_threshold').number(0, 1),
        parameters=entry.field('parameters').count(1),
        macs=entry.field('macs').count(1),
        shared_bytes=entry.field('shared_bytes').count(1),
        private_bytes=entry.field('private_bytes').count(),
        accuracy=MappingProxyType(
            {name: share.number(0, 1) for name, share in entry.field('accuracy').items()}
        ),
        **shared,
    )


def _side(node: Node, kind: str) -> int:
    value = node.count(8)
    if kind == 'detector' and value % DETECTOR_STRIDE:
        problem = f'is {value} of a detector, no multiple of {DETECTOR_STRIDE}'
        raise BadFieldError(f'{node.place} {problem}')
    return value


def _name(node: Node) -> str:
    """Return what may be the name of a file, or a part of it."""
    value = node.text()
    if '/' in value or not value.isprintable():
        raise BadFieldError(f'{node.place} is {value!r}, not a name')
    return value


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
