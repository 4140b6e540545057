"""docs/compatibility.md lists every rule, its class and its reason, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from contracts.compatibility import RULES

PAGE = Path(__file__).parents[3] / "docs/compatibility.md"


def test_the_page_has_a_row_for_each_rule() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (\w+) \| (.+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)

    assert rows == [(rule.id, rule.level.value, rule.what, rule.why) for rule in RULES.values()]
