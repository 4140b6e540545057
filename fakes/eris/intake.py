"""How a receipt gets into the store or, for its tenant, contents, signature or id, into the dead letters.

Rules: what is refused leaves the store as it was, and is kept with the reason. Judging and keeping are two
steps, so that a batch can be judged whole before anything of it is kept. No tenant is told anything of
another's receipt but that its id is taken.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from contracts.schema import load_schema
from contracts.violations import Violation
from fakes.eris.canonical import Canonical, NotCanonicalError
from fakes.eris.errors import (
    DUPLICATE_RECEIPT,
    SIGNATURE_VERIFICATION_FAILED,
    TENANT_ID_MISSING,
    VALIDATION_ERROR,
    ErisRefusedError,
    names_unknown_schema,
    unknown_schema,
)
from fakes.eris.metadata import breach
from fakes.records import DeadLetter
from fakes.shape.clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fakes.eris.canonical import Receipt
    from fakes.eris.signatures import KeyBook
    from fakes.eris.store import Deposit, ReceiptStore, Status

Outcome = Literal["accepted", "duplicate"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A receipt that may be kept, or that is kept already (`known`)."""

    receipt: Receipt
    tenant_id: str
    canonical: Canonical
    known: Deposit | None = None

    @property
    def status(self) -> Status:
        """Return what is said of its signature."""
        return "verified" if "signature" in self.receipt else "not_present"


@dataclass(frozen=True, slots=True)
class Taken:
    """A receipt that is in the store, now or since before."""

    deposit: Deposit
    outcome: Outcome


class Intake:
    """Judges receipts one at a time."""

    def __init__(self, store: ReceiptStore, keys: KeyBook) -> None:
        self.outcomes: Counter[str] = Counter()
        self._store = store
        self._keys = keys
        self._schema = load_schema("receipt", part="deposit")
        self._dead: list[tuple[str | None, DeadLetter]] = []

    def take(self, receipt: Receipt, tenant_id: str | None, now: float) -> Taken:
        """Take a receipt that keeps its schema."""
        try:
            return self.keep(self.judge(receipt, tenant_id), now)
        except ErisRefusedError as refused:
            self.bury(receipt, tenant_id, f"{refused.code}: {refused.message}", now)
            raise

    def take_any(self, receipt: Any, tenant_id: str | None, now: float) -> Taken:  # noqa: ANN401 -- anything may be sent
        """Take what nobody has checked against the schema yet."""
        refused = self.outside_schema(receipt)
        if refused is not None:
            raise self.turned_away(receipt, tenant_id, refused, now)
        return self.take(receipt, tenant_id, now)

    def turned_away(
        self,
        receipt: Any,  # noqa: ANN401 -- anything may be sent
        tenant_id: str | None,
        refused: ErisRefusedError,
        now: float,
    ) -> ErisRefusedError:
        """Keep what is refused, and return its refusal."""
        self.bury(receipt, tenant_id, f"{refused.code}: {refused.message}", now)
        return refused

    def outside_schema(self, receipt: Any) -> ErisRefusedError | None:  # noqa: ANN401 -- anything may be sent
        """Return the refusal of what breaks the schema of receipts."""
        if names_unknown_schema(receipt):
            return unknown_schema(receipt["schema_version"])
        found = self._schema.check(receipt)
        if not found:
            return None
        message = f"{found[0].pointer}: {found[0].message}"
        return ErisRefusedError(400, message, code=VALIDATION_ERROR, field=found[0].pointer)

    def breaches(self, receipt: object, operation: str, at: str) -> Iterator[Violation]:
        """Yield how a receipt breaks its schema, in the words of a request's contract; `at` is its place."""
        for found in self._schema.check(receipt):
            rule = found.rule.replace(self._schema.name, "body", 1)
            yield Violation(
                rule, operation, at + found.pointer.removeprefix(f"/{self._schema.name}"), found.message
            )

    def judge(self, receipt: Receipt, tenant_id: str | None) -> Judged:
        """Say that a receipt may be kept, or that it is kept already; refuse any other."""
        if tenant_id is None:
            raise _no_tenant()
        canonical = _canonical(receipt)
        known = self._store.get(receipt["receipt_id"])
        own = known is not None and known.tenant_id == tenant_id
        if known is not None and own and known.digest == canonical.digest:
            return Judged(receipt, tenant_id, canonical, known)
        _refuse_contents(receipt)
        self._refuse_signature(receipt, canonical)
        if known is not None:
            raise duplicate(known.digest, canonical.digest) if own else _anothers()
        return Judged(receipt, tenant_id, canonical)

    def keep(self, judged: Judged, now: float) -> Taken:
        """Keep what was judged, unless it is kept."""
        if judged.known is not None:
            return self._counted(Taken(judged.known, "duplicate"))
        deposit = self._store.append(
            judged.receipt,
            judged.tenant_id,
            text=judged.canonical.kept,
            digest=judged.canonical.digest,
            at=now,
            status=judged.status,
        )
        return self._counted(Taken(deposit, "accepted"))

    def bury(self, receipt: Any, tenant_id: str | None, reason: str, now: float) -> None:  # noqa: ANN401 -- anything may be refused
        """Keep what was refused."""
        self.outcomes["rejected"] += 1
        self._dead.append((tenant_id, DeadLetter(receipt, reason, rfc3339(now))))

    def dead_letters(self, tenant_id: str | None) -> tuple[DeadLetter, ...]:
        """Return what was refused from a tenant, or from anybody."""
        return tuple(letter for tenant, letter in self._dead if tenant_id in (None, tenant))

    def forget(self, tenant_id: str) -> None:
        """Forget a tenant's dead letters."""
        self._dead = [(tenant, letter) for tenant, letter in self._dead if tenant != tenant_id]

    def clear(self) -> None:
        """Forget all dead letters."""
        self._dead = []

    def _counted(self, taken: Taken) -> Taken:
        self.outcomes[taken.outcome] += 1
        return taken

    def _refuse_signature(self, receipt: Receipt, canonical: Canonical) -> None:
        problem = self._keys.problem(receipt, canonical) if "signature" in receipt else None
        if problem is not None:
            raise ErisRefusedError(
                400,
                problem,
                code=SIGNATURE_VERIFICATION_FAILED,
                field="/signature",
                expected="a signature of this receipt by a registered, active key",
                actual=problem,
            )


def duplicate(stored: bytes, sent: bytes) -> ErisRefusedError:
    """Return the refusal of a receipt whose id is another's."""
    return ErisRefusedError(
        409,
        "a receipt of this id and another body is stored",
        code=DUPLICATE_RECEIPT,
        field="/receipt_id",
        expected=f"the receipt with the hash {stored.hex()}",
        actual=f"one with the hash {sent.hex()}",
    )


def _anothers() -> ErisRefusedError:
    message = "a receipt of this id is stored, and it is not this tenant's"
    return ErisRefusedError(409, message, code=DUPLICATE_RECEIPT, field="/receipt_id")


def _no_tenant() -> ErisRefusedError:
    message = "nothing says whose this is: no tenant_id, no repository that is mapped, no tenant in a token"
    return ErisRefusedError(
        400, message, code=TENANT_ID_MISSING, field="/tenant_id", expected="a tenant", actual="nothing"
    )


def _refuse_contents(receipt: Receipt) -> None:
    found = breach(receipt)
    if found is not None:
        where, kind = found
        message = f"{where} holds {kind}: metadata only"
        raise ErisRefusedError(
            400, message, code=VALIDATION_ERROR, field=where, expected="metadata only", actual=kind
        )


def _canonical(receipt: Receipt) -> Canonical:
    canonical = Canonical(receipt)
    try:
        _ = canonical.digest
    except NotCanonicalError as error:
        raise ErisRefusedError(400, str(error), code=VALIDATION_ERROR) from None
    return canonical
