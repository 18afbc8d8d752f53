# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Figures have their size in pixels, are whole, and show names as they are."""

import cv2
import pytest
from file_sizes import largest_file

from rtmdl_ros.figures.figure import as_it_is, new_figure, save_figure


def test_size_in_pixels_and_folder(tmp_path):
    path = tmp_path / 'new' / 'a.png'
    save_figure(new_figure(320, 210), path)
    assert cv2.imread(str(path)).shape == (210, 320, 3)


@pytest.mark.parametrize('name', ['a$_$b', '$', '$x$y$', r'50 \$ or $ 60'])
def test_a_name_is_no_formula(tmp_path, name):
    figure = new_figure(200, 100)
    figure.suptitle(as_it_is(name))
    save_figure(figure, tmp_path / 'a.svg')


def test_what_does_not_fit_leaves_the_old_figure(tmp_path):
    path = tmp_path / 'a.png'
    path.write_bytes(b'old')
    with largest_file(100), pytest.raises(OSError, match=r'a\.png'):
        save_figure(new_figure(320, 210), path)
    assert path.read_bytes() == b'old' and list(tmp_path.iterdir()) == [path]
