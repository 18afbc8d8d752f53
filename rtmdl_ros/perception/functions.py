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
    return tuple(read_zoo(zoo_dir / network)[0] for network in FUNCTIONS[function].networks)


def make_pipeline(function: str, models: Sequence[Model]) -> Pipeline:
    """Chain a function's networks, given in the order of `variants_of`."""
    return FUNCTIONS[function].make(*models)
