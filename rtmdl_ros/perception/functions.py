# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""The functions a task may have: two shipped ones, and those that users write themselves."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Protocol

from rtmdl_ros.networks.network import Network
from rtmdl_ros.networks.pareto import pareto, thinned
from rtmdl_ros.networks.zoo import INDEX, Variant, ZooError, read_zoo
from rtmdl_ros.perception.own_network import own_networks
from rtmdl_ros.perception.own_pipeline import OwnPipeline
from rtmdl_ros.perception.pipeline import Model, Pipeline
from rtmdl_ros.perception.task import PerceptionTask, TaskError
from rtmdl_ros.perception.task_class import task_class
from rtmdl_ros.perception.traffic_light import TrafficLightPipeline
from rtmdl_ros.perception.traffic_sign import TrafficSignPipeline

#: Multiply-accumulate operations of which a core of a car's computer does some tens of images a
#: second; a classifier runs once for each of several signs.
_USUAL_MACS = {'detector': 450_000_000, 'classifier': 15_000_000}
#: Figures of the validation split that tell a network's accuracy: the first that it has.
_ACCURACY = ('val_figure', 'val_map50', 'val_gtsdb_map50', 'val_top1')
#: Of signs that a frame shows, for the operations that a job takes.
_USUAL_SIGNS = 2


@dataclass(frozen=True)
class FunctionVariant:
    """One way to compute a function: a variant of each of its networks."""

    #: Ids of the networks' variants, joined by '+'.
    name: str
    #: In the order of the function's networks.
    variants: tuple[Network, ...]
    #: Share of right answers, 0 to 1, on the validation split: the product of the networks' own.
    accuracy: float

    @property
    def macs(self) -> int:
        """Multiply-accumulate operations of a frame with two objects to be named; 0: not known."""
        return sum(v.macs * (_USUAL_SIGNS if v.kind == 'classifier' else 1) for v in self.variants)


class Function(Protocol):
    """What a task computes."""

    def ladder(self, zoo_dir: Path, most: int) -> tuple[FunctionVariant, ...]:
        """Return the variants, see `ladder`."""

    def pipeline(self, models: Sequence[Model]) -> Pipeline:
        """Chain the networks of a variant."""


@dataclass(frozen=True)
class ZooFunction:
    """A function whose networks are in the zoo."""

    networks: tuple[str, ...]
    make: Callable[..., Pipeline]

    def ladder(self, zoo_dir: Path, most: int) -> tuple[FunctionVariant, ...]:
        """Return what the zoo has, see `ladder`."""
        networks = [read_zoo(zoo_dir / network) for network in self.networks]
        combined = [_combined(variants) for variants in product(*networks)]
        if len(networks) > 1:
            front = pareto(combined, _macs, _share_right)
            return tuple(thinned(front, most, _macs, _share_right))
        return tuple(sorted(combined, key=lambda c: (c.accuracy, c.macs)))

    def pipeline(self, models: Sequence[Model]) -> Pipeline:
        """Chain the networks."""
        return self.make(*models)


@dataclass(frozen=True)
class OwnFunction:
    """A function that a user wrote."""

    task: type[PerceptionTask]

    def ladder(self, zoo_dir: Path, most: int) -> tuple[FunctionVariant, ...]:
        """Return the variants of the class; nothing of them is in the zoo."""
        return tuple(FunctionVariant(n.id, (n,), n.accuracy) for n in own_networks(self.task))

    def pipeline(self, models: Sequence[Model]) -> Pipeline:
        """Put the class's own methods around its network."""
        (model,) = models
        return OwnPipeline(model)


#: The shipped ones.
FUNCTIONS = {
    'traffic_light': ZooFunction(('traffic_light_detector',), TrafficLightPipeline),
    'traffic_sign': ZooFunction(
        ('traffic_sign_detector', 'traffic_sign_recogniser'), TrafficSignPipeline
    ),
}


def function_of(name: str) -> Function:
    """Return a shipped function, or that of a user's class: see `task_class.task_class`.

    Raises TaskError where there is none of that name.
    """
    return FUNCTIONS.get(name) or OwnFunction(task_class(name))


def ladders(tasks: Mapping[str, str], zoo_dir: Path) -> dict[str, tuple[FunctionVariant, ...]]:
    """Return the variants of the functions that tasks have, given by name, each function once.

    Raises TaskError, naming the parameter, and ZooError: see `ladder`.
    """
    found: dict[str, tuple[FunctionVariant, ...]] = {}
    for task, function in tasks.items():
        try:
            if function not in found:
                found[function] = ladder(function, zoo_dir)
        except TaskError as error:
            raise TaskError(f'{task}.function is {function}: {error}') from error
    return found


def ladder(function: str, zoo_dir: Path, most: int = 16) -> tuple[FunctionVariant, ...]:
    """Return the variants of a function from the least to the most accurate.

    Of a function with one network these are all variants in the zoo. Of several networks they
    are those combinations that no other beats with as few operations, at most `most`. Of a user's
    class they are all that it names.

    Raises TaskError for an unknown function and a class that cannot be used, and ZooError for a
    network that is missing or broken or whose accuracy is not told.
    """
    return function_of(function).ladder(zoo_dir, most)


def _combined(variants: tuple[Variant, ...]) -> FunctionVariant:
    name = '+'.join(variant.id for variant in variants)
    return FunctionVariant(name, variants, prod(map(_accuracy, variants)))


def _macs(choice: FunctionVariant) -> int:
    return choice.macs


def _share_right(choice: FunctionVariant) -> float:
    return choice.accuracy


def _accuracy(variant: Variant) -> float:
    for figure in _ACCURACY:
        if figure in variant.accuracy:
            return variant.accuracy[figure]
    index = variant.weights_path.parent / INDEX
    raise ZooError(
        index, f'accuracy of {variant.id} has none of {", ".join(_ACCURACY)}',
        'train it anew with `rtmdl scale` or write one of them there, from 0 to 1',
    )  # fmt: skip


def usual_variant(function: str, zoo_dir: Path) -> FunctionVariant:
    """Return the variant of a shipped function that a small computer runs well.

    Raises KeyError for another function and ZooError for a network that is missing or broken or
    whose accuracy is not told.
    """
    networks = FUNCTIONS[function].networks
    return _combined(tuple(_usual(read_zoo(zoo_dir / network)) for network in networks))


def _usual(variants: Sequence[Variant]) -> Variant:
    """Return the largest variant of which a small computer runs some tens a second."""
    quick = [variant for variant in variants if variant.macs <= _USUAL_MACS[variant.kind]]
    return max(quick or variants[:1], key=lambda variant: variant.macs)


def make_pipeline(function: str, models: Sequence[Model]) -> Pipeline:
    """Chain a function's networks, given in the order of its variants. Raises as `ladder` does."""
    return function_of(function).pipeline(models)
