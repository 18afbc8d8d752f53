# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Signals that end a program, and those that whoever started it has had ignored."""

import os
import signal

import pytest

from rtmdl_ros.evidence.interruption import interruptible

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.mark.parametrize('number', ENDING)
def test_a_signal_is_as_ctrl_c(number):
    before = signal.signal(number, signal.SIG_DFL)
    try:
        with interruptible() as interruption:
            interruption.check()
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), number)
            # Whoever swallowed it is asked again.
            with pytest.raises(KeyboardInterrupt):
                interruption.check()
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize('number', ENDING)
def test_what_is_ignored_stays_so(number):
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with interruptible() as interruption:
            os.kill(os.getpid(), number)
            interruption.check()
    finally:
        signal.signal(number, before)
