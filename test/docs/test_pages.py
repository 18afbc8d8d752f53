# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the pages in docs/ name is there: files, commands and their options, targets of make."""

import argparse
import importlib
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from rtmdl_ros import cli

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / 'docs'
PAGES = {path.name: path.read_text(encoding='utf-8') for path in sorted(DOCS.glob('*.md'))}


@pytest.mark.parametrize('page', PAGES)
def test_links_lead_to_files(page):
    for target in re.findall(r'\]\((?!http)([^)#]+)\)', PAGES[page]):
        assert (DOCS / target).exists(), target


@pytest.mark.parametrize('page', PAGES)
def test_commands_have_options_that_exist(page):
    # Up to a comment, two spaces, the end of the code or of the line.
    for line in re.findall(r'scripts/rtmdl ([^`#\n]+)', PAGES[page]):
        name, *arguments = line.partition('  ')[0].split()
        parser = argparse.ArgumentParser()
        importlib.import_module(cli.COMMANDS[name][0]).add_arguments(parser)
        parser.parse_args(arguments)


@pytest.mark.parametrize('page', PAGES)
def test_targets_of_make_exist(page):
    makefile = (ROOT / 'Makefile').read_text(encoding='utf-8')
    targets = re.search(r'^\.PHONY:(.*)$', makefile, re.MULTILINE)[1].split()
    assert set(re.findall(r'`make ([\w-]+)', PAGES[page])) <= set(targets)


def test_the_index_names_every_page():
    assert set(re.findall(r'\]\((\w+\.md)\)', PAGES['README.md'])) == set(PAGES) - {'README.md'}


def test_the_drawing_can_be_read_on_dark_pages_too():
    drawing = ElementTree.parse(DOCS / 'architecture.svg').getroot()
    shapes = [each for each in drawing if each.tag.endswith('rect')]
    whole = {side: drawing.get(side) for side in ('width', 'height')}
    assert {side: shapes[0].get(side) for side in whole} == whole
