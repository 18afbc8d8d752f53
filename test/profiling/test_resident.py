# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks in memory: loaded once, weighed, cut as asked for."""

import subprocess
import sys
from functools import partial
from types import SimpleNamespace

import pytest

from rtmdl_ros.engine.cache import cached_path
from rtmdl_ros.engine.engine import OnnxEngine
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.networks.zoo import read_zoo
from rtmdl_ros.perception.functions import ladder
from rtmdl_ros.perception.pipeline import Model
from rtmdl_ros.profiling.resident import (
    ResidentMemory,
    ResidentNetworks,
    trimmed_bytes,
    warm_up,
)

#: Prints what the first network takes whole and the second in two segments, in bytes.
SIZES = """
import sys
from pathlib import Path
from rtmdl_ros.networks.zoo import read_zoo
from rtmdl_ros.profiling.resident import ResidentNetworks
whole, cut = [v for v in read_zoo(Path(sys.argv[1])) if v.kind == 'detector'][:2]
networks = ResidentNetworks([whole, cut], Path(sys.argv[2]))
networks.model(whole, 1)
networks.model(cut, 2)
for variant in (whole, cut):
    print(networks.memory[variant.name].kept_bytes)
"""


def test_each_is_loaded_once_for_a_number_of_segments(tiny_zoo, tiny_cache):
    small, _ = ladder('traffic_sign', tiny_zoo)
    networks = ResidentNetworks(small.variants, tiny_cache)
    first = networks.pipeline('traffic_sign', small, 2)
    assert [stage.name for stage in first.stages] == [
        'preprocess', 'detect 1/2', 'detect 2/2', 'crop', 'recognise', 'name'
    ]  # fmt: skip
    assert first.variant == small.name
    detector, recogniser = small.variants
    assert networks.model(detector, 2) is networks.model(detector, 2)
    assert networks.model(detector, 1) is not networks.model(detector, 2)
    assert networks.pipeline('traffic_sign', small, 2) is not first
    assert set(networks.memory) == {detector.name, recogniser.name}


def test_a_network_takes_at_least_what_its_file_does(tiny_zoo, tiny_cache, monkeypatch):
    for grown in (-5, 10**9):
        sizes(monkeypatch, 10**9, 10**9 + grown, 0, 0)
        variant, *_ = read_zoo(tiny_zoo)
        networks = ResidentNetworks([], tiny_cache)
        networks.model(variant, 1)
        expected = max(grown, cached_path(variant, tiny_cache).stat().st_size)
        assert dict(networks.memory) == {variant.name: ResidentMemory(expected, 0)}


def test_the_first_is_not_charged_with_the_libraries(tiny_zoo, tiny_cache):
    """Of ONNX Runtime for the first network of a process, of onnx for the first that is cut."""
    command = [sys.executable, '-c', SIZES, tiny_zoo, tiny_cache]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for kept_bytes in map(int, shown.split()):
        assert kept_bytes < 4_000_000  # else 11 MB and 9 MB


def test_nor_with_those_of_a_gpu_that_runs_onnx(tiny_zoo, tiny_cache):
    """A provider's libraries load with the first run of a process."""

    class FirstRun(OnnxEngine):
        waits = True
        libraries = None

        def load(self, variant, segments, batch=1):
            runner = super().load(variant, segments, batch)
            return SimpleNamespace(run=partial(self.run, runner), waits=True, device_bytes=0)

        def run(self, runner, images):
            self.libraries = self.libraries or bytearray(b'x') * 50_000_000
            return runner.run(images)

    variants = read_zoo(tiny_zoo)
    networks = ResidentNetworks(variants, tiny_cache, engine=FirstRun(tiny_cache))
    networks.model(variants[0], 1)
    memory = networks.memory[variants[0].name]
    assert memory.kept_bytes + memory.working_bytes < 25_000_000


def test_a_recogniser_is_warmed_up_for_every_number_of_signs(tiny_zoo):
    recogniser = ladder('traffic_sign', tiny_zoo)[0].variants[1]
    batches = []
    runner = SimpleNamespace(run=lambda images: batches.append(len(images)))
    warm_up(Model(recogniser, runner))
    assert batches == [8, 1, 2, 3, 4, 5, 6, 7]


def test_what_runs_take_is_shared(tiny_zoo, tiny_cache, monkeypatch):
    large, small, *_ = read_zoo(tiny_zoo)
    networks = ResidentNetworks([], tiny_cache)
    sizes(monkeypatch, 1000, 1030)
    networks.whole_ns(large)
    sizes(monkeypatch, 0, 0, 2000, 2050)
    networks.model(large, 1)
    sizes(monkeypatch, 0, 0, 3000, 2990)
    networks.model(small, 1)
    assert [each.working_bytes for each in networks.memory.values()] == [80, 80]


def sizes(monkeypatch, *bytes_in_turn):
    """Let the process be so large when it is asked for in turn."""
    asked = iter(bytes_in_turn)
    monkeypatch.setattr('rtmdl_ros.profiling.resident.trimmed_bytes', lambda: next(asked))


def test_the_time_of_a_whole_detector_is_measured_once(tiny_zoo, tiny_cache, monkeypatch):
    variant, *_ = read_zoo(tiny_zoo)
    networks = ResidentNetworks([], tiny_cache)
    taken = iter((7, 3, 5, 4, 6))
    monkeypatch.setattr(
        'rtmdl_ros.profiling.resident._thread_time_of', lambda call: call() and next(taken)
    )
    assert networks.whole_ns(variant) == networks.whole_ns(variant) == 3
    assert not networks.memory, 'it is not kept'


def test_memory_where_the_system_does_not_tell(monkeypatch):
    def refuse():
        raise FileNotFoundError

    assert trimmed_bytes() > 10**6
    monkeypatch.setattr('rtmdl_ros.profiling.resident.resident_bytes', refuse)
    assert trimmed_bytes() == 0


def test_a_cache_that_cannot_be_made(tiny_zoo, tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(EngineError, match='cannot be made'):
        ResidentNetworks(read_zoo(tiny_zoo), tmp_path / 'file' / 'cache')
