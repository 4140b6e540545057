"""ERIS as a client calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.receipts import Signer
from tests.fakes.wire import connect

if TYPE_CHECKING:
    from fakes.control import ErisControl
    from tests.fakes.wire import Reply

RECEIPTS = "/v1/evidence/receipts"


async def ask(eris: ErisControl, method: str, path: str, body: Any = None, **headers: str) -> Reply:  # noqa: ANN401 -- any JSON value
    async with connect(eris.url) as wire:
        return await wire.ask(method, path, body, **headers)


async def store(eris: ErisControl, whole: dict[str, Any]) -> Reply:
    return await ask(eris, "POST", RECEIPTS, whole)


async def signer_of(eris: ErisControl, kid: str = "key-1") -> Signer:
    signer = Signer.new(kid)
    await eris.register_key(signer.kid, signer.public_key)
    return signer


def flipped(whole: dict[str, Any]) -> dict[str, Any]:
    head, _, encoded = whole["signature"].rpartition(":")
    return {**whole, "signature": f"{head}:{'B' if encoded[0] == 'A' else 'A'}{encoded[1:]}"}
