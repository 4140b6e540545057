"""The rules of schemas: each is two rules, one for what clients send and one for what they get.

Rule: what narrows a request refuses clients, what widens an answer surprises them; the rows that say
otherwise give their own class and reason.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from contracts.compatibility.model import Effect, Level, Rule, Side

N, W, S, U, O = Effect.NARROWS, Effect.WIDENS, Effect.SHIFTS, Effect.UNCLEAR, Effect.NONE  # noqa: E741 - a table's marks
REQUEST, RESPONSE = Side.REQUEST, Side.RESPONSE
BREAKING, RISKY, SAFE = Level.BREAKING, Level.RISKY, Level.SAFE


class Verdict(NamedTuple):
    """A class and its reason."""

    level: Level
    why: str


BY_EFFECT: Final = {
    (REQUEST, N): Verdict(BREAKING, "Requests that were right are refused."),
    (REQUEST, W): Verdict(SAFE, "Every request that was right still is."),
    (REQUEST, S): Verdict(BREAKING, "Requests that were right are refused."),
    (REQUEST, U): Verdict(RISKY, "Requests that were right may be refused; the document does not tell."),
    (REQUEST, O): Verdict(SAFE, "No request is right or wrong by it."),
    (RESPONSE, N): Verdict(SAFE, "Answers are still such as clients know."),
    (RESPONSE, W): Verdict(BREAKING, "Clients get answers that they were told would not come."),
    (RESPONSE, S): Verdict(BREAKING, "Clients get answers that they were told would not come."),
    (RESPONSE, U): Verdict(
        RISKY, "Clients may get answers that they do not know; the document does not tell."
    ),
    (RESPONSE, O): Verdict(SAFE, "No answer is other than before."),
}

BOTH: Final[tuple[tuple[str, Effect, str], ...]] = (
    ("type-narrowed", N, "A type is no longer among those that fit."),
    ("type-widened", W, "Another type fits, too."),
    ("type-changed", S, "The type is another one."),
    ("null-allowed", W, "Null fits, too."),
    ("null-refused", N, "Null no longer fits."),
    ("enum-added", N, "Only the values of a list still fit."),
    ("enum-removed", W, "There is no list of values any more."),
    ("enum-value-added", W, "The list has a new value."),
    ("enum-value-removed", N, "A value is gone from the list."),
    ("const-changed", S, "The only value that fits is another one."),
    ("schema-forbidden", N, "Nothing fits any more."),
    ("schema-permitted", W, "Something fits where nothing did."),
    ("min-length-raised", N, "Texts must be longer."),
    ("min-length-lowered", W, "Texts may be shorter."),
    ("max-length-lowered", N, "Texts must be shorter."),
    ("max-length-raised", W, "Texts may be longer."),
    ("minimum-raised", N, "Numbers must be larger."),
    ("minimum-lowered", W, "Numbers may be smaller."),
    ("maximum-lowered", N, "Numbers must be smaller."),
    ("maximum-raised", W, "Numbers may be larger."),
    ("multiple-of-narrowed", N, "Fewer multiples fit."),
    ("multiple-of-widened", W, "More multiples fit."),
    ("multiple-of-changed", S, "Multiples of another number fit."),
    ("pattern-added", N, "Texts must fit a pattern."),
    ("pattern-removed", W, "Texts need not fit a pattern any more."),
    ("pattern-changed", U, "Texts must fit another pattern; whether one contains the other is not asked."),
    ("format-narrowed", N, "Values must have a format, or a smaller one."),
    ("format-widened", W, "Values need not have the format, or have a larger one."),
    ("format-changed", S, "Values have another format."),
    ("content-encoding-changed", S, "Texts are encoded in another way."),
    ("content-media-type-changed", S, "What is encoded in texts is of another media type."),
    ("min-items-raised", N, "Lists must be longer."),
    ("min-items-lowered", W, "Lists may be shorter."),
    ("max-items-lowered", N, "Lists must be shorter."),
    ("max-items-raised", W, "Lists may be longer."),
    ("items-forbidden", N, "Lists may not go on after the items that are described."),
    ("items-permitted", W, "Lists may go on after the items that are described."),
    ("unique-items-added", N, "No item may be there twice."),
    ("unique-items-removed", W, "Items may be there twice."),
    ("contains-added", N, "Some item must fit a schema."),
    ("contains-removed", W, "No item need fit a schema."),
    ("contains-changed", U, "Some item must fit another schema."),
    ("min-contains-raised", N, "More items must fit."),
    ("min-contains-lowered", W, "Fewer items need fit."),
    ("max-contains-lowered", N, "Fewer items may fit."),
    ("max-contains-raised", W, "More items may fit."),
    ("unevaluated-items-narrowed", N, "Less may be in a list beside what is described."),
    ("unevaluated-items-widened", W, "More may be in a list beside what is described."),
    ("unevaluated-items-changed", U, "Something else may be in a list beside what is described."),
    ("property-became-required", N, "A member must be there."),
    ("property-became-optional", W, "A member may be missing."),
    ("additional-properties-forbidden", N, "There may be no members but those described."),
    ("additional-properties-permitted", W, "There may be members that nobody described."),
    ("pattern-property-narrowed", N, "Members by a pattern of names must fit more."),
    ("pattern-property-widened", W, "Members by a pattern of names need fit less."),
    ("pattern-property-changed", U, "Members by a pattern of names must fit something else."),
    ("property-names-added", N, "Names of members must fit a schema."),
    ("property-names-removed", W, "Names of members need not fit a schema."),
    ("min-properties-raised", N, "There must be more members."),
    ("min-properties-lowered", W, "There may be fewer members."),
    ("max-properties-lowered", N, "There must be fewer members."),
    ("max-properties-raised", W, "There may be more members."),
    ("dependent-required-added", N, "One member needs another."),
    ("dependent-required-removed", W, "One member needs another no more."),
    ("dependent-schema-added", N, "With a member, the whole must fit a schema."),
    ("dependent-schema-removed", W, "With a member, the whole need not fit a schema."),
    ("unevaluated-properties-narrowed", N, "Fewer members may be there beside what is described."),
    ("unevaluated-properties-widened", W, "More members may be there beside what is described."),
    ("unevaluated-properties-changed", U, "Other members may be there beside what is described."),
    ("any-of-added", N, "One of some alternatives must fit."),
    ("any-of-removed", W, "No alternative need fit."),
    ("any-of-branch-added", W, "There is another alternative."),
    ("any-of-branch-removed", N, "An alternative is gone."),
    ("one-of-added", N, "Exactly one of some alternatives must fit."),
    ("one-of-removed", W, "No alternative need fit."),
    ("one-of-branch-added", W, "There is another alternative."),
    ("one-of-branch-removed", N, "An alternative is gone."),
    ("any-of-became-one-of", N, "No more than one alternative may fit."),
    ("one-of-became-any-of", W, "More than one alternative may fit."),
    ("conditional-added", N, "Something must fit under a condition."),
    ("conditional-removed", W, "Nothing need fit under a condition."),
    ("conditional-changed", U, "What holds under a condition, or the condition itself, is another."),
    ("not-added", N, "Something must not fit."),
    ("not-removed", W, "What must not fit now may."),
    ("not-changed", U, "Something else must not fit."),
    ("discriminator-property-changed", S, "Another member tells alternatives apart."),
    ("discriminator-mapping-added", W, "The discriminator has a new name for an alternative."),
    ("discriminator-mapping-removed", N, "The discriminator has lost a name of an alternative."),
    ("discriminator-mapping-changed", S, "A name of the discriminator means another alternative."),
    ("reference-changed", U, "What a reference to elsewhere means is another; it is not looked into."),
    ("xml-changed", S, "The value is written in XML in another way."),
    ("schema-deprecated", O, "It is to be avoided from now on."),
    ("schema-undeprecated", O, "It is no longer to be avoided."),
)

Row = tuple[str, Side, Level, Effect, str, str]
ONE_BY_ONE: Final[tuple[Row, ...]] = (
    ("required-property-added", REQUEST, BREAKING, N, "There is a new member, and it must be there.",
     "Clients that do not know of it are refused."),
    ("optional-property-added", REQUEST, SAFE, W, "There is a new member, which may be left out.",
     "Clients that do not know of it leave it out."),
    ("property-removed", REQUEST, RISKY, U, "A member is no longer described, though it may still be sent.",
     "What clients say by it is no longer heeded, or only by habit."),
    ("property-refused", REQUEST, BREAKING, N, "A member is no longer described and may not be sent.",
     "Clients that send it are refused."),
    ("property-became-read-only", REQUEST, RISKY, U, "A member is the server's alone.",
     "What clients say by it is dropped or refused."),
    ("property-no-longer-read-only", REQUEST, SAFE, W, "A member that was the server's alone may be sent.",
     "Clients need not send it."),
    ("property-added", RESPONSE, SAFE, W, "There is a new member.",
     "Clients were told that there may be more than is described."),
    ("property-added-to-closed", RESPONSE, RISKY, W,
     "There is a new member where there were to be no others.",
     "Clients that hold answers against the old schema refuse them."),
    ("optional-property-removed", RESPONSE, RISKY, U,
     "A member that could be missing is no longer described.",
     "Clients that use it where it is there do without it."),
    ("required-property-removed", RESPONSE, BREAKING, W,
     "A member that was always there is no longer described.",
     "Clients that rely on it fail."),
    ("property-became-write-only", RESPONSE, BREAKING, U, "A member is no longer in answers.",
     "Clients that read it do without it."),
    ("property-no-longer-write-only", RESPONSE, SAFE, W, "A member that was only sent is in answers, too.",
     "Clients do not expect it and pass over it."),
    ("discriminator-added", REQUEST, RISKY, U, "A member tells alternatives apart.",
     "Clients that do not send it, or by another name, may be misunderstood."),
    ("discriminator-removed", REQUEST, SAFE, O, "No member tells alternatives apart any more.",
     "Requests that name their alternative are still right."),
    ("discriminator-added", RESPONSE, SAFE, O, "A member tells alternatives apart.",
     "Clients may go by it, and need not."),
    ("discriminator-removed", RESPONSE, RISKY, U, "No member tells alternatives apart any more.",
     "Clients that go by it no longer know what they get."),
    ("default-added", REQUEST, SAFE, O, "What is left out is taken to be a value.",
     "It is told what a server did in its own way."),
    ("default-removed", REQUEST, RISKY, O, "What is left out is no longer said to be a value.",
     "Clients that leave it out may get something else."),
    ("default-changed", REQUEST, RISKY, O, "What is left out is taken to be another value.",
     "Clients that leave it out ask for something else than before."),
    ("default-added", RESPONSE, SAFE, O, "What is missing is to be taken for a value.",
     "Only clients that fill in what is missing notice."),
    ("default-removed", RESPONSE, SAFE, O, "What is missing is no longer to be taken for a value.",
     "Only clients that fill in what is missing notice."),
    ("default-changed", RESPONSE, SAFE, O, "What is missing is to be taken for another value.",
     "Only clients that fill in what is missing notice."),
)  # fmt: skip

OTHERWISE: Final = {
    (RESPONSE, "additional-properties-permitted"): Verdict(
        RISKY, "Clients that hold answers against the old schema refuse them; others pass over it."
    ),
    (RESPONSE, "unevaluated-properties-widened"): Verdict(
        RISKY, "Clients that hold answers against the old schema refuse them; others pass over it."
    ),
}


def _both() -> list[Rule]:
    return [
        Rule(f"{side}-{stem}", side, verdict.level, effect, what, verdict.why)
        for stem, effect, what in BOTH
        for side in (REQUEST, RESPONSE)
        for verdict in [OTHERWISE.get((side, stem)) or BY_EFFECT[side, effect]]
    ]


SCHEMAS: Final = (
    *_both(),
    *(
        Rule(f"{side}-{stem}", side, level, effect, what, why)
        for stem, side, level, effect, what, why in ONE_BY_ONE
    ),
)
