"""The keywords of JSON Schema and of OpenAPI's schemas, each family in a module of its own.

Rule: what is not among `KEYWORDS` changes no message and is not compared.
"""

from contracts.compatibility.keywords.alternatives import alternatives, discriminators
from contracts.compatibility.keywords.arrays import arrays
from contracts.compatibility.keywords.bounds import bounds, limits, multiples
from contracts.compatibility.keywords.conditions import conditions, negations
from contracts.compatibility.keywords.notes import defaults, deprecations, outside, xml
from contracts.compatibility.keywords.objects import objects
from contracts.compatibility.keywords.strings import contents, formats, patterns
from contracts.compatibility.keywords.types import forbidden, null, types, values
from contracts.compatibility.pairs import Pair, Steps

KEYWORDS = (
    types,
    null,
    values,
    bounds,
    limits,
    multiples,
    patterns,
    formats,
    contents,
    arrays,
    objects,
    alternatives,
    discriminators,
    conditions,
    negations,
    defaults,
    deprecations,
    xml,
    outside,
)


def steps(pair: Pair) -> Steps:
    """Yield what differs between two schemas and where to look further."""
    if pair.old.forbidden or pair.new.forbidden:
        yield from forbidden(pair)
        return
    for compare in KEYWORDS:
        yield from compare(pair)
