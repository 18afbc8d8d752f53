# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Files that are written whole."""

import os
from pathlib import Path

import pytest

from rtmdl_ros.workload.places import PlaceError
from rtmdl_ros.workload.text_file import (
    check_writable,
    error_of,
    replacing,
    unwritten,
    write_whole,
)


def test_a_file_is_replaced_and_its_folder_made(tmp_path):
    path = tmp_path / 'new' / 'file.txt'
    for text in ('one', 'zwei ü'):
        write_whole(path, text)
        assert path.read_text(encoding='utf-8') == text
    assert [each.name for each in path.parent.iterdir()] == ['file.txt']


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / 'folder').mkdir()
    with pytest.raises(OSError) as caught:
        write_whole(tmp_path / 'folder', 'text')
    assert caught.value.filename == str(tmp_path / 'folder')
    long = tmp_path / 'folder' / ('x' * 300)
    with pytest.raises(OSError) as caught:
        write_whole(long, 'text')
    assert caught.value.filename == str(long)
    assert [each.name for each in tmp_path.iterdir()] == ['folder']


def test_the_partial_file_is_not_told(tmp_path):
    path = tmp_path / 'file'
    with pytest.raises(PermissionError) as caught, replacing(path) as partial:
        raise PermissionError(13, 'Permission denied', str(partial), None, str(path))
    assert str(caught.value) == f"[Errno 13] Permission denied: '{path}'"
    with pytest.raises(OSError) as caught, replacing(path):
        raise OSError('no such\nformat')
    assert unwritten(caught.value).startswith(f'{path}: cannot be written (no such format)')


def test_what_cannot_be_written_is_a_line(tmp_path):
    path, remedy = tmp_path / 'file', 'give another place, or rights or room'
    error = error_of(path, OSError(28, 'No space left on device'))
    line = f'{path}: cannot be written (No space left on device); {remedy}'
    assert unwritten(error) == line
    assert unwritten(OSError(28, 'No space left on device'), path) == line
    assert unwritten(PlaceError('x: is full; clear it')) == 'x: is full; clear it'
    assert unwritten(OSError(28, 'No space left on device')) == (
        '[Errno 28] No space left on device'
    )


def test_two_who_write_the_same_do_not_meet(tmp_path):
    path = tmp_path / 'file'
    with replacing(path) as first, replacing(path) as second:
        first.write_text('first')
        second.write_text('second')
    assert path.read_text() == 'first'  # whose block ended last
    with pytest.raises(KeyError), replacing(path) as third:
        third.write_text('third')
        raise KeyError
    assert [each.name for each in tmp_path.iterdir()] == ['file']
    assert path.read_text() == 'first'


def test_a_file_that_cannot_be_is_told_before(tmp_path):
    (tmp_path / 'file').write_text('')
    check_writable(tmp_path / 'new' / 'x.json')
    assert (tmp_path / 'new').is_dir()
    for path in (tmp_path, Path('.'), tmp_path / 'file' / 'x.json'):
        with pytest.raises(OSError):
            check_writable(path)
        with pytest.raises(OSError):
            write_whole(path, 'text')


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    target, link = tmp_path / 'target', tmp_path / 'link'
    target.write_text('old')
    link.symlink_to(target)
    check_writable(link)
    write_whole(link, 'new')
    assert link.is_symlink() and target.read_text() == 'new'


def test_a_pipe_is_not_replaced(tmp_path):
    pipe = tmp_path / 'pipe'
    os.mkfifo(pipe)
    for write in (check_writable, lambda path: write_whole(path, 'x')):
        with pytest.raises(OSError, match='it is a device or a pipe, no file') as caught:
            write(pipe)
        assert caught.value.filename == str(pipe)
    assert pipe.is_fifo()
