# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""How much memory a process takes."""

import os
from pathlib import Path

_PROC = Path('/proc')


def resident_bytes(process: int | str = 'self', proc: Path = _PROC) -> int:
    """Return the memory of a process, by its number, that is resident (proc(5), statm).

    Raises OSError where the system does not tell, or the process is gone.
    """
    fields = (proc / str(process) / 'statm').read_text(encoding='ascii').split()
    if not fields:
        raise ProcessLookupError(f'process {process} is ending')
    return int(fields[1]) * os.sysconf('SC_PAGE_SIZE')
