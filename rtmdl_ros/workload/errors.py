# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""Errors that several rooms speak of."""


class BadInputError(ValueError):
    """A job's input that cannot be worked on; the text says why, so no traceback is needed."""
