# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Finds the package under test: in the built workspace (make test), else in the source tree.

The workspace holds links to the sources and the messages beside them. Without one, for example on
a training server, the tests that need ROS 2 are left out and all others run.
"""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

if importlib.util.find_spec('rtmdl_ros') is None:
    sys.path.append(str(ROOT))
# What several test files need; apt's pytest on Humble does not know the option for it.
sys.path.append(str(ROOT / 'test' / 'support'))
# What tests import of torch would take both cores from what they measure and wait for.
importlib.import_module('rtmdl_ros.runtime.real_time').calm_openmp()
# Humble checks the types of message fields, Jazzy only where it is told to.
os.environ.setdefault('ROS_PYTHON_CHECK_FIELDS', '1')
if importlib.util.find_spec('hypothesis') is not None:
    from hypothesis import settings

    # How long an example takes is the machine's affair.
    settings.register_profile('any machine', deadline=None)
    settings.load_profile('any machine')
HAS_ROS = all(importlib.util.find_spec(name) for name in ('rclpy', 'rtmdl_ros.msg'))
collect_ignore = [] if HAS_ROS else ['node']


@pytest.fixture(scope='session')
def small_zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the shipped zoo with a few variants."""
    from small_zoo import write_small_zoo

    return write_small_zoo(tmp_path_factory.mktemp('small_zoo'))


@pytest.fixture(scope='session')
def tiny_zoo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a zoo of all networks, untrained, two variants of each but of one."""
    from tiny_zoo import write_tiny_zoo

    return write_tiny_zoo(tmp_path_factory.mktemp('tiny_zoo'))


@pytest.fixture(scope='session')
def cache_dir(tmp_path_factory: pytest.TempPathFactory, small_zoo: Path, tiny_zoo: Path) -> Path:
    """Return a cache that holds the usual networks and those of both zoos, exported at once."""
    from rtmdl_ros.engine.cache import ensure_exported
    from rtmdl_ros.networks.zoo import default_zoo_dir, read_zoo
    from rtmdl_ros.perception.functions import FUNCTIONS, usual_variant

    folder = tmp_path_factory.mktemp('cache')
    usual = [usual_variant(function, default_zoo_dir()) for function in FUNCTIONS]
    variants = [v for each in usual for v in each.variants]
    ensure_exported([*variants, *read_zoo(small_zoo), *read_zoo(tiny_zoo)], folder)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave tests of a GPU out, with the reason, where there is none."""
    marked = [item for item in items if item.get_closest_marker('gpu')]
    if not marked:
        return
    from rtmdl_ros.engine.gpu import driver_loaded, found_gpus, refusal

    why = refusal(found_gpus(0), 0) if driver_loaded() else 'no driver for a GPU is loaded'
    for item in marked if why else ():
        item.add_marker(pytest.mark.skip(reason=f'no GPU: {why}'))


def pytest_runtest_setup() -> None:
    """Leave what is there before a test out of all collections of garbage in it.

    What is tested collects the whole process here and there: 0.4 s a time, with all of torch. What
    a test has left, as a participant of DDS, is collected first, or it would be kept for good.
    """
    from rtmdl_ros.runtime.interpreter import freeze_garbage

    freeze_garbage()


def pytest_unconfigure() -> None:
    """Let the interpreter end as usual."""
    from rtmdl_ros.runtime.interpreter import thaw_garbage

    thaw_garbage()


def pytest_report_header() -> str:
    """Say what is tested."""
    package = importlib.util.find_spec('rtmdl_ros')
    assert package is not None and package.submodule_search_locations
    tests = 'all tests' if HAS_ROS else 'without test/node, which needs ROS 2 (make setup)'
    return f'rtmdl_ros: {package.submodule_search_locations[0]}, {tests}'
