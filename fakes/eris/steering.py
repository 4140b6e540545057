"""ERIS' part of the control API: keys, settings, what is stored, and tampering with it.

Rule: registered keys, mapped repositories and settings outlive every reset; what tampers is nowhere else.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

import msgspec

from fakes.eris.canonical import sorted_json
from fakes.eris.exports import ExportStatus, is_plan
from fakes.eris.signatures import KeyStatus
from fakes.eris.store import Shown
from fakes.http.answer import Answer, json_answer
from fakes.records import DeadLetter, MetaReceipts
from fakes.shape.errors import RefusedError
from fakes.shape.front import read_order
from fakes.shape.redaction import redact_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fakes.eris.exports import Exports
    from fakes.eris.intake import Intake
    from fakes.eris.notes import Notes
    from fakes.eris.signatures import KeyBook
    from fakes.eris.store import Deposit, ReceiptStore
    from fakes.eris.tenants import Tenants
    from fakes.shape.call import Call, Handler

_HASH_BYTES = 32


class KeyOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public key: base64 of the 32 raw bytes."""

    public_key: str
    status: KeyStatus = "active"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`accept_any_kid`: a receipt may name its key as it likes, if any active registered key verifies it."""

    accept_any_kid: bool


class RepositoryOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose a repository is."""

    tenant_id: str


class PlanOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What exports go through: the first when one is begun, one more each time it is looked at."""

    statuses: tuple[ExportStatus, ...]


class TamperOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done to a stored receipt: members changed, hash or prev_hash overwritten, or all of it lost."""

    members: dict[str, Any] = {}
    hash: str | None = None
    prev_hash: str | None = None
    lost: bool = False


class Held(msgspec.Struct, frozen=True):
    """All that is stored and all that was refused, for the wire."""

    receipts: list[Shown]
    dead_letters: tuple[DeadLetter, ...]


class Steering:
    """The control routes of ERIS."""

    def __init__(
        self,
        *,
        store: ReceiptStore,
        keys: KeyBook,
        intake: Intake,
        tenants: Tenants,
        exports: Exports,
        notes: Notes,
    ) -> None:
        self._store = store
        self._keys = keys
        self._intake = intake
        self._tenants = tenants
        self._exports = exports
        self._notes = notes

    def routes(self) -> Mapping[str, Handler]:
        """Return the handlers of the control API."""
        return {
            "PUT /__fake__/keys/{kid}": self._register_key,
            "PUT /__fake__/settings": self._set,
            "PUT /__fake__/repositories/{repo_id}": self._map,
            "PUT /__fake__/exports/{tenant_id}": self._plan,
            "PUT /__fake__/receipts/{receipt_id}/tamper": self._tamper,
            "GET /__fake__/receipts": self._stored,
            "GET /__fake__/meta-receipts": self._meta_receipts,
        }

    def _register_key(self, call: Call) -> Answer:
        order = read_order(call, KeyOrder)
        try:
            raw = base64.b64decode(order.public_key, validate=True)
            self._keys.register(call.params["kid"], raw, order.status)
        except (binascii.Error, ValueError):
            raise RefusedError(400, "public_key is base64 of the 32 bytes of an Ed25519 key") from None
        return json_answer(200, {"kid": call.params["kid"], "status": order.status})

    def _set(self, call: Call) -> Answer:
        self._keys.accept_any_kid = read_order(call, Settings).accept_any_kid
        return json_answer(200, {"accept_any_kid": self._keys.accept_any_kid})

    def _map(self, call: Call) -> Answer:
        order = read_order(call, RepositoryOrder)
        if not order.tenant_id:
            raise RefusedError(400, "a tenant_id is not empty")
        self._tenants.map(call.params["repo_id"], order.tenant_id)
        return json_answer(200, {"repo_id": call.params["repo_id"], "tenant_id": order.tenant_id})

    def _plan(self, call: Call) -> Answer:
        order = read_order(call, PlanOrder)
        if not is_plan(order.statuses):
            words = "pending, then processing, then completed or failed; steps may be repeated or left out"
            raise RefusedError(400, f"that is no plan of an export: {words}")
        self._exports.plan(call.params["tenant_id"], order.statuses)
        return json_answer(200, order)

    def _tamper(self, call: Call) -> Answer:
        order = read_order(call, TamperOrder)
        deposit = self._store.get(call.params["receipt_id"])
        if deposit is None:
            raise RefusedError(404, "there is no such receipt")
        new = None if order.lost else self._tampered(deposit, order)
        self._store.replace(deposit, new)
        status = "lost" if new is None else "tampered"
        return json_answer(200, {"receipt_id": deposit.receipt_id, "status": status})

    def _tampered(self, deposit: Deposit, order: TamperOrder) -> Deposit:
        receipt = {**deposit.receipt(), **order.members}
        refused = self._intake.outside_schema(receipt)
        if refused is not None:
            raise RefusedError(400, f"a tampered receipt keeps its schema: {refused.message}")
        return msgspec.structs.replace(
            deposit,
            text=sorted_json(receipt),
            digest=_hash(order.hash, deposit.digest),
            before=_hash(order.prev_hash, deposit.before),
        )

    def _stored(self, call: Call) -> Answer:
        tenant = call.query.get("tenant_id")
        deposits = self._store.everything() if tenant is None else self._store.of_tenant(tenant)
        held = Held([Shown.of(deposit) for deposit in deposits], _shown(self._intake.dead_letters(tenant)))
        return json_answer(200, held)

    def _meta_receipts(self, call: Call) -> Answer:
        return json_answer(200, MetaReceipts(self._notes.of_tenant(call.query.get("tenant_id"))))


def _shown(letters: tuple[DeadLetter, ...]) -> tuple[DeadLetter, ...]:
    """Return letters without the secrets for which some of them are dead."""
    return tuple(DeadLetter(redact_json(one.receipt, None), one.reason, one.at) for one in letters)


def _hash(text: str | None, unchanged: bytes) -> bytes:
    if text is None:
        return unchanged
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != _HASH_BYTES:
        raise RefusedError(400, "a hash is 64 hex digits")
    return value
