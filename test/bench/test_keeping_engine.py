# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks that are loaded once."""

import pytest

from rtmdl_ros.bench.keeping_engine import KeepingEngine
from rtmdl_ros.engine.engine import OnnxEngine
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.networks.zoo import read_zoo


def test_each_cut_is_loaded_once_and_all_else_is_the_engines(tiny_zoo, cache_dir, monkeypatch):
    detector = next(v for v in read_zoo(tiny_zoo) if v.kind == 'detector')
    engine = OnnxEngine(cache_dir)
    keeping = KeepingEngine(engine)
    keeping.prepare([detector])
    whole, cut = keeping.load(detector, 1), keeping.load(detector, 2)
    assert (whole.segments, cut.segments) == (1, 2)
    monkeypatch.setattr(engine, 'load', None)
    assert keeping.load(detector, 1) is whole and keeping.load(detector, 2) is cut
    assert keeping.fields() == engine.fields()
    assert not keeping.waits and keeping.takes_own_memory(detector)
    assert keeping.stored_bytes(detector) == engine.stored_bytes(detector)
    assert keeping.least_bytes(detector) == engine.least_bytes(detector) > 0


def test_what_cannot_be_loaded_is_tried_again(tiny_zoo, cache_dir, monkeypatch):
    detector = next(v for v in read_zoo(tiny_zoo) if v.kind == 'detector')
    engine = OnnxEngine(cache_dir)
    keeping = KeepingEngine(engine)

    def full(*_):
        raise EngineError('the GPU has no memory left')

    with monkeypatch.context() as patch, pytest.raises(EngineError, match='no memory left'):
        patch.setattr(engine, 'load', full)
        keeping.load(detector, 1)
    keeping.prepare([detector])
    assert keeping.load(detector, 1).segments == 1
