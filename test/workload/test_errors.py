# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How errors are told."""

from rtmdl_ros.workload.errors import in_one_line, one_line, shortened


def test_a_long_text_is_cut():
    assert one_line('a\n b' + 'c' * 2000) == 'a b' + 'c' * 997 + '…'
    assert in_one_line(ValueError('x' * 5_000_000)).startswith('ValueError: xxx')
    assert len(in_one_line(ValueError('x' * 5_000_000))) == 1001


def test_a_long_value_is_shortened_and_another_is_as_python_writes_it():
    assert shortened('cone') == "'cone'"
    assert len(shortened(['x' * 5_000_000])) < 200
