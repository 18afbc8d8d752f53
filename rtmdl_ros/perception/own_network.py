# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The networks of a task of one's own, checked: what its class says of them and where they are."""

import hashlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rtmdl_ros.networks.letterbox import GREY
from rtmdl_ros.networks.network import ONNX_SUFFIX, Network, onnx_files
from rtmdl_ros.perception.frame import Image
from rtmdl_ros.perception.own_errors import raised_by
from rtmdl_ros.perception.task import NetworkVariant, PerceptionTask, TaskError
from rtmdl_ros.workload.errors import encodable, in_one_line

_ID = re.compile(r'\w([\w.-]*\w)?', re.ASCII)
#: Of the empty image from which an example of a network's input is made.
_HEIGHT, _WIDTH = 480, 640


@dataclass(frozen=True, kw_only=True)
class OwnNetwork(Network):
    """A network of a task of one's own: an ONNX file, or a torch module that is exported."""

    accuracy: float
    #: What prepares its input and reads its outputs.
    task: PerceptionTask = field(compare=False, repr=False)

    @property
    def exporter(self) -> str:
        """What exports torch modules of such tasks."""
        return 'rtmdl_ros.perception.own_export'

    @property
    def export_source(self) -> str:
        """The dotted name of the class."""
        return self.network

    @property
    def export_key(self) -> str:
        """All that the class depends on."""
        return self.weights_sha256

    def example(self, batch: int) -> NDArray[Any]:
        """Return what preprocess makes of a grey image; the batch is its own affair.

        Raises TaskError where that fails.
        """
        return network_input(self.task, np.full((_HEIGHT, _WIDTH, 3), GREY, np.uint8))

    def module(self) -> Any:
        """Return what the class's `network` makes. Raises whatever that raises."""
        if self.is_onnx:
            raise NotImplementedError(f'{self.weights_path} is no torch module')
        return self.task.network().eval()


def own_networks(task_class: type[PerceptionTask]) -> tuple[OwnNetwork, ...]:
    """Return the networks of a class, from the least to the most accurate.

    Raises TaskError, naming the class, for a field that is missing or wrong, a file that is
    missing, and an object that cannot be made.
    """
    _check_fields(task_class)
    folder = _source(task_class).parent
    checksum = _checksum(task_class, folder)
    networks = [
        OwnNetwork(
            network=name_of(task_class),
            id=variant.id,
            kind='detector',
            input_height=variant.input_height,
            input_width=variant.input_width,
            classes=tuple(task_class.classes),
            score_threshold=task_class.score_threshold,
            weights_path=_weights_path(task_class, variant, folder),
            weights_sha256=checksum,
            macs=0,
            shared_bytes=0,
            private_bytes=0,
            accuracy=float(variant.accuracy),
            task=_made(task_class, variant),
        )
        for variant in task_class.variants
    ]
    return tuple(sorted(networks, key=lambda network: network.accuracy))


def name_of(task_class: type[PerceptionTask]) -> str:
    """Return the dotted name of a class."""
    return f'{task_class.__module__}.{task_class.__qualname__}'


def network_input(task: PerceptionTask, image: Image) -> NDArray[Any]:
    """Return what preprocess makes of an image, which it gets read-only, as one block of memory.

    Raises TaskError for what preprocess raises, and for what is no array.
    """
    shown = image.view()
    shown.flags.writeable = False
    place = f'{name_of(type(task))}.preprocess'
    try:
        made: object = task.preprocess(shown)
    except (Exception, SystemExit) as error:
        raise raised_by(task, place, error) from error
    if not isinstance(made, np.ndarray):
        raise TaskError(f'{place} returned {type(made).__name__}; return a numpy array')
    # torch takes no view with negative strides, such as one of reversed channels.
    return np.asarray(made, order='C')


def _check_fields(task_class: type[PerceptionTask]) -> None:
    name = name_of(task_class)
    classes = getattr(task_class, 'classes', ())
    if not _is_list(classes, str) or len(set(classes)) < len(classes):
        raise TaskError(f'{name}.classes is {classes!r}; give a tuple of different names')
    odd = next((each for each in classes if encodable(each) != each), None)
    if odd is not None:
        raise TaskError(f'{name}.classes holds {odd!r}, which no message can hold; rename it')
    variants = getattr(task_class, 'variants', ())
    if not _is_list(variants, NetworkVariant):
        raise TaskError(f'{name}.variants is {variants!r}; give a tuple of NetworkVariant')
    if not _is_list(task_class.files, str, least=0):
        raise TaskError(f'{name}.files is {task_class.files!r}; give a tuple of file names')
    if not _is_share(task_class.score_threshold):
        threshold = task_class.score_threshold
        raise TaskError(f'{name}.score_threshold is {threshold!r}; give a number from 0 to 1')
    for variant in variants:
        _check_variant(name, variant)
    ids = [variant.id for variant in variants]
    twice = next((each for each in ids if ids.count(each) > 1), None)
    if twice is not None:
        raise TaskError(f'{name}.variants holds {twice!r} twice; rename one')


def _check_variant(name: str, variant: NetworkVariant) -> None:
    if not isinstance(variant.id, str) or not _ID.fullmatch(variant.id):
        raise TaskError(
            f'{name}.variants: id is {variant.id!r}; give letters, digits, and _ . - in between'
        )
    place = f'{name}.variants: {variant.id}'
    for side in ('input_height', 'input_width'):
        pixels = getattr(variant, side)
        if type(pixels) is not int or pixels < 1:
            raise TaskError(f'{place} has {side} {pixels!r}; give a whole number from 1 on')
    if not _is_share(variant.accuracy):
        raise TaskError(
            f'{place} has accuracy {variant.accuracy!r}; give a number from 0 to 1, the share of '
            'right answers'
        )
    file = variant.onnx_file
    if not isinstance(file, str) or (file and not file.endswith(ONNX_SUFFIX)):
        raise TaskError(f'{place} has onnx_file {file!r}; give a file that ends with .onnx')


def _is_list(value: object, kind: type, least: int = 1) -> bool:
    return (
        isinstance(value, (tuple, list))
        and len(value) >= least
        and all(isinstance(entry, kind) for entry in value)
    )


def _is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and type(value) is not bool and 0.0 <= value <= 1.0


def _made(task_class: type[PerceptionTask], variant: NetworkVariant) -> PerceptionTask:
    name = name_of(task_class)
    try:
        task = task_class(variant)
    except (Exception, SystemExit) as error:
        raise TaskError(f'{name}({variant.id}) cannot be made: {in_one_line(error)}') from error
    if getattr(task, 'variant', None) is not variant:
        raise TaskError(f'{name}.__init__ does not keep variant; call super().__init__(variant)')
    return task


def _weights_path(
    task_class: type[PerceptionTask], variant: NetworkVariant, folder: Path
) -> Path:
    """Return the ONNX file, or the Python file that makes a torch module."""
    if variant.onnx_file:
        return _existing(task_class, folder, variant.onnx_file)
    if task_class.network is PerceptionTask.network:
        raise TaskError(
            f'{name_of(task_class)}.variants: {variant.id} has no network; name its onnx_file or '
            'write the method network'
        )
    return _source(task_class)


def _existing(task_class: type[PerceptionTask], folder: Path, name: str) -> Path:
    try:
        path = (folder / Path(name).expanduser()).resolve()
        if path.is_file():
            return path
    except (RuntimeError, ValueError, OSError) as error:  # no such user, no name of a file
        problem = f'{name!r} cannot be looked for ({in_one_line(error)})'
        raise TaskError(f'{name_of(task_class)}: {problem}; correct its name') from error
    raise TaskError(
        f'{name_of(task_class)}: {path} is missing; put the file there or correct its name'
    )


def _checksum(task_class: type[PerceptionTask], folder: Path) -> str:
    """Return a checksum of all files that the class depends on."""
    names = [v.onnx_file for v in task_class.variants if v.onnx_file] + list(task_class.files)
    files = [*_sources(task_class), *(_existing(task_class, folder, name) for name in names)]
    total = hashlib.sha256()
    try:
        for path in files:
            for each in onnx_files(path) if path.suffix == ONNX_SUFFIX else (path,):
                total.update(hashlib.sha256(each.read_bytes()).digest())
    except OSError as error:
        problem = f'{error.filename} cannot be read ({error.strerror})'
        raise TaskError(f'{name_of(task_class)}: {problem}; make it readable') from error
    return total.hexdigest()


def _sources(task_class: type[PerceptionTask]) -> Iterator[Path]:
    """Yield the Python files of a class and of those between it and ours."""
    for each in task_class.__mro__[: task_class.__mro__.index(PerceptionTask)]:
        yield _source(each)


def _source(each: type) -> Path:
    try:
        return Path(inspect.getfile(each)).resolve()
    except (TypeError, OSError) as error:
        raise TaskError(
            f'{each.__module__}.{each.__qualname__} has no Python file; write it into one'
        ) from error
