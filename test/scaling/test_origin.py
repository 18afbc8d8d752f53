# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What training data are told apart by; that runs keep to theirs is in test_train.py."""

from pathlib import Path

import numpy as np
import pytest

from rtmdl_ros.scaling.errors import DataError
from rtmdl_ros.scaling.frames import LabelledPicture
from rtmdl_ros.scaling.origin import checksum_of_frames


def test_the_checksum_of_frames_is_of_labels_and_files(tmp_path: Path) -> None:
    """Wherever they are; a file that is missing is told."""

    def checksum(content: bytes = b'abc', label: int = 0, name: str = 'a.png') -> str:
        path = tmp_path / name
        path.write_bytes(content)
        box, labels = np.array([(1, 2, 3, 4)], np.float32), np.array([label], np.int64)
        return checksum_of_frames(
            [[LabelledPicture(path, 's', box, labels, np.zeros((0, 5), np.float32), ('x',), 9, 9)]]
        )

    assert checksum() == checksum(name='b.png')
    assert len({checksum(), checksum(b'abd'), checksum(label=1)}) == 3
    frame = LabelledPicture(tmp_path / 'none.png', 's', *[np.zeros(0)] * 3, (), 9, 9)
    with pytest.raises(DataError, match=r'none\.png: cannot be read \(No such file'):
        checksum_of_frames([[frame]])
