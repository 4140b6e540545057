"""Every rule there is, as a table: its id, its class and its reason.

Rule: an id never changes its meaning; teams name it in their own rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.compatibility.rules.interface import INTERFACE
from contracts.compatibility.rules.messages import MESSAGES
from contracts.compatibility.rules.schemas import SCHEMAS

if TYPE_CHECKING:
    from contracts.compatibility.model import Rule

RULES: Final[dict[str, Rule]] = {rule.id: rule for rule in (*INTERFACE, *MESSAGES, *SCHEMAS)}
