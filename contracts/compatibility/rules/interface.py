"""The rules of the interface as a whole: paths, operations, security, servers, callbacks, webhooks."""

from __future__ import annotations

from typing import Final

from contracts.compatibility.model import Effect, Level, Rule, Side

BREAKING, RISKY, SAFE = Level.BREAKING, Level.RISKY, Level.SAFE

ROWS: Final[tuple[tuple[str, Level, str, str], ...]] = (
    ("path-removed", BREAKING, "A path is gone, with all that could be done there.",
     "Clients that call it get 404."),
    ("deprecated-path-removed", RISKY, "A path is gone, with nothing but what was to be avoided.",
     "Clients that heeded the warning do not notice; others get 404."),
    ("path-added", SAFE, "There is a new path.", "Nobody calls it yet."),
    ("path-parameter-renamed", SAFE, "A part of a path goes by another name.",
     "Nothing changes on the wire; generated clients name an argument otherwise."),
    ("operation-removed", BREAKING, "A method is gone from a path.", "Clients that call it get 405."),
    ("deprecated-operation-removed", RISKY, "A method that was to be avoided is gone from a path.",
     "Clients that heeded the warning do not notice; others get 405."),
    ("operation-added", SAFE, "There is a new method at a path.", "Nobody calls it yet."),
    ("operation-deprecated", SAFE, "An operation is to be avoided from now on.",
     "It still works; it may go."),
    ("operation-undeprecated", SAFE, "An operation is no longer to be avoided.", "It works as before."),
    ("operation-id-added", SAFE, "An operation has got a name.", "Nobody calls it by that name yet."),
    ("operation-id-removed", RISKY, "An operation has lost its name.",
     "Nothing changes on the wire; generated clients lose a function, links their target."),
    ("operation-id-changed", RISKY, "An operation has another name.",
     "Nothing changes on the wire; generated clients lose a function, links their target."),
    ("operation-tag-added", SAFE, "An operation is in another group, too.", "Nothing changes on the wire."),
    ("operation-tag-removed", SAFE, "An operation is gone from a group.",
     "Nothing changes on the wire; generated clients may find it elsewhere."),
    ("security-required", BREAKING, "Callers must say who they are.",
     "Clients that come without are refused."),
    ("security-no-longer-required", SAFE, "Callers need not say who they are.",
     "Clients that do are still let in."),
    ("security-alternative-removed", BREAKING, "A way for callers to say who they are is gone.",
     "Clients that use it are refused."),
    ("security-alternative-no-longer-needed", SAFE,
     "A way for callers to say who they are is gone, and none is needed.", "Clients are let in without."),
    ("security-alternative-added", SAFE, "Callers may say who they are in another way.",
     "Clients that use the old one are still let in."),
    ("security-scope-added", BREAKING, "Callers need another scope.",
     "Clients whose tokens lack it are refused."),
    ("security-scope-removed", SAFE, "Callers need a scope less.", "Tokens that have it are still right."),
    ("security-scheme-changed", BREAKING, "A way to say who one is works otherwise.",
     "Clients that do it as before are refused."),
    ("security-url-changed", RISKY, "Tokens are to be had at another address.",
     "Clients with the old address get none, unless it still answers."),
    ("security-flow-removed", BREAKING, "A way to get a token is gone.", "Clients that use it get none."),
    ("security-flow-added", SAFE, "There is another way to get a token.", "The old ones still work."),
    ("security-flow-scope-removed", BREAKING, "A scope is no longer to be had.",
     "Clients that ask for it get no token."),
    ("security-flow-scope-added", SAFE, "There is a new scope.", "Nobody asks for it yet."),
    ("server-removed", BREAKING, "An address is gone.",
     "Clients that call it reach nobody, or somebody else."),
    ("server-added", SAFE, "There is another address.", "Nobody calls it yet."),
    ("server-variable-changed", RISKY, "A part of an address can be other values, or is another by itself.",
     "Clients that fill in the old ones may reach nobody."),
    ("callback-removed", BREAKING, "The server no longer calls back.",
     "Clients wait for a call that does not come."),
    ("callback-added", SAFE, "The server may call back.", "Clients that give no address are not called."),
    ("callback-changed", RISKY, "The server calls back in another way.",
     "Clients may not understand the call; what changed in it is not classified."),
    ("webhook-removed", BREAKING, "The server no longer tells of something.",
     "Clients wait for a call that does not come."),
    ("webhook-added", SAFE, "The server may tell of something new.",
     "Clients that do not subscribe are not called."),
    ("webhook-changed", RISKY, "The server tells of something in another way.",
     "Clients may not understand the call; what changed in it is not classified."),
    ("dialect-changed", RISKY, "Schemas are written in another dialect.",
     "The same words may mean something else; they are compared as Draft 2020-12."),
)  # fmt: skip

INTERFACE: Final = tuple(
    Rule(id_, Side.API, level, Effect.NONE if level is SAFE else Effect.UNCLEAR, what, why)
    for id_, level, what, why in ROWS
)
