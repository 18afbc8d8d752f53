# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A perception task of your own, in one Python file.

::

    from rtmdl_ros.perception.task import Box, Detection, NetworkVariant, PerceptionTask

    class ConeDetector(PerceptionTask):
        classes = ('blue', 'yellow')
        variants = (NetworkVariant('small', 160, 160, accuracy=0.7, onnx_file='cones.onnx'),)

        def preprocess(self, image):
            ...
            return network_input

        def postprocess(self, outputs, image, score_threshold):
            ...
            return [Detection('blue', 0.9, Box(10.0, 20.0, 30.0, 60.0))]

The node runs it where a task's parameter says `function: my_module.ConeDetector` and my_module
can be imported, or `function: cone_detector` and a package is installed with the entry point
`cone_detector = my_module:ConeDetector` in the group rtmdl_ros.tasks. It becomes the stages
preprocess (CPU), network (accelerator) and postprocess (CPU), which are measured, planned and
scheduled as those of the shipped tasks are. A whole example: examples/person_detector.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.runner import Outputs
from rtmdl_ros.perception.frame import Image
from rtmdl_ros.workload.detection import Box, Detection

__all__ = ['Box', 'Detection', 'NetworkVariant', 'PerceptionTask', 'TaskError']


class TaskError(EngineError):
    """A task of one's own that cannot be used; the text names the class and what to do."""


@dataclass(frozen=True)
class NetworkVariant:
    """One of the networks that a task may run."""

    #: Letters, digits, and _ . - in between.
    id: str
    #: For preprocess to look up; the network must take what preprocess returns.
    input_height: int
    input_width: int
    #: Share of right answers, 0 to 1, measured alike for all variants; 1 where it is not known.
    accuracy: float
    #: The network, from the folder of the class's Python file; '': `PerceptionTask.network`.
    onnx_file: str = ''


class PerceptionTask(ABC):
    """What a user's own task is derived from; one object is made for each of its variants.

    Its methods are called from several threads at once: keep nothing of a frame in the object.
    What they raise fails the job, not the node.
    """

    #: Names of what it finds.
    classes: tuple[str, ...]
    #: The networks to choose from by the time there is, or just one.
    variants: tuple[NetworkVariant, ...]
    #: Least score of a detection, 0 to 1, where the parameter score_threshold is 0.
    score_threshold: float = 0.5
    #: Other files that the network comes from, from the folder of the class's Python file: when
    #: one of them or the Python file changes, networks are exported and measured anew.
    files: tuple[str, ...] = ()

    def __init__(self, variant: NetworkVariant) -> None:
        """Make the task that runs one of `variants`."""
        #: What preprocess and network look at.
        self.variant = variant

    def network(self) -> Any:
        """Return the network as a torch.nn.Module, where the variant has no onnx_file.

        Called in a process of its own that exports it: import torch in here, not at the top of
        the file, and the node needs no torch. Where CUDA graphs run it, it is called in the node,
        for each number of segments. Exported is what the module does in evaluation mode with what
        `preprocess` returns, so the shape of that is fixed.
        """
        raise NotImplementedError('there is neither an onnx_file nor a method network')

    @abstractmethod
    def preprocess(self, image: Image) -> NDArray[Any]:
        """Return the network's one input for an image, BGR uint8 (H, W, 3) of any size.

        Other tasks look at the same image: it cannot be written to.
        """

    @abstractmethod
    def postprocess(
        self, outputs: Outputs, image: Image, score_threshold: float
    ) -> Iterable[Detection]:
        """Return what was found, of `classes`, in pixels of the image.

        `outputs` are the network's, in its own order. Finds below the threshold are left out of
        what is published; those that are not even returned save time.
        """
