"""How a run was narrowed: as the options that did it, so that the record is readable and can be read back."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for; nothing named means everything."""

    requirements: tuple[str, ...] = ()
    keyword: str = ""
    suites: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Tell whether scenarios of an asked requirement may have been left out: then nothing is verified."""
        return bool(self.keyword or self.suites)

    def asks_for(self, requirement: str) -> bool:
        """Tell whether a requirement was asked for."""
        return not self.requirements or requirement in self.requirements

    def as_text(self) -> str:
        """Return the options.

        >>> Selection(("FR-6",), "dual channel").as_text()
        "--requirement FR-6 -k 'dual channel'"
        """
        named = [part for requirement in self.requirements for part in ("--requirement", requirement)]
        keyword = ["-k", self.keyword] if self.keyword else []
        suites = [part for suite in self.suites for part in ("--suite", suite)]
        return shlex.join([*named, *keyword, *suites])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read the options back."""
        words = iter(shlex.split(text))
        pairs = list(zip(words, words, strict=True))
        return cls(
            tuple(value for option, value in pairs if option == "--requirement"),
            next((value for option, value in pairs if option == "-k"), ""),
            tuple(value for option, value in pairs if option == "--suite"),
        )
