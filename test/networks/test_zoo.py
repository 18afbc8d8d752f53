# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Reading a zoo: what is right is read, what is wrong is named with path and remedy."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from rtmdl_ros.networks.zoo import ZooError, default_zoo_dir, read_zoo, sha256_of, write_index

REMEDY = 'reinstall rtmdl_ros or train it anew'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a tiny, right classifier named 'tiny'."""
    folder = tmp_path / 'zoo' / 'tiny'
    folder.mkdir(parents=True)
    write_weights(folder, {'head.weight': np.ones((2, 3)), 'v.statistics': np.ones((2, 5))})
    return folder


def write_weights(folder: Path, tensors: dict[str, Any]) -> None:
    """Write tensors and an index that fits them, with 6 parameters."""
    path = folder / 'w.safetensors'
    save_file({name: value.astype(np.float16) for name, value in tensors.items()}, path)
    write_index(
        folder,
        {
            'format': 2,
            'network': 'tiny',
            'kind': 'classifier',
            'classes': ['a', 'b'],
            'weights': 'w.safetensors',
            'weights_sha256': sha256_of(path),
            'variants': [
                {
                    'id': 'v',
                    'width': 0.5,
                    'depth': 2,
                    'input_height': 16,
                    'input_width': 24,
                    'score_threshold': 0.25,
                    'parameters': 6,
                    'macs': 7,
                    'shared_bytes': 12,
                    'private_bytes': 40,
                    'accuracy': {'val_top1': 0.5},
                }
            ],
        },
    )


def change(folder: Path, **fields: Any) -> None:
    """Change top-level fields of the index, or with the prefix v_ fields of its variant."""
    content = json.loads((folder / 'index.json').read_text())
    for name, value in fields.items():
        target = content['variants'][0] if name.startswith('v_') else content
        target[name.removeprefix('v_')] = value
    (folder / 'index.json').write_text(json.dumps(content))


def error_of(path: Path) -> str:
    """Return the message of the error that reading raises, one line."""
    with pytest.raises(ZooError) as caught:
        read_zoo(path)
    message = str(caught.value)
    assert '\n' not in message
    return message


def test_all_fields_are_read(folder: Path) -> None:
    """From the zoo's folder and from the network's own."""
    (variant,) = read_zoo(folder.parent)
    assert read_zoo(folder) == (variant,)
    assert (variant.network, variant.id, variant.kind) == ('tiny', 'v', 'classifier')
    assert (variant.width, variant.depth) == (0.5, 2)
    assert (variant.input_height, variant.input_width) == (16, 24)
    assert variant.classes == ('a', 'b')
    assert (variant.score_threshold, variant.parameters, variant.macs) == (0.25, 6, 7)
    assert (variant.shared_bytes, variant.private_bytes) == (12, 40)
    assert variant.weights_path == folder / 'w.safetensors'
    assert dict(variant.accuracy) == {'val_top1': 0.5}


def test_the_folder_may_be_where_one_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the network's own folder it is '.'."""
    monkeypatch.chdir(folder)
    assert [variant.network for variant in read_zoo(Path('.'))] == ['tiny']


def test_folder_that_may_not_be_entered_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not all folders of others may be."""

    def refuse(path: Path) -> bool:
        raise PermissionError(13, 'Permission denied', str(path))

    monkeypatch.setattr(Path, 'is_dir', refuse)
    assert error_of(tmp_path) == f'{tmp_path}: cannot be read (Permission denied); give it rights'


def test_missing_folder_is_named(tmp_path: Path) -> None:
    """The user sees which folder was looked for."""
    message = error_of(tmp_path / 'none')
    assert message.startswith(f'{tmp_path / "none"}: ') and 'give the folder' in message


def test_folder_without_network_is_named(tmp_path: Path) -> None:
    """An empty folder is no zoo."""
    message = error_of(tmp_path)
    assert message.startswith(f'{tmp_path}: ') and REMEDY in message


def test_missing_weights_are_named(folder: Path) -> None:
    """The weight file's own path is in the message, and what to do."""
    (folder / 'w.safetensors').unlink()
    message = error_of(folder)
    assert message.startswith(f'{folder / "w.safetensors"}: is missing') and REMEDY in message


def test_weights_of_an_impossible_name_are_named(folder: Path) -> None:
    """A name that is longer than the file system allows."""
    change(folder, weights='w' * 300)
    message = error_of(folder)
    assert message.startswith(f'{folder / ("w" * 300)}: cannot be read (File name too long)')
    assert REMEDY in message


def test_corrupt_weights_are_named(folder: Path) -> None:
    """One flipped bit is found."""
    path = folder / 'w.safetensors'
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    message = error_of(folder)
    assert message.startswith(f'{path}: does not have the checksum') and REMEDY in message


def test_truncated_weights_are_named(folder: Path) -> None:
    """Even where the checksum is made to fit."""
    path = folder / 'w.safetensors'
    path.write_bytes(path.read_bytes()[:20])
    change(folder, weights_sha256=sha256_of(path))
    message = error_of(folder)
    assert message.startswith(f'{path}: is not a safetensors file') and REMEDY in message


@pytest.mark.parametrize(
    ('tensors', 'problem'),
    [
        ({'heat.weight': (2, 3)}, "has no tensor 'head.weight'"),
        ({'head.weight': (3, 2)}, 'head.weight has 3 outputs for 2 classes'),
        ({'head.weight': (2, 3)}, "has no tensor 'v.statistics'"),
        ({'head.weight': (2, 2), 'v.statistics': (2, 5)}, 'has 4 parameters where index.json'),
    ],
)
def test_wrong_shapes_are_named(
    folder: Path, tensors: dict[str, tuple[int, ...]], problem: str
) -> None:
    """Weights of another network do not get as far as the engine."""
    write_weights(folder, {name: np.ones(shape) for name, shape in tensors.items()})
    message = error_of(folder)
    assert message.startswith(f'{folder / "w.safetensors"}: {problem}') and REMEDY in message


@pytest.mark.parametrize(
    ('fields', 'problem'),
    [
        ({'format': 1}, 'format is 1, not 2'),
        ({'network': 'other'}, "network is 'other' in the folder 'tiny'"),
        ({'kind': 'oracle'}, "kind is 'oracle', not one of detector, classifier"),
        ({'classes': ['a', 'a']}, 'classes has the class a twice'),
        ({'classes': 'ab'}, "classes is 'ab', not a list"),
        ({'variants': []}, 'variants has 0 entries, not at least 1'),
        ({'variants': [3]}, 'variants[0] is 3, not an object'),
        ({'v_width': 'wide'}, "variants[0].width is 'wide', not a number"),
        ({'v_depth': 1.5}, 'variants[0].depth is 1.5, not a whole number'),
        (
            {'kind': 'detector', 'v_input_height': 32},
            'input_width is 24 of a detector, no multiple of 32',
        ),
        ({'v_input_height': -1}, 'input_height is -1, not a whole number of at least 8'),
        ({'v_score_threshold': 1.5}, 'score_threshold is 1.5, not a finite number from 0'),
        ({'weights': '../w'}, "weights is '../w', not a name"),
        ({'v_accuracy': {'map': 2}}, '[0].accuracy.map is 2, not a finite number from 0'),
    ],
)
def test_wrong_index_is_named(folder: Path, fields: dict[str, Any], problem: str) -> None:
    """File, field and remedy in one line."""
    change(folder, **fields)
    message = error_of(folder)
    assert message.startswith(f'{folder / "index.json"}: ') and problem in message
    assert ';' in message


def test_variants_of_one_name_are_refused(folder: Path) -> None:
    """Their statistics could not be told apart."""
    content = json.loads((folder / 'index.json').read_text())
    content['variants'] *= 2
    (folder / 'index.json').write_text(json.dumps(content))
    assert 'variants has the id v twice' in error_of(folder)


def test_index_that_is_no_json_is_named(folder: Path) -> None:
    """A half-written file."""
    (folder / 'index.json').write_text('{"format": 2,')
    assert error_of(folder).startswith(f'{folder / "index.json"}: is no JSON')


def test_shipped_zoo_is_whole_and_small() -> None:
    """Three networks, at most 12 MB together, each within its bound."""
    variants = read_zoo(default_zoo_dir())
    assert list(dict.fromkeys(variant.network for variant in variants)) == [
        'traffic_light_detector',
        'traffic_sign_detector',
        'traffic_sign_recogniser',
    ]
    files = {path for v in variants for path in v.weights_path.parent.iterdir()}
    assert sum(path.stat().st_size for path in files) <= 12_000_000
    for folder in {variant.weights_path.parent for variant in variants}:
        content = json.loads((folder / 'index.json').read_text())
        size = sum(path.stat().st_size for path in folder.iterdir())
        assert size <= content['storage_bound_bytes']


def test_reading_needs_no_torch() -> None:
    """The node starts without torch's seconds."""
    code = (
        'import sys, rtmdl_ros.networks.zoo as z, rtmdl_ros.networks.decode;'
        'z.read_zoo(z.default_zoo_dir()); sys.exit("torch" in sys.modules)'
    )
    assert subprocess.run([sys.executable, '-c', code], check=False).returncode == 0
