# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What sharing weights saves and costs: `make bench-storage` reads it from the zoo's indexes.

What it costs shows beside variants that were trained alone, for as many steps:
`rtmdl scale NETWORK --only ID --out ALONE/ID`, then `make bench-storage ARGS='--alone ALONE'`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rtmdl_ros.bench.command import (
    ExperimentError,
    experiment_parser,
    print_table,
    run_experiment,
    write_json,
)
from rtmdl_ros.networks.zoo import INDEX, Variant, ZooError, by_network, default_zoo_dir, read_zoo
from rtmdl_ros.workload.arguments import path
from rtmdl_ros.workload.checked_json import BadFieldError, Node, parsed

_EXAMPLES = """  make bench-storage
  python3 -m rtmdl_ros.bench.storage --zoo zoo --alone out/alone
"""
#: The figure of each split that tells how good a variant is, the first that it has.
_FIGURES = ('map50', 'gtsdb_map50', 'top1')


@dataclass(frozen=True)
class NetworkStorage:
    """Bytes of one network's variants."""

    network: str
    variants: int
    bound_bytes: int
    #: Weights and index as they are on the disk.
    folder_bytes: int
    weights_bytes: int
    #: What the largest variant alone and all variants as files of their own would take.
    largest_bytes: int
    separate_bytes: int
    #: Operations of the largest variant / those of the least.
    span: float


@dataclass(frozen=True)
class Comparison:
    """A variant as a slice of shared weights and trained alone; shares from 0 to 1."""

    network: str
    variant: str
    split: str
    shared: float
    alone: float


def main(arguments: Sequence[str] | None = None) -> int:
    """Print two tables, write storage.json; returns 0."""
    parser = experiment_parser('storage', __doc__ or '', _EXAMPLES)
    parser.add_argument('--zoo', type=path, default=default_zoo_dir(), help='(default: shipped)')
    parser.add_argument('--alone', type=path, help='folder of zoos with a variant each')
    options = parser.parse_args(arguments)
    return run_experiment(parser, options, lambda: run(options.zoo, options.alone, options.out))


def run(zoo: Path, alone: Path | None, out: Path) -> bool:
    """Print and write; returns True.

    Raises ZooError for a zoo that cannot be read, ExperimentError where `alone` is no folder.
    """
    networks = list(storage_of(zoo))
    print_table(
        'Storage in kB',
        ('network', 'variants', 'file', '+ index', 'bound', 'largest', 'ratio', 'apart', 'span'),
        [_storage_cells(each) for each in networks],
        'Largest: its largest variant alone; ratio: of the file to that; apart: all variants as '
        'files of their own; span: operations of the largest / those of the least.',
    )
    comparisons = list(compared(zoo, alone)) if alone else []
    if comparisons:
        print_table(
            'Trained together and alone',
            ('network', 'variant', 'split', 'together', 'alone', 'points'),
            [_comparison_cells(each) for each in comparisons],
            'mAP@0.5 of detectors, top-1 of the recogniser.',
        )
    content = {
        'networks': [asdict(each) for each in networks],
        'comparisons': [asdict(each) for each in comparisons],
    }
    write_json(out / 'storage.json', content)
    return True


def storage_of(zoo: Path) -> Iterator[NetworkStorage]:
    """Yield the bytes of each network in a zoo. Raises ZooError."""
    for own in by_network(read_zoo(zoo)).values():
        folder = own[0].weights_path.parent
        index = parsed((folder / INDEX).read_text(encoding='utf-8'))
        weights = own[0].weights_path.stat().st_size
        yield NetworkStorage(
            own[0].network,
            len(own),
            _bytes(folder / INDEX, index, 'storage_bound_bytes'),
            weights + (folder / INDEX).stat().st_size,
            weights,
            max(each.shared_bytes + each.private_bytes for each in own),
            _bytes(folder / INDEX, index, 'separate_bytes'),
            own[-1].macs / own[0].macs,
        )


def _bytes(path: Path, index: Node, field: str) -> int:
    try:
        return index.field(field).count(1)
    except BadFieldError as error:
        raise ZooError(path, str(error)) from error


def compared(zoo: Path, alone: Path) -> Iterator[Comparison]:
    """Yield the figures of each variant in the zoos of `alone` beside those of the zoo.

    A split of which one of both has no figure is left out. Raises ExperimentError for no folder.
    """
    if not alone.is_dir():
        raise ExperimentError(f'{alone}: is no folder; give --alone one with zoos in it')
    together = {(each.network, each.id): each for each in read_zoo(zoo)}
    for folder in sorted(each for each in alone.iterdir() if each.is_dir()):
        for variant in read_zoo(folder):
            shared = together.get((variant.network, variant.id))
            if shared is None:
                continue
            for split in ('val', 'test_public'):
                figure = _figure_of(split, shared, variant)
                if figure:
                    both = shared.accuracy[figure], variant.accuracy[figure]
                    yield Comparison(variant.network, variant.id, split, *both)


def _figure_of(split: str, *variants: Variant) -> str | None:
    """Return the name of the first figure of a split that all variants have."""
    names = (f'{split}_{name}' for name in _FIGURES)
    return next((n for n in names if all(n in each.accuracy for each in variants)), None)


def _storage_cells(each: NetworkStorage) -> list[str]:
    sizes = (each.weights_bytes, each.folder_bytes, each.bound_bytes, each.largest_bytes)
    return [
        each.network.removeprefix('traffic_'),
        str(each.variants),
        *(f'{size / 1e3:.0f}' for size in sizes),
        f'{each.weights_bytes / each.largest_bytes:.3f}',
        f'{each.separate_bytes / 1e3:.0f}',
        f'{each.span:.0f}',
    ]


def _comparison_cells(each: Comparison) -> list[str]:
    return [
        each.network.removeprefix('traffic_'),
        each.variant,
        each.split,
        f'{each.shared:.4f}',
        f'{each.alone:.4f}',
        f'{100 * (each.shared - each.alone):+.2f}',
    ]


if __name__ == '__main__':
    sys.exit(main())
