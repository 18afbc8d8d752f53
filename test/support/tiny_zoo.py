# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A zoo of all networks, tiny and untrained."""

import os
from pathlib import Path

import torch

from rtmdl_ros.engine.cache import cached_path
from rtmdl_ros.networks.build import count_macs, count_parameters, save_weights, untrained
from rtmdl_ros.networks.scale import InputSize, Scale, variant_id
from rtmdl_ros.networks.slicing import packed_statistics
from rtmdl_ros.networks.zoo import FORMAT, read_zoo, sha256_of, write_index

#: By network: kind, classes, the figure that tells its accuracy, sizes of the input.
NETWORKS = {
    'traffic_light_detector': ('detector', 4, 'val_map50', ((64, 96), (96, 128))),
    'traffic_sign_detector': ('detector', 4, 'val_gtsdb_map50', ((64, 96),)),
    'traffic_sign_recogniser': ('classifier', 43, 'val_top1', ((24, 24), (32, 32))),
}


def write_tiny_zoo(folder: Path) -> Path:
    """Write it, with accuracies 0.5, 0.6, ... and low thresholds, and return the folder."""
    torch.manual_seed(1)
    for network in NETWORKS:
        _write(folder / network, *NETWORKS[network])
    return folder


def link_exports(zoo: Path, cache_dir: Path, folder: Path) -> Path:
    """Fill another cache with what a cache holds of a zoo; makes and returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for variant in read_zoo(zoo):
        os.link(cached_path(variant, cache_dir), cached_path(variant, folder))
    return folder


def _write(folder: Path, kind: str, classes: int, figure: str, sizes: tuple[tuple[int, int], ...]):
    scale = Scale(0.25, 1)
    module = untrained(kind, classes, *scale)
    variants = [
        {
            'id': variant_id(scale, InputSize(*size)), 'width': scale.width, 'depth': scale.depth,
            'input_height': size[0], 'input_width': size[1], 'score_threshold': 0.3,
            'parameters': count_parameters(module), 'macs': count_macs(module, *size),
            'shared_bytes': 2 * count_parameters(module), 'private_bytes': 64,
            'accuracy': {figure: (5 + number) / 10},
        }
        for number, size in enumerate(sizes)
    ]  # fmt: skip
    statistics = {entry['id']: packed_statistics(module).clone() for entry in variants}
    save_weights(dict(module.named_parameters()), statistics, folder / 'weights.safetensors')
    content = {
        'format': FORMAT, 'network': folder.name, 'kind': kind,
        'classes': [f'class {n}' for n in range(classes)], 'weights': 'weights.safetensors',
        'weights_sha256': sha256_of(folder / 'weights.safetensors'), 'variants': variants,
    }  # fmt: skip
    write_index(folder, content)
