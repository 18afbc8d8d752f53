# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Keys in the names of cached files."""

from rtmdl_ros.workload.short_key import short_key


def test_a_key_is_the_begin_of_the_sha256():
    # FIPS 180-4's example 'abc'.
    assert short_key('abc') == 'ba7816bf8f01'
    assert short_key('abd') != short_key('abc')
