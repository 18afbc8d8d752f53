# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""From parameters to tasks ready to run."""

from heap_waste import HeapWaste
from own_task import write_own_task

from rtmdl_ros.deployment.loading import load
from rtmdl_ros.workload.configuration import configuration_of


def test_what_loading_leaves_of_free_memory_is_given_back(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    function = write_own_task(tmp_path, 'own_loading')
    configuration = configuration_of({
        'tasks': ['own'], 'own.function': function, 'lanes': 1,
        'cache_dir': str(tmp_path / 'cache'),
    })  # fmt: skip
    waste = HeapWaste()

    def log(text):
        if text.startswith('task own: '):  # its networks are loaded, the last thing that is told
            waste.make()

    load(configuration, log)
    given_back_mb = waste.given_back_mb()
    waste.clear()
    assert given_back_mb > 80
