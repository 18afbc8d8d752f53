# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C in a terminal, which reaches all processes, some twice."""

import subprocess
import sys

PLANNER = """
import multiprocessing, signal
from rtmdl_ros.node.signals import start_deaf

def is_deaf():
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])

def tell(connection):
    connection.send(is_deaf())

if __name__ == '__main__':
    context = multiprocessing.get_context('spawn')
    results, sender = context.Pipe()
    process = context.Process(target=tell, args=(sender,))
    start_deaf(process)
    print(results.recv(), is_deaf())
    process.join()
"""
ENDING = """
import atexit, os, signal, threading
from rtmdl_ros.node.signals import flagged

# What is registered first is called last.
atexit.register(lambda: print(signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)))
stop = threading.Event()
flagged(stop)
os.kill(os.getpid(), signal.SIGTERM)
print(stop.wait(5))
"""


def output_of(tmp_path, script):
    path = tmp_path / 'script.py'
    path.write_text(script)
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, '')
    return done.stdout.split()


def test_a_process_that_is_started_deaf_is_so_from_its_beginning(tmp_path):
    assert output_of(tmp_path, PLANNER) == ['True', 'False']


def test_signals_set_a_flag_and_nothing_more_when_python_shuts_down(tmp_path):
    assert output_of(tmp_path, ENDING) == ['True', '1', '1']
