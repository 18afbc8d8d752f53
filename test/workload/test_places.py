# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Places of results, tried before there are any."""

import pytest

from rtmdl_ros.workload.places import PlaceError, refuse_source, try_files, try_folder


def test_folders_are_made_and_nothing_is_left_in_them(tmp_path):
    try_folder('--out', tmp_path / 'a' / 'b')
    try_files({'--json': tmp_path / 'c' / 'x.json'})
    assert sorted(path.name for path in tmp_path.rglob('*')) == ['a', 'b', 'c']


def test_what_cannot_be_is_told_with_option_and_remedy(tmp_path):
    (tmp_path / 'file').touch()
    with pytest.raises(PlaceError) as caught:
        try_folder('--out', tmp_path / 'file')
    assert str(caught.value) == (
        f'{tmp_path}/file: --out cannot be written to (File exists); give another folder, or '
        'rights or room'
    )
    with pytest.raises(PlaceError) as caught:
        try_files({'--json': tmp_path})
    assert str(caught.value) == (
        f'{tmp_path}: --json cannot be written (it is a folder); give another file'
    )


def test_what_is_read_is_not_written_over(tmp_path):
    parameters = tmp_path / 'my.yaml'
    try_files({'--out': tmp_path / 'plan.yaml'}, {'--params-file': parameters, '--profile': None})
    with pytest.raises(PlaceError, match='named by --params-file and --out; give another file'):
        try_files({'--out': parameters}, {'--params-file': parameters})


def test_one_file_for_two_options_is_refused(tmp_path):
    try_files({'--out': tmp_path / 'a', '--front': None, '--json': tmp_path / 'b'})
    with pytest.raises(PlaceError) as caught:
        try_files({'--out': tmp_path / 'a', '--json': tmp_path / 'b' / '..' / 'a'})
    told = f'{tmp_path}/b/../a: named by --out and --json; give another file for one'
    assert str(caught.value) == told


def test_what_lies_in_a_folder_that_is_read_is_not_written_over(tmp_path):
    labels = tmp_path / 'data' / 'labels.json'
    labels.parent.mkdir()
    try_files({'--json': labels}, {'--data': labels.parent})  # there is none yet
    labels.write_text('{}')
    try_files({'--json': labels})
    with pytest.raises(PlaceError) as caught:
        try_files({'--json': labels}, {'--data': labels.parent})
    told = f'{labels}: named by --json and a part of --data; give another file'
    assert str(caught.value) == told
    assert labels.read_text() == '{}'


@pytest.mark.parametrize('text', ['no figures', '[1, 2]', '/**: {ros__parameters: {}}'])
def test_figures_take_the_place_of_figures_alone(tmp_path, text):
    try_files({'--json': None, '--out': None})
    file = tmp_path / 'x'
    file.write_text(text)
    with pytest.raises(PlaceError, match='is there already and is no file of figures; give'):
        try_files({'--json': file})
    assert file.read_text() == text


def test_results_do_not_go_among_what_they_are_made_from(tmp_path):
    refuse_source('--out', tmp_path / 'out', tmp_path)
    with pytest.raises(PlaceError, match='--out is where the source is; give another folder'):
        refuse_source('--out', tmp_path / 'out' / '..', tmp_path)
