"""Write the traceability file and its page anew."""

from __future__ import annotations

from pathlib import Path

from contracts.register import load_register
from contracts.traceability import FILE, load_traceability
from harness.processes import CHECKOUT
from harness.traceability import as_page, as_toml, shown_in, traced

PAGE = Path("docs") / "traceability.md"


def main() -> None:
    """Take the marks as they are now."""
    register = load_register()
    traces = traced(register, shown_in(CHECKOUT / "scenarios"), load_traceability())
    (CHECKOUT / "contracts" / FILE).write_text(as_toml(traces), encoding="utf-8")
    (CHECKOUT / PAGE).write_text(as_page(register, traces), encoding="utf-8")
    print(f"contracts/{FILE} and {PAGE}: {len(traces)} requirements")  # noqa: T201 - what a person asked for


if __name__ == "__main__":
    main()
