"""What was answered then and what is answered now to the same request, and in which word that ends.

Rule: what is neither broken nor kept is *not exercised*, and why is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from contracts.document import Document
    from contracts.routing import Match
    from harness.fuzzing.wire import Call
    from reports.record import Exchange

SUCCESS, REFUSED = 2, 4
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
Outcome = Literal["passed", "failed", "not_exercised", "unknown"]
Judged = tuple[Outcome, str]


@dataclass(frozen=True, slots=True)
class Again:
    """What was answered then, and what is answered now to the same."""

    then: Exchange
    now: Call
    document: Document
    base_path: str

    @property
    def status(self) -> int:
        """Return the status of now, 0 for no answer."""
        return self.now.status or 0

    @property
    def kind(self) -> int:
        """Return what kind of answer it is now: the status's first digit, 0 for none."""
        return class_of(self.now.status)

    @property
    def heard(self) -> bool:
        """Say whether somebody decided about the request: a failure decides nothing."""
        return 0 < self.status < HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def path(self) -> str:
        """Return the path of now, below the base path."""
        return urlsplit(self.now.url).path.removeprefix(self.base_path)

    @property
    def match(self) -> Match | None:
        """Return which operation was asked."""
        return self.document.find(self.now.method, self.path)

    @property
    def unwelcome(self) -> bool:
        """Say whether somebody with a sound token was turned away: the rest was not looked at."""
        person = self.then.persona
        return self.status == HTTPStatus.UNAUTHORIZED and person is not None and person.flaw is None

    @property
    def astray(self) -> bool:
        """Say whether a thing was not found whose id may have been drawn: a router may look there first."""
        match = self.match or next(filter(None, map(self._other, METHODS)), None)
        return self.status == HTTPStatus.NOT_FOUND and match is not None and bool(match.path_params)

    def _other(self, method: str) -> Match | None:
        return self.document.find(method, self.path)

    def header(self, name: str) -> str | None:
        """Return a header of the request."""
        return next((value for key, value in self.now.headers if key.lower() == name), None)

    def open(self) -> Judged:
        """Say that it is neither broken nor kept."""
        if not self.status:
            return "not_exercised", f"no answer now ({self.now.error})"
        return "not_exercised", f"answers {self.status}, which neither breaks nor keeps the rule"

    def judged(self, *, kept: bool, broken: bool) -> Judged:
        """Put it in a word."""
        if broken:
            return "failed", f"answers {self.status} again" if self.status else "does not answer again"
        return ("passed", "") if kept else self.open()


def class_of(status: int | None) -> int:
    """Return what kind of answer a status is: its first digit, 0 for none.

    >>> class_of(404), class_of(None)
    (4, 0)
    """
    return (status or 0) // 100
