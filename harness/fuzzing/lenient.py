"""Whether a lenient reader would take a body for a valid one.

engine.md leaves open whether unknown members are refused, and whether numbers and booleans sent as strings
are read; and it does not tell a member that is null from one that is missing. A reader that does all of
that is still a conforming one.
Rule: pure. What is mended is only what such a reader mends; everything else stays wrong.
"""

from __future__ import annotations

import copy
from typing import Any

import jsonschema_rs

ROUNDS = 12
Json = Any  # as json.loads returns it
_WORDS = {"true": True, "false": False, "on": True, "off": False, "yes": True, "no": False}


def leniently_valid(validator: jsonschema_rs.Validator, value: Json) -> bool:
    """Return whether `value` is valid once unknown members, nulls and numbers in strings are mended."""
    value = copy.deepcopy(value)
    for _ in range(ROUNDS):
        errors = list(validator.iter_errors(value))
        if not errors:
            return True
        if sum(_mend(value, error) for error in errors) == 0:
            return False
    return False


def _mend(value: Json, error: jsonschema_rs.ValidationError) -> bool:
    """Mend one error in place; False where a lenient reader would not either, or it is mended already."""
    holder = _at(value, error.instance_path[:-1])
    match error.kind:
        case jsonschema_rs.ValidationErrorKind.AdditionalProperties(
            names
        ) | jsonschema_rs.ValidationErrorKind.UnevaluatedProperties(names):
            return _drop(_at(value, error.instance_path), names)
        case (
            jsonschema_rs.ValidationErrorKind.Type()
            | jsonschema_rs.ValidationErrorKind.AnyOf()
            | jsonschema_rs.ValidationErrorKind.OneOfNotValid()
            | jsonschema_rs.ValidationErrorKind.Enum()
        ) if error.instance_path:
            return _reread(holder, error.instance_path[-1])
        case _:
            return False


def _drop(holder: Json, names: list[str]) -> bool:
    present = [name for name in names if isinstance(holder, dict) and name in holder]
    for name in present:
        del holder[name]
    return bool(present)


def _reread(holder: Json, key: str | int) -> bool:
    """Read one scalar as its string means it; leave out a null."""
    if isinstance(holder, dict) and key in holder and holder[key] is None:
        del holder[key]
        return True
    found = _reading(_at(holder, [key]))
    if found is None:
        return False
    holder[key] = found
    return True


def _reading(scalar: Json) -> int | float | bool | None:
    if isinstance(scalar, str):
        word = scalar.strip().lower()
        return _WORDS[word] if word in _WORDS else _number(word)
    if isinstance(scalar, int | float) and not isinstance(scalar, bool) and scalar in {0, 1}:
        return bool(scalar)
    return None


def _number(text: str) -> int | float | None:
    for read in (int, float):
        try:
            number: int | float = read(text)
        except (ValueError, OverflowError):
            continue
        return number
    return None


def _at(value: Json, path: list[str | int]) -> Json:
    """Return what stands at a path, or None where an earlier mending took it away."""
    for step in path:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return None
    return value
