# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Entry of the node: `rtmdl_node`, also `python3 -m rtmdl_ros`."""

import sys
from collections.abc import Sequence

from rtmdl_ros.runtime.heap import share_heap
from rtmdl_ros.runtime.real_time import calm_openmp


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM.

    Returns 0, 1 where a package is missing, or 2 for a wrong parameter.
    """
    share_heap()
    calm_openmp()
    try:
        # Not before: libraries that bring OpenMP along read its variables when they are loaded.
        from rtmdl_ros.node.process import run
    except KeyboardInterrupt:  # that takes a second
        return 0
    except ModuleNotFoundError as error:
        remedy = '". venv/bin/activate" or ". ./env.sh" first, see the README'
        if error.name == 'rtmdl_ros.msg':  # they are built, the sources have none
            remedy = f'{remedy}, and start it from another folder than that of the sources'
        elif str(error.name).startswith('rtmdl_ros'):
            raise
        print(f'rtmdl: {error}: {remedy}', file=sys.stderr)
        return 1
    return run(args)


if __name__ == '__main__':
    sys.exit(main())
