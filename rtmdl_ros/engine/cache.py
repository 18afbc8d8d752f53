# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks exported to ONNX once and kept in the user's cache folder."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from errno import ENOSPC
from pathlib import Path

import onnxruntime

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.onnx_runner import OnnxRunner
from rtmdl_ros.engine.providers import ON_PROCESSOR, Providers
from rtmdl_ros.networks.network import Network
from rtmdl_ros.workload.short_key import short_key

_LOGGER = logging.getLogger(__name__)

#: Raise when the exported graph of the same weights changes, so that old files are left alone.
EXPORT_VERSION = 1

#: Remedy for a folder that nothing can be written to.
ANOTHER_CACHE = 'set cache_dir to a folder that can be written to and has room'


def default_cache_dir() -> Path:
    """Return rtmdl_ros in XDG_CACHE_HOME, or in ~/.cache where that is not set.

    Raises EngineError where there is no home either.
    """
    try:
        base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    except RuntimeError as error:
        raise EngineError(
            'cache_dir is not set, and this user has no home; set cache_dir or XDG_CACHE_HOME'
        ) from error
    return Path(base) / 'rtmdl_ros'


def cache_dir_of(name: str) -> Path:
    """Return the folder that the parameter cache_dir names; '' stands for the default."""
    return Path(name).expanduser() if name else default_cache_dir()


def is_cached(path: Path) -> bool:
    """Return whether the cache has a file; raises EngineError where it cannot be looked into."""
    try:
        return path.exists()
    except OSError as error:
        raise EngineError(f'{path}: cannot be read ({error.strerror}); {ANOTHER_CACHE}') from error


def ensure_exported(variants: Iterable[Network], cache_dir: Path) -> None:
    """Export the variants that the cache has no file of, all of one kind in one process.

    In a process of its own, because torch would stay in this one's memory: some 400 MB. Raises
    EngineError, naming the file, where the folder cannot be made or an export fails.
    """
    missing = [
        v for v in variants if not v.is_onnx and not is_cached(cached_path(v, cache_dir))
    ]
    if missing:
        _export(missing, cache_dir)


def load_runner(
    variant: Network, segments: int, cache_dir: Path, providers: Providers = ON_PROCESSOR
) -> OnnxRunner:
    """Load a variant in segments, exporting it first where the cache has no usable file of it.

    Raises EngineError, naming the file, where the variant cannot be exported, cut or loaded.
    """
    ensure_exported([variant], cache_dir)
    path = cached_path(variant, cache_dir)
    try:
        return OnnxRunner(path, segments, providers=providers)
    except EngineError as error:
        # Only a file that does not load, whatever is wanted of it, is worth another export.
        if variant.is_onnx or _loads(path):
            raise
        _LOGGER.warning('%s; exporting it again', error)
    _export([variant], cache_dir)
    return OnnxRunner(path, segments, providers=providers)


def _loads(path: Path) -> bool:
    """Return whether a file is a network that runs on the processor, whole."""
    try:
        OnnxRunner(path)
    except EngineError:
        return False
    return True


def _export(variants: Sequence[Network], cache_dir: Path) -> None:
    _LOGGER.info(
        'exporting %d variants of %s to %s, on the first start only',
        len(variants),
        ', '.join(dict.fromkeys(variant.network for variant in variants)),
        cache_dir,
    )
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(
            f'{cache_dir}: cannot be made ({error.strerror}); {ANOTHER_CACHE}'
        ) from error
    for exporter in dict.fromkeys(v.exporter for v in variants):
        _run(exporter, [v for v in variants if v.exporter == exporter], cache_dir)


def _run(exporter: str, variants: Sequence[Network], cache_dir: Path) -> None:
    arguments = [
        text
        for v in variants
        for text in (v.export_source, v.id, str(cached_path(v, cache_dir)))
    ]
    # What this process finds, '' being the folder it is in, the other one finds as well.
    search_path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
    result = subprocess.run(
        [sys.executable, '-m', exporter, *arguments],
        env=os.environ | {'PYTHONPATH': search_path},
        cwd='/',  # where it is started Python looks for modules first
        capture_output=True,
        text=True,
        errors='replace',
    )
    if result.returncode < 0:
        raise EngineError(
            f'export to {cache_dir} failed: killed by signal {-result.returncode}; 9 is mostly for '
            'lack of memory: end other programs and start again'
        )
    if result.returncode > 0:
        reason = (result.stderr.strip().splitlines() or ['no reason given'])[-1]
        if str(cache_dir) in reason or os.strerror(ENOSPC) in reason:
            reason = f'{reason}; {ANOTHER_CACHE}'
        raise EngineError(f'export to {cache_dir} failed: {reason}')


def cached_path(variant: Network, cache_dir: Path) -> Path:
    """Return where the export of a variant lies: the name changes with all it depends on.

    A network that is an ONNX file already stays where it is.
    """
    if variant.is_onnx:
        return variant.weights_path
    text = '|'.join((str(EXPORT_VERSION), variant.export_key, onnxruntime.__version__))
    return cache_dir.resolve() / f'{variant.network}-{variant.id}-{short_key(text)}.onnx'
