# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Profiles of any content are read or refused in one line; what is read can be written again."""

import json

from hypothesis import given
from known_profile import known_profile
from mutations import FUZZ, changed, damaged, only_documented

from rtmdl_ros.profiling.profile_file import ProfileError, profile_text, read_profile

TEXT = profile_text(known_profile())


@FUZZ
@given(data=damaged(TEXT.encode()))
def test_damaged_files(tmp_path, data):
    read(tmp_path, data)


@FUZZ
@given(document=changed(json.loads(TEXT)))
def test_changed_values(tmp_path, document):
    read(tmp_path, json.dumps(document).encode())


def read(folder, data):
    path = folder / 'profile.json'
    path.write_bytes(data)
    found = only_documented(lambda: read_profile(path), ProfileError)
    if found is not None:
        path.write_text(profile_text(found))
        assert read_profile(path) == found
