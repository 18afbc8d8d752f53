# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The scheduling core: a state machine without threads, clocks or I/O (as h11 is to HTTP).

Events with integer-nanosecond times go in, commands come out (`rtmdl_ros.scheduling.core.Core`).
The real-time runtime and the virtual-time simulation are two thin drivers of it. Imports
`workload` and the standard library only.
"""
