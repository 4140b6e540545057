"""Playbooks: draft, published, deprecated, and what a list of them says (engine.md 3, 4, 12; FR-3)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.scenario import CREATED
from scenarios.model.expecting import Answer, Expected, claim, new_id, refused, status_is
from scenarios.model.state import DEPRECATED, DRAFT, PUBLISHED, Book

if TYPE_CHECKING:
    from harness.scenario import Object
    from scenarios.model.commands import (
        ChangePlaybook,
        CreatePlaybook,
        DeprecatePlaybook,
        ListPlaybooks,
        PublishPlaybook,
    )
    from scenarios.model.state import State

LIFE = ("FR-3",)
# Whether a deprecated playbook is in conflict with a further step, gone, or left as it is, is a choice.
STEP_TOO_MANY = (200, 204, 404, 409, 410, 422)


def created(state: State, command: CreatePlaybook) -> Expected:
    """Expect a draft to be kept under a new id."""
    if no := _refusal(state, command.by):
        return no

    def read(answer: Answer) -> State:
        status_is(answer, CREATED, "a playbook cannot be created", ("FR-3", "FR-13"))
        known = frozenset(book.id for book in state.books)
        identity = new_id(answer.object.string("playbook_id"), known, "a playbook", LIFE)
        status = answer.object.get("status")
        claim("a new playbook is no draft", LIFE, holds=status in {DRAFT, None}, told=status)
        made = Book(identity, editions=(command.recipe,), draft=command.recipe)
        return replace(state, books=(*state.books, made))

    return Expected(LIFE, read)


def changed(state: State, command: ChangePlaybook) -> Expected:
    """Expect a draft to be altered, or begun beside what is published."""
    if no := _refusal(state, command.by):
        return no
    book = state.books[command.book]

    def read(answer: Answer) -> State:
        status_is(answer, (200,), "a playbook cannot be changed", ("FR-3", "FR-13"))
        editions = (*book.editions, command.recipe)
        return state.with_book(command.book, replace(book, editions=editions, draft=command.recipe))

    return Expected(LIFE, read)


def published(state: State, command: PublishPlaybook) -> Expected:
    """Expect a draft to take the place of what was published; to publish again is harmless."""
    if no := _refusal(state, command.by):
        return no
    book = state.books[command.book]
    if book.deprecated:
        return refused(state, STEP_TOO_MANY, "publishing a deprecated playbook fails badly", *LIFE)

    def read(answer: Answer) -> State:
        status_is(answer, (200,), "a playbook cannot be published", ("FR-3", "FR-13"))
        return state.with_book(command.book, _with_draft_published(book))

    return Expected(LIFE, read)


def deprecated(state: State, command: DeprecatePlaybook) -> Expected:
    """Expect a playbook to stay on record, and never to fire again."""
    if no := _refusal(state, command.by):
        return no
    book = state.books[command.book]
    if book.deprecated:
        return refused(state, STEP_TOO_MANY, "deprecating a deprecated playbook fails badly", *LIFE)

    def read(answer: Answer) -> State:
        status_is(answer, (204,), "a playbook cannot be deprecated", ("FR-3", "FR-13"))
        return state.with_book(command.book, replace(book, deprecated=True))

    return Expected(LIFE, read)


def listed(state: State, command: ListPlaybooks) -> Expected:
    """Expect the tenant's own playbooks, of one status those that have it.

    Whether a playbook with a draft beside what is published, or one of several versions, is listed once or
    once a version, is a choice.
    """
    requirements = LIFE if state.is_home(command.by) else ("NFR-5",)

    def read(answer: Answer) -> State:
        status_is(answer, (200,), "playbooks cannot be listed", requirements)
        entries = answer.objects.where_each(lambda _: True)
        ours = {book.id: book for book in state.books}
        if not state.is_home(command.by):
            told = sorted({entry["playbook_id"] for entry in entries} & ours.keys())
            claim("a list has another tenant's playbooks", ("NFR-5",), holds=not told, told=told)
            return state
        for entry in entries:
            _entry(entry, ours, command.status)
        _complete(entries, ours, command.status)
        return state

    return Expected(requirements, read)


def _refusal(state: State, by: str) -> Expected | None:
    """Return what somebody must hear who may not; a new playbook of a stranger's is the stranger's own."""
    if not state.is_home(by):
        return refused(state, (404,), "another tenant's playbook can be reached", "NFR-5")
    if not state.is_admin(by):
        return refused(state, (403,), "somebody who is no admin changes playbooks", "ST-MMM-01")
    return None


def _with_draft_published(book: Book) -> Book:
    if book.draft is None:
        return book
    gone = {book.version} if book.version else set()
    return replace(
        book,
        published=book.draft,
        draft=None,
        version=None,
        former_versions=book.former_versions | gone,
    )


def _entry(entry: Object, ours: dict[str, Book], status: str | None) -> None:
    """Look at one entry of the list."""
    identity = entry.string("playbook_id")
    claim("a list has a playbook that nobody made", ("NFR-5", "FR-3"), holds=identity in ours, told=entry)
    book = ours[identity]
    fits = status is None or entry["status"] == status
    claim("a list has a playbook of another status", LIFE, holds=fits, told=entry)
    names = {edition.name for edition in book.editions}
    claim("a playbook is listed with another name", LIFE, holds=entry["name"] in names, told=entry)
    if len(book.editions) == 1:
        claim(
            "a playbook is listed with another status", LIFE, holds=entry["status"] == book.status, told=entry
        )


def _complete(entries: list[Object], ours: dict[str, Book], status: str | None) -> None:
    """Look for those that must be there; a draft beside a published one may hide either."""
    there = {entry["playbook_id"] for entry in entries}
    for identity, book in ours.items():
        both = book.status == PUBLISHED and book.draft is not None
        due = status is None or (book.status == status and not both)
        claim("a playbook is missing in a list", LIFE, holds=not due or identity in there, told=identity)
        if status is None and not both:
            said = [entry for entry in entries if entry["playbook_id"] == identity]
            stands = any(entry["status"] == book.status for entry in said)
            claim("a playbook is listed with another status", LIFE, holds=stands, told=said)
            named = book.deprecated or any(entry["name"] == book.current.name for entry in said)
            claim("a playbook is listed with another name", LIFE, holds=named, told=said)
        if book.status == DRAFT and status in {PUBLISHED, DEPRECATED}:
            claim("a draft is listed as more", LIFE, holds=identity not in there, told=identity)
