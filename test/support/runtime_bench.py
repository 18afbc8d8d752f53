# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""A runtime on real threads whose reports can be waited for, and stages for it."""

import threading
import time
from dataclasses import fields
from queue import SimpleQueue

from rtmdl_ros.runtime.runtime import Runtime
from rtmdl_ros.scheduling.settings import SchedulerSettings
from rtmdl_ros.workload.records import Resource, Stage, Task

CPU, LANE = Resource.CPU, Resource.ACCELERATOR
SECOND = 1_000_000_000
PATIENCE_S = 60.0


def chain(name, *resources, deadline_ns=60 * SECOND, **more):
    """Return a task with stages s0, s1, ... on the given resources."""
    stages = tuple(Stage(f's{number}', kind) for number, kind in enumerate(resources))
    return Task(name, stages, SECOND, deadline_ns, **more)


def nothing(payload):
    """Do a stage's work in no time."""


class Bench:
    """A runtime whose reports can be waited for.

    Takes the fields of SchedulerSettings and the other arguments of Runtime alike.
    """

    def __init__(self, **arguments):
        names = {field.name for field in fields(SchedulerSettings)} & set(arguments)
        settings = SchedulerSettings(**{name: arguments.pop(name) for name in names})
        self.reports = SimpleQueue()
        self.runtime = Runtime(settings, **{'on_end': self.reports.put, **arguments})

    def release(self, task, payload=None):
        return self.runtime.release(task, payload, time.monotonic_ns())

    def wait(self, count=1):
        """Return the next `count` reports."""
        return [self.reports.get(timeout=PATIENCE_S) for _ in range(count)]

    def task(self, name):
        (found,) = [t for t in self.runtime.statistics().tasks if t.task == name]
        return found


class Gate:
    """A stage that tells when it has begun and returns when it is opened."""

    def __init__(self):
        self.begun = threading.Event()
        self.open = threading.Event()

    def __call__(self, payload):
        self.begun.set()
        assert self.open.wait(PATIENCE_S)
