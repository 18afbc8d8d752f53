# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""One network on the CPU by ONNX Runtime.

ONNX Runtime releases the GIL for the whole call and, with one intra-op thread, computes in the
thread that calls: a lane is then exactly one thread, and lanes do not fight over cores.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Array = NDArray[np.float32]


class EngineError(RuntimeError):
    """A network that cannot be loaded or run; the text names the file."""


class OnnxRunner:
    """A loaded network; `run` may be called from several lanes at once."""

    def __init__(self, path: Path) -> None:
        """Load an ONNX file. Raises EngineError where that fails."""
        self._session = open_session(path)
        self._input: str = self._session.get_inputs()[0].name
        self._outputs: list[str] = [output.name for output in self._session.get_outputs()]

    def run(self, images: NDArray[np.uint8]) -> tuple[Array, ...]:
        """Compute all outputs for a batch of BGR images, uint8 (N, H, W, 3)."""
        outputs: Any = self._session.run(self._outputs, {self._input: images})
        return tuple(outputs)


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Load an ONNX file as all networks here are run. Raises EngineError where that fails."""
    try:
        return onnxruntime.InferenceSession(
            str(path), _options(), providers=['CPUExecutionProvider']
        )
    except Exception as error:  # the binding has no common class of its errors
        raise EngineError(f'{path}: ONNX Runtime cannot load it: {error}') from error


def _options() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # A waiting pool thread must sleep: on two cores a spinning one takes a core from a lane.
    options.add_session_config_entry('session.intra_op.allow_spinning', '0')
    options.log_severity_level = 3
    return options
