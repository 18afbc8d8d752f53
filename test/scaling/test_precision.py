# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The number format of training is measured."""

import torch

from rtmdl_ros.scaling import precision


def test_the_quicker_format_is_taken(monkeypatch) -> None:
    """Whichever it is on this machine."""
    for quick, slow in ((torch.float32, torch.bfloat16), (torch.bfloat16, torch.float32)):
        seconds = {quick: 0.1, slow: 0.2}
        monkeypatch.setattr(precision, '_seconds', lambda _, dtype, s=seconds: s[dtype])
        assert precision.training_type(torch.device('cpu')) is quick


def test_a_time_is_a_time() -> None:
    """Both formats run on any CPU."""
    for dtype in (torch.float32, torch.bfloat16):
        assert precision._seconds(torch.device('cpu'), dtype) > 0
