# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A task of one's own in one file: it tells how bright the image is."""

from pathlib import Path

from small_networks import cast, save

SOURCE = """
import cv2
from rtmdl_ros.perception.task import Box, Detection, NetworkVariant, PerceptionTask


class Brightness(PerceptionTask):
    classes = ('bright', 'dark')
    variants = (
        NetworkVariant('fine', 2, 2, accuracy=0.75, onnx_file='brightness.onnx'),
        NetworkVariant('coarse', 2, 2, accuracy=0.5, onnx_file='coarse.onnx'),
    )
    score_threshold = 0.25

    def preprocess(self, image):
        size = self.variant.input_width, self.variant.input_height
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA)[None]

    def postprocess(self, outputs, image, score_threshold):
        score = outputs[0].mean() / 256
        height, width = image.shape[:2]
        return [
            Detection('dark', 1 - score, Box(0, 0, width, height)),
            Detection('bright', score, Box(0, 0, width, height)),
        ]
"""


def write_own_task(folder: Path, module: str, *changes: tuple[str, str]) -> str:
    """Write the module and its two networks, some of its text replaced; return the class's name.

    The folder must be on the search path, the module of a name that no other test uses.
    """
    text = SOURCE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    (folder / f'{module}.py').write_text(text)
    for name in ('brightness.onnx', 'coarse.onnx'):
        save(folder / name, [cast()], ['same'])
    return f'{module}.Brightness'
