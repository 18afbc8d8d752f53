# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From a zoo variant to a torch module with its weights, and back."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import nn

from rtmdl_ros.networks.classifier import Classifier
from rtmdl_ros.networks.detector import Detector
from rtmdl_ros.networks.slicing import SliceError, slice_for, unpack_statistics
from rtmdl_ros.networks.zoo import Variant, ZooError, statistics_name
from rtmdl_ros.workload.text_file import write_whole


def untrained(kind: str, classes: int, width: float, depth: int) -> nn.Module:
    """Return a network of a kind, 'detector' or 'classifier', with random weights."""
    if kind == 'detector':
        return Detector(classes, width, depth)
    if kind == 'classifier':
        return Classifier(classes, width, depth)
    raise ValueError(f'kind {kind!r} is neither detector nor classifier')


def build(variant: Variant) -> nn.Module:
    """Return the variant's network, a slice of its zoo's weights, in evaluation mode.

    Raises ZooError where the weights do not fit the variant's width and depth.
    """
    network = untrained(variant.kind, len(variant.classes), variant.width, variant.depth)
    tensors = load_file(variant.weights_path)
    try:
        statistics = tensors.pop(statistics_name(variant.id))
        learned = {name: tensor.float() for name, tensor in tensors.items()}
        network.load_state_dict(slice_for(network, learned), strict=False)
        unpack_statistics(network, statistics)
    except (SliceError, KeyError) as error:
        raise ZooError(
            variant.weights_path, f'does not fit variant {variant.id} ({error})'
        ) from error
    return network.eval()


def shared_weights(variants: Sequence[Variant]) -> dict[str, torch.Tensor]:
    """Return the learned values of a network's largest variant, in single precision."""
    tensors = load_file(variants[0].weights_path)
    private = {statistics_name(variant.id) for variant in variants}
    return {name: tensor.float() for name, tensor in tensors.items() if name not in private}


def save_weights(
    learned: Mapping[str, torch.Tensor], statistics: Mapping[str, torch.Tensor], path: Path
) -> None:
    """Write the largest network's learned values and each variant's statistics, atomically.

    `statistics`, by the variant's id, are as `packed_statistics` returns them. Learned values
    are stored in half precision; `build` computes with them in single. Raises OSError.
    """
    tensors = {name: tensor.to(torch.float16).contiguous() for name, tensor in learned.items()}
    tensors |= {statistics_name(name): packed.float() for name, packed in statistics.items()}
    write_whole(path, save(tensors))


def count_parameters(network: nn.Module) -> int:
    """Return the number of learned values."""
    return sum(parameter.numel() for parameter in network.parameters())


def count_macs(network: nn.Module, height: int, width: int) -> int:
    """Return multiply-accumulate operations for one image of height x width."""
    # Not at the top: it loads torch's compiler, which ends every process with a page of warnings.
    from torch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        network.eval()(torch.zeros(1, 3, height, width))
    return int(counter.get_total_flops()) // 2
