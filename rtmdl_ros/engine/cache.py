# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks exported to ONNX once and kept in the user's cache folder."""

import hashlib
import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import onnxruntime

from rtmdl_ros.engine.errors import EngineError
from rtmdl_ros.engine.onnx_runner import OnnxRunner
from rtmdl_ros.networks.zoo import Variant

_LOGGER = logging.getLogger(__name__)

#: Raise when the exported graph of the same weights changes, so that old files are left alone.
EXPORT_VERSION = 1


def default_cache_dir() -> Path:
    """Return rtmdl_ros in XDG_CACHE_HOME, or in ~/.cache where that is not set."""
    base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(base) / 'rtmdl_ros'


def ensure_exported(variants: Iterable[Variant], cache_dir: Path) -> None:
    """Export the variants that the cache has no file of, all in one process of its own.

    In a process of its own, because torch would stay in this one's memory: some 400 MB. Raises
    EngineError, naming the file, where the folder cannot be made or an export fails.
    """
    missing = [v for v in variants if not cached_path(v, cache_dir).exists()]
    if missing:
        _export(missing, cache_dir)


def load_runner(variant: Variant, segments: int, cache_dir: Path) -> OnnxRunner:
    """Load a variant in segments, exporting it first where the cache has no usable file of it.

    Raises EngineError, naming the file, where the variant cannot be exported, cut or loaded.
    """
    ensure_exported([variant], cache_dir)
    path = cached_path(variant, cache_dir)
    try:
        # Whole, whatever is wanted: only a file that does not load is worth another export.
        whole = OnnxRunner(path)
    except EngineError as error:
        _LOGGER.warning('%s; exporting it again', error)
        _export([variant], cache_dir)
        whole = OnnxRunner(path)
    return whole if segments == 1 else OnnxRunner(path, segments)


def _export(variants: Sequence[Variant], cache_dir: Path) -> None:
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
            f'{cache_dir}: cannot be made ({error.strerror}); set cache_dir to a folder that can'
        ) from error
    arguments = [
        text
        for v in variants
        for text in (str(v.weights_path.parent.resolve()), v.id, str(cached_path(v, cache_dir)))
    ]
    result = subprocess.run(
        [sys.executable, '-m', 'rtmdl_ros.networks.export', *arguments],
        env=os.environ | {'PYTHONPATH': os.pathsep.join(filter(None, sys.path))},
        cwd=cache_dir,
        capture_output=True,
        text=True,
    )
    if result.returncode != 0:
        reason = (result.stderr.strip().splitlines() or ['no reason given'])[-1]
        raise EngineError(f'export to {cache_dir} failed: {reason}')


def cached_path(variant: Variant, cache_dir: Path) -> Path:
    """Return where the export of a variant lies: the name changes with all it depends on."""
    text = '|'.join(
        (
            str(EXPORT_VERSION),
            variant.weights_sha256,
            f'{variant.width} {variant.depth} {variant.input_height} {variant.input_width}',
            onnxruntime.__version__,
        )
    )
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    return cache_dir.resolve() / f'{variant.network}-{variant.id}-{key}.onnx'
