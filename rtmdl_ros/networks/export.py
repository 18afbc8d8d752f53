# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Export of a zoo variant to ONNX, with normalisation inside and batch norms folded."""

import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from rtmdl_ros.networks.blocks import ConvUnit
from rtmdl_ros.networks.build import build
from rtmdl_ros.networks.classifier import Classifier, DeployedClassifier
from rtmdl_ros.networks.detector import DeployedDetector, Detector
from rtmdl_ros.networks.zoo import Variant, ZooError, read_zoo
from rtmdl_ros.workload.text_file import replacing

OPSET = 17


def fold(network: nn.Module) -> nn.Module:
    """Fold every batch normalisation into the convolution before it, in place."""
    for module in network.modules():
        if isinstance(module, ConvUnit) and isinstance(module.norm, nn.BatchNorm2d):
            module.conv = fuse_conv_bn_eval(module.conv, module.norm)
            module.norm = nn.Identity()
    return network


def deployed(network: nn.Module, height: int, width: int) -> nn.Module:
    """Return the network as it is exported: (N, H, W, 3) uint8 BGR in, final maps out."""
    if isinstance(network, Detector):
        return DeployedDetector(network, height, width).eval()
    assert isinstance(network, Classifier)
    return DeployedClassifier(network).eval()


def export_onnx(variant: Variant, path: Path) -> None:
    """Write the variant as an ONNX file, atomically.

    Input 'image' is uint8 (N, H, W, 3) BGR. A detector (N = 1) has the outputs 'scores'
    (1, C, H/8, W/8), non-peaks at 0, and 'boxes' (1, 4, H/8, W/8) in input pixels; a classifier
    (any N) has 'probabilities' (N, C). Raises ZooError for weights that do not fit.
    """
    export_network(build(variant), variant.input_height, variant.input_width, path)


def export_network(network: nn.Module, height: int, width: int, path: Path) -> None:
    """Write a network in evaluation mode as an ONNX file, atomically; folds it in place."""
    detects = isinstance(network, Detector)
    write_onnx(
        deployed(fold(network), height, width),
        torch.zeros((1, height, width, 3), dtype=torch.uint8),
        path,
        input_names=['image'],
        output_names=['scores', 'boxes'] if detects else ['probabilities'],
        dynamic_axes=None if detects else {'image': {0: 'N'}, 'probabilities': {0: 'N'}},
    )


def export_module(module: nn.Module, example: NDArray[Any], path: Path) -> None:
    """Write any module of one input as an ONNX file, atomically: what it does in evaluation mode.

    `example` is an input; all others must have its shape and type. Raises what torch raises.
    """
    write_onnx(module.eval(), torch.from_numpy(example), path, input_names=['input'])


def write_onnx(module: nn.Module, example: torch.Tensor, path: Path, **options: Any) -> None:
    """Write a module of one input, of which there is an example, as an ONNX file, atomically.

    `options` go to torch.onnx.export.
    """
    with replacing(path) as partial, warnings.catch_warnings():
        # The exporter that torch now prefers needs onnxscript and seconds more a network.
        warnings.simplefilter('ignore')
        torch.onnx.export(
            module, (example,), str(partial), opset_version=OPSET, dynamo=False, **options
        )


def main(arguments: Sequence[str]) -> int:
    """Export variants, given as triples: folder of the network, id of the variant, path to write.

    The engine runs this in a process of its own. Returns 1, with one line, on failure.
    """
    try:
        for folder, variant_id, path in zip(*[iter(arguments)] * 3, strict=True):
            (variant,) = (v for v in read_zoo(Path(folder)) if v.id == variant_id)
            export_onnx(variant, Path(path))
    except (ZooError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    # Not sys.exit: torch's compiler, which the exporter loads, ends with a page of warnings.
    sys.stderr.flush()
    os._exit(main(sys.argv[1:]))
