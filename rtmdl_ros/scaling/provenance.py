# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Where training data come from and under which terms, for the zoo's index."""

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
