# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a scheduler has to give out, and by which rules."""

from dataclasses import dataclass, field

from rtmdl_ros.workload.records import Packing, Policy
from rtmdl_ros.workload.slow_downs import SlowDowns


@dataclass(frozen=True)
class SchedulerSettings:
    """Executors of both kinds, and who gets them.

    Raises ValueError for a count below 1.
    """

    policy: Policy = Policy.FIXED_PRIORITY
    cpu_workers: int = 1
    lanes: int = 1
    packing: Packing = Packing.GUARDED
    #: Of network segments that run at once on two lanes.
    slow_downs: SlowDowns = field(default_factory=SlowDowns)

    def __post_init__(self) -> None:
        """Refuse counts that nothing can run with."""
        for name, count in (('cpu_workers', self.cpu_workers), ('lanes', self.lanes)):
            if count < 1:
                raise ValueError(f'{name} is {count}; at least 1 is needed')
