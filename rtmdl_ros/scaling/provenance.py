# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where training data come from and under which terms, for the zoo's index."""

from collections.abc import Sequence
from pathlib import Path

from rtmdl_ros.scaling.crop_folder import has_crop_folders, has_torchvision_gtsrb
from rtmdl_ros.scaling.own_data import is_own

SOURCES: dict[str, dict[str, str]] = {
    'cinta_v2': {
        'name': 'cinTA_v2 (Roboflow), version 1, images restored and relabelled',
        'licence': 'CC BY 4.0, by wawan-pradana',
        'source': 'https://universe.roboflow.com/wawan-pradana/cinta_v2',
    },
    'road_sign_detection': {
        'name': 'Road Sign Detection, states of the lights relabelled',
        'licence': 'CC0 1.0',
        'source': 'https://www.kaggle.com/datasets/andrewmvd/road-sign-detection',
    },
    'gtsdb': {
        'name': 'German Traffic Sign Detection Benchmark, training split, shrunk to 640 px',
        'licence': 'free to use for any purpose, citation asked for',
        'source': (
            'S. Houben, J. Stallkamp, J. Salmen, M. Schlipsing, C. Igel: Detection of traffic '
            'signs in real-world images: the German Traffic Sign Detection Benchmark, IJCNN 2013'
        ),
    },
    'gtsrb': {
        'name': 'German Traffic Sign Recognition Benchmark, two of three training frames, 32 px',
        'licence': 'published free of charge, no formal licence, citation asked for',
        'source': (
            'J. Stallkamp, M. Schlipsing, J. Salmen, C. Igel: Man vs. computer: Benchmarking '
            'machine learning algorithms for traffic sign recognition, Neural Networks 32 (2012)'
        ),
    },
    'rendered': {
        'name': 'rendered scenes and sign crops (rtmdl_ros.rendering)',
        'licence': 'Apache-2.0',
        'source': 'rtmdl_ros',
    },
}


def sources_of(data: Path, names: Sequence[str]) -> list[dict[str, str]]:
    """Return where the data in a folder come from: the named sources, or a user's own pictures."""
    if is_own(data) or has_crop_folders(data):
        own = {'name': data.resolve().name, 'licence': 'not stated', 'source': str(data)}
        return [own, SOURCES['rendered']]
    sources = [SOURCES[name] for name in names]
    if has_torchvision_gtsrb(data):
        whole = 'German Traffic Sign Recognition Benchmark, as torchvision downloads it'
        return [{**each, 'name': whole} if each == SOURCES['gtsrb'] else each for each in sources]
    return sources
