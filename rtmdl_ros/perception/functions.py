# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The functions a task may have, and the networks each of them is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.networks.zoo import Variant, read_zoo
from rtmdl_ros.perception.pipeline import Model, Pipeline
from rtmdl_ros.perception.traffic_light import TrafficLightPipeline
from rtmdl_ros.perception.traffic_sign import TrafficSignPipeline

#: Multiply-accumulate operations of which a core of a car's computer does some tens of images a
#: second; a classifier runs once for each of several signs.
_USUAL_MACS = {'detector': 450_000_000, 'classifier': 15_000_000}


@dataclass(frozen=True)
class _Function:
    networks: tuple[str, ...]
    make: Callable[..., Pipeline]


FUNCTIONS = {
    'traffic_light': _Function(('traffic_light_detector',), TrafficLightPipeline),
    'traffic_sign': _Function(
        ('traffic_sign_detector', 'traffic_sign_recogniser'), TrafficSignPipeline
    ),
}


def variants_of(function: str, zoo_dir: Path) -> tuple[Variant, ...]:
    """Return the variants that a function runs, one of each of its networks, in their order.

    Raises KeyError for an unknown function and ZooError for a network that is missing or broken.
    """
    return tuple(_usual(read_zoo(zoo_dir / network)) for network in FUNCTIONS[function].networks)


def _usual(variants: Sequence[Variant]) -> Variant:
    """Return the largest variant of which a small computer runs some tens a second."""
    quick = [variant for variant in variants if variant.macs <= _USUAL_MACS[variant.kind]]
    return max(quick or variants[:1], key=lambda variant: variant.macs)


def make_pipeline(function: str, models: Sequence[Model]) -> Pipeline:
    """Chain a function's networks, given in the order of `variants_of`."""
    return FUNCTIONS[function].make(*models)
