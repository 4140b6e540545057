"""What the consoles on a page of the documentation say: commands, and what they print."""

from __future__ import annotations

import re


def commands(page: str) -> list[tuple[str, str]]:
    """Return every command of the page's consoles with what it is said to print ("…": anything)."""
    told: list[tuple[str, str]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", page, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ "):
                told.append((line[2:], ""))
            elif line.startswith("    "):
                told[-1] = (f"{told[-1][0]}\n{line}", "")
            else:
                told[-1] = (told[-1][0], f"{told[-1][1]}{line}\n")
    return told


def as_told(told: str, printed: str) -> bool:
    """Tell whether a command printed what the page says."""
    pattern = ".*".join(re.escape(part) for part in told.strip().split("…"))
    return re.fullmatch(pattern, printed.strip()) is not None
