# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What the README says about parameters, messages, commands and files is so."""

import argparse
import importlib
import math
import re
from pathlib import Path

import pytest

from rtmdl_ros import cli
from rtmdl_ros.workload.parameter_rules import Rules, Value, rules_of
from rtmdl_ros.workload.parameters import CameraParameters, NodeParameters, TaskParameters

ROOT = Path(__file__).parent.parent
README = (ROOT / 'README.md').read_text(encoding='utf-8')


def shown(value: Value) -> str:
    """Return a default as a parameter file has it."""
    if isinstance(value, tuple):
        return f'[{", ".join(value)}]'
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value)


def span(rules: Rules) -> str:
    """Return what a parameter may hold."""
    if rules.choices:
        return ', '.join(choice or "''" for choice in rules.choices)
    return '' if math.isinf(rules.minimum) else f'{rules.minimum:g} to {rules.maximum:g}'


def rows(record: type, prefix: str) -> list[str]:
    """Return the rows of the README's table for one record of the schema."""
    return [
        f'| `{prefix}{name}` | `{shown(default)}` | {span(rules)} | '
        f'{"yes" if rules.dynamic else ""} | {rules.description} |'
        for name, (default, rules) in rules_of(record).items()
    ]


@pytest.mark.parametrize(
    ('record', 'prefix'),
    [(NodeParameters, ''), (CameraParameters, '<camera>.'), (TaskParameters, '<task>.')],
)
def test_every_parameter_stands_there_as_in_the_schema(record, prefix):
    table = '\n'.join(rows(record, prefix))
    assert table in README, f'the README must hold\n{table}'


def test_every_message_is_named():
    paths = sorted((ROOT / 'msg').glob('*.msg'))
    assert paths
    for path in paths:
        assert f'[`{path.stem}`](msg/{path.name})' in README


def test_links_lead_to_files():
    for target in re.findall(r'\]\((?!http)([^)#]+)\)', README):
        assert (ROOT / target).exists(), target


def test_every_command_is_shown_with_options_that_exist():
    lines = re.findall(r'^scripts/rtmdl (.+)$', README, re.MULTILINE)
    assert {line.split()[0] for line in lines} >= set(cli.COMMANDS)
    for line in lines:
        name, *arguments = line.partition('  #')[0].split()
        parser = argparse.ArgumentParser()
        importlib.import_module(cli.COMMANDS[name][0]).add_arguments(parser)
        parser.parse_args(arguments)


def test_every_target_of_make_is_shown():
    makefile = (ROOT / 'Makefile').read_text(encoding='utf-8')
    targets = re.search(r'^\.PHONY:(.*)$', makefile, re.MULTILINE)[1].split()
    for target in set(targets) - {'help'}:
        assert f'make {target}' in README


def test_the_picture_is_small():
    assert (ROOT / 'docs' / 'demo.jpg').stat().st_size <= 150_000
