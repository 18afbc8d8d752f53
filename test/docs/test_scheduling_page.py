# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What docs/scheduling.md says about its scenes is what the scheduling core does."""

import re
from pathlib import Path

import pytest

from rtmdl_ros.bench.worked_example.requests import told_requests
from rtmdl_ros.bench.worked_example.scenes import SCENES
from rtmdl_ros.bench.worked_example.telling import tell

DOCS = Path(__file__).parent.parent.parent / 'docs'
PAGE = (DOCS / 'scheduling.md').read_text(encoding='utf-8')
#: Name and lines of each block: the name stands behind its fence or in the picture before it.
BLOCKS = [
    (picture or named, lines.splitlines())
    for picture, named, lines in re.findall(
        r'(?:\(figures/(\w+)\.png\)\n\n)?```text ?(\w*)\n(.*?)\n```', PAGE, re.DOTALL
    )
]


def comes_in_order(some, lines):
    """Tell whether lines come among others in their order."""
    left = iter(lines)
    return all(line in left for line in some)


@pytest.mark.parametrize('scene', SCENES, ids=lambda scene: scene.name)
def test_a_scene_goes_as_the_page_says(scene):
    (shown,) = (lines for name, lines in BLOCKS if name == scene.name)
    told = tell(scene).lines
    assert comes_in_order(shown, told), '\n'.join(told)


def test_requests_are_answered_as_the_page_says():
    (shown,) = (lines for name, lines in BLOCKS if name == 'admission')
    told = told_requests()
    assert comes_in_order(shown, told), '\n'.join(told)


def test_every_block_and_every_picture_is_of_a_scene():
    names = [scene.name for scene in SCENES]
    assert sorted(name for name, _ in BLOCKS) == sorted([*names, 'admission'])
    drawn = {scene.name for scene in SCENES if scene.length_ms}
    assert set(re.findall(r'\(figures/(\w+)\.png\)', PAGE)) == drawn
    assert {path.stem for path in (DOCS / 'figures').glob('*.png')} == drawn
