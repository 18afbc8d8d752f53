# Copyright 2026 rtmdl_ros developers
# SPDX-License-Identifier: Apache-2.0
"""What a schema of parameters is made of, and the checks that refuse wrong names and values."""

import difflib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

#: From this likeness on two names are one that is misspelt, 0 to 1.
_SAME_NAME = 0.9

Value = bool | int | float | str | tuple[str, ...]


class ParameterError(ValueError):
    """A parameter that does not exist or whose value cannot be used; the text names it."""


@dataclass(frozen=True)
class Rules:
    """What a parameter may hold and what it means."""

    description: str
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[str, ...] = ()
    #: False where a change needs a new configure.
    dynamic: bool = False


def parameter(default: Value, description: str, **rules: Any) -> Any:
    """Return the field of a parameter; `rules` are those of `Rules` beside the description."""
    return field(default=default, metadata={'schema': (default, Rules(description, **rules))})


@dataclass(frozen=True)
class ParameterRecord:
    """Base of the records of a schema; each field is a `parameter`."""


Record = TypeVar('Record', bound=ParameterRecord)


def rules_of(record: type[ParameterRecord]) -> dict[str, tuple[Value, Rules]]:
    """Return default and rules of every parameter of a record, by name."""
    return {f.name: f.metadata['schema'] for f in fields(record)}


#: What values of a type are called where another one was given.
_WORDS = {
    bool: 'true or false',
    int: 'a whole number, without a point or quotes',
    float: 'a number, without quotes',
    str: 'a text',
}


def checked(name: str, value: object, default: Value, rules: Rules) -> Value:
    """Return the value in the type of the default.

    Whole numbers are taken where fractions are expected, lists where tuples are.

    Raises ParameterError, naming the parameter and what it may hold.
    """
    if isinstance(default, tuple):
        return _checked_names(name, value, rules)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        _refuse_outside(name, value, rules)  # before: it may be too large for any float
        value = float(value)
    if type(value) is not type(default):
        # A shell eats the outer quotes, and YAML takes a bare number for one.
        quotes = f"; write '{value}' in a file, \"'{value}'\" after -p"
        quoted = quotes if isinstance(default, str) and type(value) in (int, float) else ''
        raise ParameterError(f'{name} is {value!r}; it must be {_WORDS[type(default)]}{quoted}')
    if isinstance(value, (int, float)):
        _refuse_outside(name, value, rules)
    if rules.choices and value not in rules.choices:
        choices = ', '.join(repr(choice) for choice in rules.choices)
        raise ParameterError(f'{name} is {value!r}; it must be one of {choices}')
    return value


def _refuse_outside(name: str, value: float, rules: Rules) -> None:
    if not rules.minimum <= value <= rules.maximum:
        raise ParameterError(
            f'{name} is {value}; it must be from {rules.minimum:g} to {rules.maximum:g}'
        )


def _checked_names(name: str, value: object, rules: Rules) -> tuple[str, ...]:
    if value in (None, [], ()):  # ROS takes an empty list for nothing
        raise ParameterError(f'{name} is empty; name at least one')
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        raise ParameterError(f'{name} is {value!r}; it must be a list of names')
    for entry in value:
        if not (entry.isidentifier() and entry.isascii()):
            raise ParameterError(
                f'{name} holds {entry!r}; names are letters (a to z), digits and _, not first a '
                'digit'
            )
        if rules.choices and entry not in rules.choices:
            choices = ', '.join(repr(choice) for choice in rules.choices)
            raise ParameterError(f'{name} holds {entry!r}; give some of {choices}')
    if len(set(value)) < len(value):
        raise ParameterError(f'{name} is {list(value)}; a name stands there twice')
    return tuple(value)


def record_of(record: type[Record], values: Mapping[str, object], prefix: str = '') -> Record:
    """Build a record from values by full name (with prefix); defaults fill what is absent.

    Raises ParameterError for a value that cannot be used.
    """
    fields_of_record: dict[str, Any] = {
        name: checked(prefix + name, values.get(prefix + name, default), default, rules)
        for name, (default, rules) in rules_of(record).items()
    }
    return record(**fields_of_record)


def refuse_unknown(names: Iterable[str], known: Iterable[str]) -> None:
    """Raise ParameterError for the first name that is not known, with the nearest one that is."""
    known = tuple(known)
    for name in names:
        if name not in known:
            whole = [each for each in known if each.endswith(f'.{name}')]
            near = difflib.get_close_matches(name, known, n=1)
            hint = f'; did you mean {near[0]}?' if near else ''
            hint = f'; write whose it is: {" or ".join(whole)}' if whole else hint
            hint = _of_nobody(name, known) or hint
            raise ParameterError(f'there is no parameter {name}{hint}')


def _of_nobody(name: str, known: Iterable[str]) -> str:
    """Return what to do about a field of a task or camera that there is not; '' for others."""
    owner, _, field_name = name.partition('.')
    others = {whose for whose, _, own in (each.partition('.') for each in known) if own}
    fields_known = {each.partition('.')[2] for each in known}
    is_misspelt = difflib.get_close_matches(owner, others, n=1, cutoff=_SAME_NAME)
    if not field_name or field_name not in fields_known or owner in others or is_misspelt:
        return ''
    return (
        f', as {owner} is neither in tasks nor in cameras: add it there, or remove what begins '
        f'with {owner}'
    )
