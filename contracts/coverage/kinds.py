"""The kinds of points, in the order in which they are told."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a point of a contract is about; a floor can be set for each."""

    OPERATIONS = "operations"
    PARAMETERS = "parameters"
    STATUS_CODES = "status_codes"
    ENUM_VALUES = "enum_values"
    BRANCHES = "branches"
