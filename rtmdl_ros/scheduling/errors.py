# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Refusals of the core: each says which rule of its door was broken, and by what."""


class SchedulingError(Exception):
    """Base of all refusals. A refused event has changed nothing in the core."""


class UnknownTaskError(SchedulingError):
    """An event names a task that was not added, or was removed."""


class DuplicateTaskError(SchedulingError):
    """A task of that name exists already."""


class UnknownJobError(SchedulingError):
    """An event names a job that was never released or has ended."""


class JobOrderError(SchedulingError):
    """Job ids must grow from release to release."""


class StageNotRunningError(SchedulingError):
    """The stage reported as finished or failed is not running."""


class TimeOrderError(SchedulingError):
    """Time went backwards, or an event lies after the instant it was reported at."""
