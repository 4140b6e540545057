"""One pair of schemas for each rule of schemas, one change each, and the class on either side.

The two letters are the classes of a request and of a response: B breaking, R risky, S safe, - no such rule.
"""

from __future__ import annotations

from typing import Any

CAT, DOG = {"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}
STRING, INTEGER, ARRAY, OBJECT = ({"type": name} for name in ("string", "integer", "array", "object"))
A = {"type": "object", "properties": {"a": STRING}}
NONE: dict[str, Any] = {}


def of(base: dict[str, Any], **members: object) -> dict[str, Any]:
    return {**base, **members}


def needing(*names: str) -> dict[str, Any]:
    return of(A, required=list(names))


def pets(**discriminator: object) -> dict[str, Any]:
    return {"oneOf": [CAT, DOG], **({"discriminator": discriminator} if discriminator else {})}


LONG = {"type": "string", "minLength": 3}
IF_A = {"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}}

SCHEMA_PAIRS: tuple[tuple[str, str, Any, Any], ...] = (
    ("type-narrowed", "BS", {"type": ["string", "integer"]}, STRING),
    ("type-widened", "SB", STRING, {"type": ["string", "integer"]}),
    ("type-changed", "BB", STRING, INTEGER),
    ("null-allowed", "SB", STRING, {"type": ["string", "null"]}),
    ("null-refused", "BS", {"type": ["string", "null"]}, STRING),
    ("enum-added", "BS", STRING, of(STRING, enum=["a", "b"])),
    ("enum-removed", "SB", of(STRING, enum=["a", "b"]), STRING),
    ("enum-value-added", "SB", of(STRING, enum=["a", "b"]), of(STRING, enum=["a", "b", "c"])),
    ("enum-value-removed", "BS", of(STRING, enum=["a", "b", "c"]), of(STRING, enum=["a", "b"])),
    ("const-changed", "BB", {"const": "a"}, {"const": "b"}),
    ("schema-forbidden", "BS", NONE, False),
    ("schema-permitted", "SB", {"not": {}}, STRING),
    ("min-length-raised", "BS", STRING, LONG),
    ("min-length-lowered", "SB", LONG, of(STRING, minLength=2)),
    ("max-length-lowered", "BS", of(STRING, maxLength=9), of(STRING, maxLength=8)),
    ("max-length-raised", "SB", of(STRING, maxLength=9), STRING),
    ("minimum-raised", "BS", of(INTEGER, minimum=1), of(INTEGER, minimum=2)),
    ("minimum-lowered", "SB", of(INTEGER, exclusiveMinimum=1), of(INTEGER, minimum=1)),
    ("maximum-lowered", "BS", of(INTEGER, maximum=9), of(INTEGER, exclusiveMaximum=9)),
    ("maximum-raised", "SB", of(INTEGER, maximum=9), INTEGER),
    ("multiple-of-narrowed", "BS", of(INTEGER, multipleOf=2), of(INTEGER, multipleOf=4)),
    ("multiple-of-widened", "SB", {"type": "number", "multipleOf": 0.1}, {"type": "number"}),
    ("multiple-of-changed", "BB", of(INTEGER, multipleOf=2), of(INTEGER, multipleOf=3)),
    ("pattern-added", "BS", STRING, of(STRING, pattern="^a")),
    ("pattern-removed", "SB", of(STRING, pattern="^a"), STRING),
    ("pattern-changed", "RR", of(STRING, pattern="^a"), of(STRING, pattern="^b")),
    ("format-narrowed", "BS", of(INTEGER, format="int64"), of(INTEGER, format="int32")),
    ("format-widened", "SB", of(STRING, format="date"), STRING),
    ("format-changed", "BB", of(STRING, format="date"), of(STRING, format="date-time")),
    ("content-encoding-changed", "BB", STRING, of(STRING, contentEncoding="base64")),
    (
        "content-media-type-changed",
        "BB",
        of(STRING, contentMediaType="a/b"),
        of(STRING, contentMediaType="a/c"),
    ),
    ("min-items-raised", "BS", of(ARRAY, minItems=1), of(ARRAY, minItems=2)),
    ("min-items-lowered", "SB", of(ARRAY, minItems=1), ARRAY),
    ("max-items-lowered", "BS", ARRAY, of(ARRAY, maxItems=2)),
    ("max-items-raised", "SB", of(ARRAY, maxItems=2), of(ARRAY, maxItems=3)),
    ("items-forbidden", "BS", of(ARRAY, prefixItems=[STRING]), of(ARRAY, prefixItems=[STRING], items=False)),
    ("items-permitted", "SB", of(ARRAY, prefixItems=[STRING], items=False), of(ARRAY, prefixItems=[STRING])),
    ("unique-items-added", "BS", ARRAY, of(ARRAY, uniqueItems=True)),
    ("unique-items-removed", "SB", of(ARRAY, uniqueItems=True), of(ARRAY, uniqueItems=False)),
    ("contains-added", "BS", ARRAY, of(ARRAY, contains=STRING)),
    ("contains-removed", "SB", of(ARRAY, contains=STRING), ARRAY),
    ("contains-changed", "RR", of(ARRAY, contains=STRING), of(ARRAY, contains=INTEGER)),
    ("min-contains-raised", "BS", of(ARRAY, contains=STRING), of(ARRAY, contains=STRING, minContains=2)),
    ("min-contains-lowered", "SB", of(ARRAY, contains=STRING), of(ARRAY, contains=STRING, minContains=0)),
    ("max-contains-lowered", "BS", of(ARRAY, contains=STRING), of(ARRAY, contains=STRING, maxContains=2)),
    ("max-contains-raised", "SB", of(ARRAY, contains=STRING, maxContains=2), of(ARRAY, contains=STRING)),
    ("unevaluated-items-narrowed", "BS", ARRAY, of(ARRAY, unevaluatedItems=False)),
    ("unevaluated-items-widened", "SB", of(ARRAY, unevaluatedItems=STRING), ARRAY),
    (
        "unevaluated-items-changed",
        "RR",
        of(ARRAY, unevaluatedItems=STRING),
        of(ARRAY, unevaluatedItems=INTEGER),
    ),
    ("property-became-required", "BS", A, needing("a")),
    ("property-became-optional", "SB", needing("a"), A),
    ("additional-properties-forbidden", "BS", A, of(A, additionalProperties=False)),
    (
        "additional-properties-permitted",
        "SR",
        of(A, additionalProperties=False),
        of(A, additionalProperties=True),
    ),
    ("pattern-property-narrowed", "BS", A, of(A, patternProperties={"^x": STRING})),
    (
        "pattern-property-widened",
        "SB",
        of(A, additionalProperties=False),
        of(A, additionalProperties=False, patternProperties={"^x": STRING}),
    ),
    (
        "pattern-property-changed",
        "RR",
        of(A, additionalProperties=STRING),
        of(A, additionalProperties=STRING, patternProperties={"^x": INTEGER}),
    ),
    ("property-names-added", "BS", A, of(A, propertyNames=of(STRING, maxLength=9))),
    ("property-names-removed", "SB", of(A, propertyNames=of(STRING, maxLength=9)), A),
    ("min-properties-raised", "BS", A, of(A, minProperties=1)),
    ("min-properties-lowered", "SB", of(A, minProperties=2), of(A, minProperties=1)),
    ("max-properties-lowered", "BS", A, of(A, maxProperties=3)),
    ("max-properties-raised", "SB", of(A, maxProperties=3), of(A, maxProperties=4)),
    ("dependent-required-added", "BS", A, of(A, dependentRequired={"a": ["b"]})),
    ("dependent-required-removed", "SB", of(A, dependentRequired={"a": ["b"]}), A),
    ("dependent-schema-added", "BS", A, of(A, dependentSchemas={"a": {"minProperties": 2}})),
    ("dependent-schema-removed", "SB", of(A, dependentSchemas={"a": {"minProperties": 2}}), A),
    ("unevaluated-properties-narrowed", "BS", A, of(A, unevaluatedProperties=False)),
    ("unevaluated-properties-widened", "SR", of(A, unevaluatedProperties=False), A),
    (
        "unevaluated-properties-changed",
        "RR",
        of(A, unevaluatedProperties=STRING),
        of(A, unevaluatedProperties=INTEGER),
    ),
    ("any-of-added", "BS", OBJECT, of(OBJECT, anyOf=[CAT, DOG])),
    ("any-of-removed", "SB", of(OBJECT, anyOf=[CAT, DOG]), OBJECT),
    ("any-of-branch-added", "SB", {"anyOf": [CAT, DOG]}, {"anyOf": [CAT, DOG, LONG]}),
    ("any-of-branch-removed", "BS", {"anyOf": [CAT, DOG, LONG]}, {"anyOf": [CAT, DOG]}),
    ("one-of-added", "BS", OBJECT, of(OBJECT, oneOf=[CAT, DOG])),
    ("one-of-removed", "SB", of(OBJECT, oneOf=[CAT, DOG]), OBJECT),
    ("one-of-branch-added", "SB", {"oneOf": [CAT, DOG]}, {"oneOf": [CAT, DOG, LONG]}),
    ("one-of-branch-removed", "BS", {"oneOf": [CAT, DOG, LONG]}, {"oneOf": [CAT, LONG]}),
    ("any-of-became-one-of", "BS", {"anyOf": [CAT, DOG]}, {"oneOf": [CAT, DOG]}),
    ("one-of-became-any-of", "SB", {"oneOf": [CAT, DOG]}, {"anyOf": [CAT, DOG]}),
    ("conditional-added", "BS", OBJECT, IF_A),
    ("conditional-removed", "SB", IF_A, OBJECT),
    ("conditional-changed", "RR", IF_A, of(IF_A, **{"if": {"required": ["c"]}})),
    ("not-added", "BS", STRING, of(STRING, **{"not": LONG})),
    ("not-removed", "SB", of(STRING, **{"not": LONG}), STRING),
    ("not-changed", "RR", of(STRING, **{"not": LONG}), of(STRING, **{"not": {"const": "x"}})),
    ("discriminator-added", "RS", pets(), pets(propertyName="kind")),
    ("discriminator-removed", "SR", pets(propertyName="kind"), pets()),
    ("discriminator-property-changed", "BB", pets(propertyName="kind"), pets(propertyName="sort")),
    (
        "discriminator-mapping-added",
        "SB",
        pets(propertyName="kind"),
        pets(propertyName="kind", mapping={"tom": "#/components/schemas/Cat"}),
    ),
    (
        "discriminator-mapping-removed",
        "BS",
        pets(propertyName="kind", mapping={"tom": "Cat", "rex": "Dog"}),
        pets(propertyName="kind", mapping={"rex": "Dog"}),
    ),
    (
        "discriminator-mapping-changed",
        "BB",
        pets(propertyName="kind", mapping={"rex": "Cat"}),
        pets(propertyName="kind", mapping={"rex": "Dog"}),
    ),
    (
        "reference-changed",
        "RR",
        {"$ref": "https://example.org/a.json"},
        {"$ref": "https://example.org/b.json"},
    ),
    ("xml-changed", "BB", A, of(A, xml={"name": "thing"})),
    (
        "schema-deprecated",
        "SS",
        of(A, properties={"a": STRING}),
        of(A, properties={"a": of(STRING, deprecated=True)}),
    ),
    ("schema-undeprecated", "SS", of(STRING, deprecated=True), of(STRING, deprecated=False)),
    ("required-property-added", "B-", OBJECT, needing("a")),
    (
        "optional-property-added",
        "S-",
        of(OBJECT, additionalProperties=False),
        of(A, additionalProperties=False),
    ),
    ("property-removed", "R-", A, OBJECT),
    ("property-refused", "B-", of(A, additionalProperties=False), of(OBJECT, additionalProperties=False)),
    ("property-became-read-only", "R-", A, of(A, properties={"a": of(STRING, readOnly=True)})),
    ("property-no-longer-read-only", "S-", of(A, properties={"a": of(STRING, readOnly=True)}), A),
    ("property-added", "-S", OBJECT, needing("a")),
    (
        "property-added-to-closed",
        "-R",
        of(OBJECT, additionalProperties=False),
        of(A, additionalProperties=False),
    ),
    ("optional-property-removed", "-R", A, OBJECT),
    ("required-property-removed", "-B", needing("a"), OBJECT),
    ("property-became-write-only", "-B", A, of(A, properties={"a": of(STRING, writeOnly=True)})),
    ("property-no-longer-write-only", "-S", of(A, properties={"a": of(STRING, writeOnly=True)}), A),
    ("default-added", "SS", STRING, of(STRING, default="a")),
    ("default-removed", "RS", of(STRING, default="a"), STRING),
    ("default-changed", "RS", of(STRING, default="a"), of(STRING, default="b")),
)
