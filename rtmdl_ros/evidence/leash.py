# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A program that starts another one in its place, which does not outlive who started it.

It imports nothing of the package: it is run by its path, before anything else is loaded.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

# From Linux' sys/prctl.h.
_PR_SET_PDEATHSIG = 1


def leashed(command: Sequence[str]) -> list[str]:
    """Return the command that runs another, which is killed where this thread ends.

    However it ends: who is killed cannot end its children. The process has the id of the one that
    is started. Elsewhere than on Linux it is not killed.
    """
    return [sys.executable, '-I', '-S', os.path.abspath(__file__), str(os.getpid()), *command]


def main() -> None:
    """Become the command of the arguments, after the id of who started it."""
    parent, *command = sys.argv[1:]
    if sys.platform == 'linux':
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(parent):
            return  # it had ended before
    # What a shell starts in its background ignores it, and with that all that it starts.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execvp(command[0], command)


if __name__ == '__main__':
    main()
