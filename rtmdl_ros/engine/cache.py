# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Networks exported to ONNX once and kept in the user's cache folder."""

import hashlib
import logging
import os
from pathlib import Path

import onnxruntime

from rtmdl_ros.engine.onnx_runner import EngineError, OnnxRunner
from rtmdl_ros.networks.zoo import Variant

_LOGGER = logging.getLogger(__name__)

#: Raise when the exported graph of the same weights changes, so that old files are left alone.
EXPORT_VERSION = 1


def default_cache_dir() -> Path:
    """Return rtmdl_ros in XDG_CACHE_HOME, or in ~/.cache where that is not set."""
    base = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return Path(base) / 'rtmdl_ros'


def load_runner(variant: Variant, cache_dir: Path) -> OnnxRunner:
    """Load a variant, exporting it first where the cache has no usable file of it.

    torch is imported only for an export. Raises EngineError or ZooError where the variant cannot
    be exported or loaded.
    """
    path = cached_path(variant, cache_dir)
    if path.exists():
        try:
            return OnnxRunner(path)
        except EngineError as error:
            _LOGGER.warning('%s; exporting it again', error)
    _export(variant, path)
    return OnnxRunner(path)


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
    return cache_dir / f'{variant.network}-{variant.id}-{key}.onnx'


def _export(variant: Variant, path: Path) -> None:
    from rtmdl_ros.networks.export import (
        export_onnx,  # imports torch: seconds, and on first start only
    )

    _LOGGER.info('exporting %s %s to %s', variant.network, variant.id, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        export_onnx(variant, path)
    except OSError as error:
        raise EngineError(
            f'{path}: cannot be written ({error.strerror}); set cache_dir to a folder that can'
        ) from error
