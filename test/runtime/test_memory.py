# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The memory of a process, as the system tells it."""

import os

import pytest

from rtmdl_ros.runtime.memory import resident_bytes


def test_pages_are_bytes(tmp_path):
    (tmp_path / '7').mkdir()
    statm = tmp_path / '7' / 'statm'
    statm.write_text('900 25 3 0 0 0 0\n')
    assert resident_bytes(7, tmp_path) == 25 * os.sysconf('SC_PAGE_SIZE')
    statm.write_text('')
    with pytest.raises(ProcessLookupError, match='process 7 is ending'):
        resident_bytes(7, tmp_path)


def test_of_this_process_and_of_one_that_is_none():
    assert resident_bytes() > 10**7
    assert abs(resident_bytes(os.getpid()) - resident_bytes()) < 10**7
    with pytest.raises(FileNotFoundError):
        resident_bytes(2**31)
