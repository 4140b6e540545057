"""What schemathesis alone caught of the same defects: the measure beside ours, read for the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.processes import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CAUGHT, MISSED = "caught", "missed"


class Fate(msgspec.Struct, frozen=True):
    """What became of a defect there."""

    fate: str


class Alone(msgspec.Struct, frozen=True):
    """The file of `benchmarks.schemathesis_alone`, as far as it is told of."""

    schemathesis: str
    defects: dict[str, Fate]

    def caught_of(self, names: Iterable[str]) -> str:
        """Return how many of these defects it caught, of those that it looked at."""
        fates = [self.defects[name].fate for name in names if name in self.defects]
        return f"{fates.count(CAUGHT)} of {fates.count(CAUGHT) + fates.count(MISSED)}"


def read_alone(path: Path) -> Alone:
    """Read what was measured."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Alone)
    except (OSError, msgspec.DecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error).replace("`", "")
        raise ConfigurationError(f"{path}: holds no numbers of schemathesis alone ({why})") from None
