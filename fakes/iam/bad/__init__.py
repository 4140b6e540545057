"""The catalogue of bad tokens: one file for each family, one visible dict of all.

A new one is a function in its family's file and a line in that family's dict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakes.iam.bad.absent import ABSENT
from fakes.iam.bad.form import FORM
from fakes.iam.bad.header import HEADER
from fakes.iam.bad.misshapen import MISSHAPEN
from fakes.iam.bad.party import PARTY
from fakes.iam.bad.signature import SIGNATURE
from fakes.iam.bad.tampered import TAMPERED
from fakes.iam.bad.time import TIME
from fakes.iam.bad.unicode import UNICODE
from fakes.records import BadToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.iam.bad.flaw import Flaw

FAMILIES: Mapping[str, Mapping[str, Flaw]] = {
    "signature": SIGNATURE,
    "header": HEADER,
    "tampered": TAMPERED,
    "form": FORM,
    "absent": ABSENT,
    "misshapen": MISSHAPEN,
    "unicode": UNICODE,
    "party": PARTY,
    "time": TIME,
}
BAD_TOKENS: Mapping[str, Flaw] = {name: flaw for family in FAMILIES.values() for name, flaw in family.items()}


def catalogue() -> tuple[BadToken, ...]:
    """Return every bad token as the control API tells it."""
    return tuple(
        BadToken(name, family, flaw.story, flaw.reason, flaw.travels)
        for family, flaws in FAMILIES.items()
        for name, flaw in flaws.items()
    )
