# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Exports are made once, found again, and made anew when they are broken."""

import logging
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rtmdl_ros.engine.cache import cached_path, default_cache_dir, ensure_exported, load_runner
from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.networks.zoo import Variant, default_zoo_dir, read_zoo


@pytest.fixture(scope='module')
def recogniser() -> Variant:
    return read_zoo(default_zoo_dir() / 'traffic_sign_recogniser')[-1]


@pytest.fixture(scope='module')
def cache_dir(recogniser: Variant, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache that holds the recogniser."""
    folder = tmp_path_factory.mktemp('cache') / 'new' / 'folder'
    ensure_exported([recogniser], folder)
    return folder


def test_what_is_there_is_not_exported_again(recogniser, cache_dir):
    path = cached_path(recogniser, cache_dir)
    before = path.stat().st_mtime_ns
    runner = load_runner(recogniser, 2, cache_dir)
    assert runner.segments == 2
    assert path.stat().st_mtime_ns == before
    assert [file.name for file in cache_dir.iterdir()] == [path.name]
    shape = (3, recogniser.input_height, recogniser.input_width, 3)
    (probabilities,) = runner.run(np.zeros(shape, np.uint8))
    assert probabilities.shape == (3, 43)
    assert np.allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize(
    ('segments', 'reason'), [(1, 'ONNX Runtime cannot load it'), (2, 'onnx cannot read it')]
)
def test_a_broken_export_is_made_anew(recogniser, cache_dir, caplog, segments, reason):
    path = cached_path(recogniser, cache_dir)
    path.write_bytes(path.read_bytes()[:1000])
    with caplog.at_level(logging.WARNING):
        load_runner(recogniser, segments, cache_dir)
    assert f'{path}: {reason}' in caplog.text
    assert 'exporting it again' in caplog.text
    assert path.stat().st_size > 100_000


def test_a_broken_export_that_cannot_be_replaced_is_named(recogniser, tmp_path):
    path = cached_path(recogniser, tmp_path)
    path.mkdir()
    problem = f'export to {tmp_path} failed: .*{path}.*; set cache_dir to a'
    with pytest.raises(EngineError, match=problem):
        load_runner(recogniser, 1, tmp_path)


def test_a_sound_export_is_left_alone_when_it_cannot_be_cut(recogniser, cache_dir, caplog):
    path = cached_path(recogniser, cache_dir)
    before = path.stat().st_mtime_ns
    with pytest.raises(EngineError, match=f'{path}: cannot be cut into 99 segments'):
        load_runner(recogniser, 99, cache_dir)
    assert path.stat().st_mtime_ns == before
    assert 'exporting' not in caplog.text


def test_the_name_changes_with_weights_and_size(recogniser, cache_dir):
    others = [
        replace(recogniser, weights_sha256='0' * 64),
        replace(recogniser, input_height=48),
        replace(recogniser, width=0.5),
    ]
    paths = {cached_path(variant, cache_dir) for variant in (recogniser, *others)}
    assert len(paths) == 4


def test_a_folder_that_cannot_be_made_is_named(recogniser, tmp_path):
    (tmp_path / 'file').write_text('')
    folder = tmp_path / 'file' / 'cache'
    with pytest.raises(EngineError, match=f'{folder}: cannot be made .* set cache_dir'):
        ensure_exported([recogniser], folder)


def test_a_failed_export_says_why(recogniser, tmp_path):
    missing = replace(recogniser, weights_path=tmp_path / 'gone' / 'weights.safetensors')
    with pytest.raises(EngineError, match=f'export to .* failed: {tmp_path}/gone: is no folder'):
        ensure_exported([missing], tmp_path)


def test_a_killed_export_tells_the_signal(recogniser, tmp_path, monkeypatch):
    executable = tmp_path / 'python'
    executable.write_text('#!/bin/sh\necho "UserWarning: harmless" >&2\nkill -9 $$\n')
    executable.chmod(0o755)
    monkeypatch.setattr('sys.executable', str(executable))
    with pytest.raises(EngineError, match='failed: killed by signal 9; 9 is mostly for lack of'):
        ensure_exported([recogniser], tmp_path)


def test_what_an_export_says_may_be_anything(recogniser, tmp_path, monkeypatch):
    executable = tmp_path / 'python'
    executable.write_bytes(b'#!/bin/sh\necho "caf\xe9" >&2\nexit 1\n')
    executable.chmod(0o755)
    monkeypatch.setattr('sys.executable', str(executable))
    with pytest.raises(EngineError, match=r'failed: caf\ufffd$'):
        ensure_exported([recogniser], tmp_path)


def test_files_in_the_cache_are_not_taken_for_modules(recogniser, tmp_path):
    (tmp_path / 'random.py').write_text('raise RuntimeError("my own random")')
    missing = replace(recogniser, weights_path=tmp_path / 'gone' / 'weights.safetensors')
    with pytest.raises(EngineError, match=f'failed: {tmp_path}/gone: is no folder'):
        ensure_exported([missing], tmp_path)


def test_a_folder_that_may_not_be_entered_is_named(recogniser, monkeypatch):
    def refuse(path):
        raise PermissionError(13, 'Permission denied', str(path))

    monkeypatch.setattr(Path, 'exists', refuse)
    with pytest.raises(EngineError, match=r'/c/.*: cannot be read \(Permission denied\); set'):
        ensure_exported([recogniser], Path('/c'))


def test_the_default_follows_the_users_cache_folder(monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', '/somewhere')
    assert default_cache_dir() == Path('/somewhere/rtmdl_ros')
    monkeypatch.delenv('XDG_CACHE_HOME')
    assert default_cache_dir() == Path.home() / '.cache' / 'rtmdl_ros'


def test_nobody_with_no_home_is_told_what_to_set(monkeypatch):
    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    monkeypatch.delenv('HOME', raising=False)
    monkeypatch.setattr('pwd.getpwuid', lambda uid: {}[uid])  # as in a container: no such user
    with pytest.raises(EngineError, match='this user has no home; set cache_dir or XDG_CACHE_HOME'):
        default_cache_dir()
