# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Export of the torch modules of a task of one's own to ONNX."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rtmdl_ros.perception.own_network import OwnNetwork, own_networks
from rtmdl_ros.perception.task import TaskError
from rtmdl_ros.perception.task_class import task_class
from rtmdl_ros.workload.errors import in_one_line


def export_own(network: OwnNetwork, path: Path) -> None:
    """Write the module of a network as an ONNX file, atomically; its input is of fixed shape.

    Raises TaskError, naming the class, where it cannot be made or exported.
    """
    place = f'{network.network}.network ({network.id})'
    example = network.example(1)
    try:
        from rtmdl_ros.networks.export import export_module

        export_module(network.task.network(), example, path)
    except ImportError as error:
        raise TaskError(
            f'{place} cannot be exported: {in_one_line(error)}; install it, or export the network '
            'elsewhere and name the file in onnx_file'
        ) from error
    except (Exception, SystemExit) as error:
        raise TaskError(
            f'{place} cannot be exported: {in_one_line(error)}; correct it, and see that the '
            'files and weights are there that it reads or downloads'
        ) from error


def main(arguments: Sequence[str]) -> int:
    """Export networks, given as triples: dotted name of the class, id of the variant, path.

    The engine runs this in a process of its own. Returns 1, with one line, on failure.
    """
    try:
        for name, variant_id, path in zip(*[iter(arguments)] * 3, strict=True):
            (network,) = (n for n in own_networks(task_class(name)) if n.id == variant_id)
            export_own(network, Path(path))
    except TaskError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    # Not sys.exit: torch's compiler, which the exporter loads, ends with a page of warnings.
    sys.stderr.flush()
    os._exit(main(sys.argv[1:]))
