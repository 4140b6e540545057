"""A gate file (TOML): what must be reached before an engine may be released.

Rule: whatever is wrong with it is one line that names the file, the key and the mend; a gate that asks for
nothing is wrong, since it would say yes to anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from harness.processes import ConfigurationError
from harness.targets.keys import unknown_keys
from harness.targets.toml import read_toml

if TYPE_CHECKING:
    from pathlib import Path

Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]


class Floors(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The least share of the contract's points, by kind, in percent; None: no floor."""

    operations: Percent | None = None
    parameters: Percent | None = None
    status_codes: Percent | None = None
    enum_values: Percent | None = None
    branches: Percent | None = None

    def asked(self) -> dict[str, float]:
        """Return the floors that there are."""
        floors = {kind: getattr(self, kind) for kind in self.__struct_fields__}
        return {kind: floor for kind, floor in floors.items() if floor is not None}


class Gate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is asked."""

    contract_coverage: Floors = Floors()


def load_gate(path: Path) -> Gate:
    """Read and check a gate file."""
    raw = read_toml(path)
    for line in unknown_keys(raw, Gate):
        raise ConfigurationError(f"{path}: {line}")
    try:
        gate = msgspec.convert(raw, Gate)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"{path}: {_in_words(str(error))}") from None
    if not gate.contract_coverage.asked():
        raise ConfigurationError(f"{path}: asks for nothing; name a floor in [contract_coverage]")
    return gate


def _in_words(message: str) -> str:
    """Turn "Expected `float` <= 100.0 - at `$.contract_coverage.branches`" round."""
    what, _, where = message.replace("`", "").partition(" - at ")
    key = where.removeprefix("$.")
    kind = "a table" if key == "contract_coverage" else "a number from 0 to 100 (percent)"
    return f"{key}: {what[0].lower()}{what[1:]}; it is {kind}"
