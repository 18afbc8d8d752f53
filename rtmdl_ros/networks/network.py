# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What there is to know of a network before it is loaded, whoever made it."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

#: Of weight files that are what runs: nothing is to be exported.
ONNX_SUFFIX = '.onnx'


@dataclass(frozen=True, kw_only=True)
class Network(ABC):
    """One variant of a network and where its weights are."""

    #: What it is a variant of.
    network: str
    id: str
    #: 'detector' or 'classifier'.
    kind: str
    input_height: int
    input_width: int
    classes: tuple[str, ...]
    #: Score from which on a find counts, 0 to 1.
    score_threshold: float
    weights_path: Path
    #: Changes with all that the network's times and answers depend on.
    weights_sha256: str
    #: Multiply-accumulate operations of one image; 0: not known.
    macs: int
    #: Of the weight file: what this variant uses together with others, and alone; 0 both: it has
    #: a file of its own once it is exported.
    shared_bytes: int
    private_bytes: int

    @property
    def name(self) -> str:
        """Its name among all: 'traffic_light_detector/w50_d1_320x416'."""
        return f'{self.network}/{self.id}'

    @property
    def is_onnx(self) -> bool:
        """Whether it stays in the form in which it came: weights_path itself is what runs."""
        return self.weights_path.suffix == ONNX_SUFFIX

    @property
    @abstractmethod
    def exporter(self) -> str:
        """Module that exports such networks, run with (export_source, id, path) for each."""

    @property
    @abstractmethod
    def export_source(self) -> str:
        """Where the exporter finds it."""

    @property
    @abstractmethod
    def export_key(self) -> str:
        """All that its exported graph depends on."""

    @abstractmethod
    def example(self, batch: int) -> NDArray[Any]:
        """Return an input as a batch of so many images makes it."""

    @abstractmethod
    def module(self) -> Any:
        """Return the torch.nn.Module that is exported, new, on the CPU, in evaluation mode.

        Takes what `example` returns as a tensor, returns a tensor or a tuple of them. Imports
        torch. Raises whatever making it raises, NotImplementedError for a network that is an ONNX
        file.
        """


def onnx_files(path: Path) -> tuple[Path, ...]:
    """Return an ONNX file and the one with its weights, where that lies beside it.

    Large networks have them in .onnx.data or .onnx_data. Raises OSError.
    """
    beside = (path.with_name(f'{path.name}{ending}') for ending in ('.data', '_data'))
    return (path, *(each for each in beside if each.is_file()))
