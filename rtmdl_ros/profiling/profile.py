# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What is known of the variants on one device: a profile, as records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rtmdl_ros.workload.quantiles import quantile
from rtmdl_ros.workload.records import Resource, Stage, TaskVariant
from rtmdl_ros.workload.slow_downs import SlowDowns

#: A stage's times are kept at 0, 5, ..., 100 % of its measured runs.
STEPS = 20
#: A longest time is not below what one of twenty everyday runs exceeds.
_LONG = 19
#: What ONNX Runtime takes first for all runs together, see `_arena_bytes`.
_FIRST_STEP_BYTES = 2**20


@dataclass(frozen=True)
class StageProfile:
    """How long a stage takes alone, in nanoseconds."""

    name: str
    resource: Resource
    #: The network that it runs a segment of, as 'traffic_light_detector/w100_d1_320x416'; '': none.
    network: str
    #: STEPS + 1 rising times on everyday frames; 0 on those that are done before it.
    quantiles_ns: tuple[int, ...]
    #: What a full scene takes at most, with a margin.
    worst_ns: int

    def stage(self) -> Stage:
        """Return the stage as the scheduler knows it."""
        reached = [time_ns for time_ns in self.quantiles_ns if time_ns > 0]
        return Stage(
            self.name,
            self.resource,
            optimistic_ns=self.quantiles_ns[0],
            worst_ns=max(self.worst_ns, self.quantiles_ns[_LONG]),
            segment=self.network,
            typical_ns=quantile(reached, 0.5) if reached else 0,
        )


@dataclass(frozen=True)
class VariantProfile:
    """One way to do the jobs of a function."""

    #: Ids of its networks' variants, joined by '+'.
    name: str
    #: Share of right answers, 0 to 1, on the validation split.
    accuracy: float
    #: Names of its networks, as in StageProfile.network.
    networks: tuple[str, ...]
    stages: tuple[StageProfile, ...]

    def segments(self, network: str) -> int:
        """Return into how many segments one of its networks is cut, by its name."""
        return sum(stage.network == network for stage in self.stages)

    def variant(self) -> TaskVariant:
        """Return the variant as the scheduler knows it."""
        return TaskVariant(self.name, tuple(s.stage() for s in self.stages), self.accuracy)


@dataclass(frozen=True)
class NetworkProfile:
    """What a variant of a network costs while it is there."""

    #: Memory that it takes as long as it is loaded.
    memory_bytes: int
    #: Of its zoo file: what it shares with the network's other variants, and what is its own.
    shared_bytes: int
    private_bytes: int
    #: Memory that it takes while it runs, the same for all that run one after the other.
    working_bytes: int = 0
    #: How much of the network's weights it is a slice of; 0 both: it has a file of its own.
    width: float = 0.0
    depth: int = 0


@dataclass(frozen=True)
class Profile:
    """All that was measured on one device."""

    #: What must be the same where the profile is used: cores, versions, zoo and so on.
    device: Mapping[str, str]
    #: By function (see `perception.functions`), from the least to the most accurate variant.
    functions: Mapping[str, tuple[VariantProfile, ...]]
    #: By name, as in StageProfile.network.
    networks: Mapping[str, NetworkProfile]
    #: Of pairs of networks, by their names: the measured ones and, marked so, predicted ones.
    slow_downs: SlowDowns = field(default_factory=SlowDowns)

    def of(self, variants: Mapping[str, Collection[str]]) -> Profile:
        """Return a profile of some functions with some of their variants, by name."""
        functions = {
            function: tuple(each for each in self.functions[function] if each.name in names)
            for function, names in variants.items()
        }
        return replace(self, functions=functions)

    def slowed(self, slowness: Mapping[Resource, float]) -> Profile:
        """Return the profile of this device when its resources take so many times as long."""
        functions = {
            function: tuple(_slowed(variant, slowness) for variant in variants)
            for function, variants in self.functions.items()
        }
        return replace(self, functions=functions)

    def storage_of(self, networks: Iterable[str]) -> int:
        """Return the bytes of zoo files that hold just these networks, given by name.

        Variants of one network are slices of weights that are as wide as the widest and as deep as
        the deepest of them: these count once.
        """
        slices: dict[str, list[NetworkProfile]] = {}
        private = 0
        for name in set(networks):
            slices.setdefault(name.partition('/')[0], []).append(self.networks[name])
            private += self.networks[name].private_bytes
        return private + sum(self._shared_by(network, own) for network, own in slices.items())

    def _shared_by(self, network: str, slices: Sequence[NetworkProfile]) -> int:
        """Return the bytes of weights that some slices are in, by the variants of a network."""
        width = max(each.width for each in slices)
        depth = max(each.depth for each in slices)
        around = (
            each.shared_bytes
            for name, each in self.networks.items()
            if name.partition('/')[0] == network and each.width >= width and each.depth >= depth
        )
        apart = sum(each.shared_bytes for each in slices)
        return max(min(around, default=apart), *(each.shared_bytes for each in slices))

    def memory_of(self, networks: Iterable[str], lanes: int) -> int:
        """Return the bytes of memory that these networks take, given by name, run on some lanes."""
        profiles = [self.networks[name] for name in set(networks)]
        working = max((profile.working_bytes for profile in profiles), default=0)
        return sum(profile.memory_bytes for profile in profiles) + _arena_bytes(lanes * working)

    def stage_times(self, function: str) -> dict[str, tuple[tuple[int, ...], ...]]:
        """Return quantiles in ns of each stage of a function's variants, by variant.

        Raises KeyError for an unknown function.
        """
        return {
            variant.name: tuple(stage.quantiles_ns for stage in variant.stages)
            for variant in self.functions[function]
        }

    def segments(self, function: str, variant: str) -> int:
        """Return into how many segments the first network of a variant was cut.

        Raises KeyError for an unknown function and StopIteration for an unknown variant.
        """
        profile = next(each for each in self.functions[function] if each.name == variant)
        return profile.segments(profile.networks[0])


def _arena_bytes(working_bytes: int) -> int:
    """Return what ONNX Runtime takes to have so much: 1 MiB first, then each time twice as much."""
    taken = 0
    step = _FIRST_STEP_BYTES
    while taken < working_bytes:
        taken += step
        step *= 2
    return taken


def _slowed(variant: VariantProfile, slowness: Mapping[Resource, float]) -> VariantProfile:
    stages = []
    for stage in variant.stages:
        factor = slowness[stage.resource]
        times = tuple(round(time_ns * factor) for time_ns in stage.quantiles_ns)
        stages.append(
            replace(stage, quantiles_ns=times, worst_ns=round(stage.worst_ns * factor))
        )
    return replace(variant, stages=tuple(stages))
