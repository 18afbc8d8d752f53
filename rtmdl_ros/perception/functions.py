# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The functions a task may have, and the networks each of them is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rtmdl_ros.networks.zoo import Variant, read_zoo
from rtmdl_ros.perception.pipeline import Model, Pipeline, Runner
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


def load_pipeline(function: str, zoo_dir: Path, load: Callable[[Variant], Runner]) -> Pipeline:
    """Read a function's networks from the zoo, load them and chain them.

    Raises KeyError for an unknown function, ZooError for a network that is missing or broken, and
    what `load` raises.
    """
    parts = FUNCTIONS[function]
    return parts.make(*(_model(zoo_dir / network, load) for network in parts.networks))


def _model(directory: Path, load: Callable[[Variant], Runner]) -> Model:
    variant = read_zoo(directory)[0]
    return Model(variant, load(variant))
