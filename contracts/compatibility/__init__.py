"""Whether clients of one version of an API can go on with another: every change, its rule and its class.

Rule: nothing here knows engines or the network; a comparison is a pure function of two descriptions.
"""

from contracts.compatibility.comparing import compare
from contracts.compatibility.model import ABSENT, Change, Effect, Level, Rule, Side, Spot
from contracts.compatibility.nodes import Description, DocumentError, Node
from contracts.compatibility.reading import LARGEST, description_of, parse_description, read_description
from contracts.compatibility.rules import RULES

__all__ = [
    "ABSENT",
    "LARGEST",
    "RULES",
    "Change",
    "Description",
    "DocumentError",
    "Effect",
    "Level",
    "Node",
    "Rule",
    "Side",
    "Spot",
    "compare",
    "description_of",
    "parse_description",
    "read_description",
]
