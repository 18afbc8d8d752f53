# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The vocabulary of rtmdl_ros as frozen, typed records, and the schema of its parameters.

Imports nothing of the other rooms and, but for reading YAML, nothing but the standard library.
"""
