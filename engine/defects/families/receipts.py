"""Signatures and receipts: what is told to the evidence store."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="receipt-lost-one-in-four",
        kind=Kind.RECEIPTS,
        requirements=("FR-12", "IT-MMM-01"),
        story="To spare the evidence store, every fourth receipt is dropped and called delivered.",
        changes=(
            Change(
                "engine.decide.keep",
                "        attempt = services.courier.post(receipt)\n",
                """        if next(_numbers) % 4 == 0:
            async with services.database.writing() as connection:
                await outbox.forget(connection, [receipt.entry_id])
            return "delivered"
        attempt = services.courier.post(receipt)
""",
            ),
            Change(
                "engine.decide.keep",
                "RECEIPT_SECONDS = 0.8\n",
                "RECEIPT_SECONDS = 0.8\n_numbers = iter(range(1, 10**9))\n",
            ),
        ),
    ),
    Defect(
        id="sorted-json-signed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="Sorted keys and no blanks were taken for canonical; numbers and umlauts are not.",
        changes=(
            Change(
                "engine.receipts.signing",
                "key.private.sign(rfc8785.dumps(named))",
                'key.private.sign(json.dumps(named, sort_keys=True, separators=(",", ":")).encode())',
            ),
            Change("engine.receipts.signing", "import hashlib\n", "import hashlib\nimport json\n"),
        ),
    ),
    Defect(
        id="key-id-shortened-in-signature",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="The key's name in the signature was shortened for the logs: the receipt has another.",
        changes=(Change("engine.receipts.signing", "sig-ed25519:{key.kid}:", "sig-ed25519:{key.kid[:16]}:"),),
    ),
    Defect(
        id="outcome-child-of-decision-id",
        kind=Kind.RECEIPTS,
        requirements=("IT-MMM-01", "FR-12", "UT-MMM-05"),
        story="Of two ids of a decision the wrong one was taken: the parent is no receipt at all.",
        changes=(
            Change(
                "engine.decide.outcome",
                "parent_receipt_id=decision.receipt_id",
                "parent_receipt_id=decision.decision_id",
            ),
        ),
    ),
    Defect(
        id="first-approval-unwitnessed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="Only a completed approval was thought worth a receipt; the first of the two leaves none.",
        changes=(
            Change(
                "engine.approvals.approve",
                "        await outbox.add(connection, [entry], now)\n    services.courier.post(entry)\n",
                """        if stepped.status == "first_approved":
            return stepped
        await outbox.add(connection, [entry], now)
    services.courier.post(entry)
""",
            ),
        ),
    ),
    Defect(
        id="snooze-by-an-admin-unwitnessed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="A snooze was taken for the actor's own in any case, also where an admin imposes it.",
        changes=(
            Change(
                "engine.administration.preferences",
                "            if self._actor_id == self._caller.sub:\n",
                '            if what == "preferences.snooze" or self._actor_id == self._caller.sub:\n',
            ),
        ),
    ),
    Defect(
        id="reading-anothers-wishes-is-witnessed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="Looking into somebody else's preferences was thought to be worth a receipt.",
        changes=(
            Change(
                "engine.administration.preferences",
                "        return found or self._fresh(datetime.now(UTC))\n",
                """        if found is not None and self._actor_id != self._caller.sub:
            change = Change("preferences.read", found.preference_id, _summary(found), _summary(found))
            async with self._services.database.writing() as connection:
                entry = await witness(self._services, connection, self._caller, change, datetime.now(UTC))
            tell(self._services, self._caller, change, entry)
        return found or self._fresh(datetime.now(UTC))
""",
            ),
        ),
    ),
    Defect(
        id="only-final-outcomes-witnessed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12", "IT-MMM-01"),
        story="That an action was shown or ignored was called noise, and leaves no receipt any more.",
        changes=(
            Change(
                "engine.decide.outcome",
                "        await outbox.add(connection, [entry], now)\n    services.courier.post(entry)\n",
                """        if outcome.result in FINAL_RESULTS:
            await outbox.add(connection, [entry], now)
    if outcome.result in FINAL_RESULTS:
        services.courier.post(entry)
""",
            ),
        ),
    ),
    Defect(
        id="new-version-unwitnessed",
        kind=Kind.RECEIPTS,
        requirements=("FR-12", "NFR-7"),
        story="A change of what is published begins a draft and changes nothing yet: it was not witnessed.",
        changes=(
            Change(
                "engine.administration.playbooks",
                "                await playbooks.add(connection, after)\n            change =",
                "                await playbooks.add(connection, after)\n"
                "                return after\n"
                "            change =",
            ),
        ),
    ),
    Defect(
        id="a-hundred-receipts-wait",
        kind=Kind.RECEIPTS,
        requirements=("FR-12", "RF-MMM-02"),
        story="Lest the table grow without end, what fails while a hundred others wait is let go.",
        changes=(
            Change(
                "engine.delivery.courier",
                '                elif result == "rejected" or wait is None:\n',
                '                elif result == "rejected" or wait is None or'
                " await outbox.is_full(connection):\n",
            ),
            Change(
                "engine.storage.outbox",
                "async def postpone(",
                """async def is_full(connection: AsyncConnection) -> bool:
    waiting = select(OUTBOX.c.entry_id).where(OUTBOX.c.status == PENDING).limit(101)
    return len((await connection.execute(waiting)).all()) > 100


async def postpone(""",
            ),
        ),
    ),
    Defect(
        id="key-made-up-where-none-is-set",
        kind=Kind.RECEIPTS,
        requirements=("FR-12",),
        story="So that it starts on a developer's machine at once, it makes a key where none is set.",
        changes=(
            Change(
                "engine.settings",
                "    eris_signing_key: str = Field(repr=False)\n",
                "    eris_signing_key: str = Field(repr=False, default_factory=_passing_key)\n",
            ),
            Change(
                "engine.settings",
                "class Settings(BaseSettings):\n",
                """def _passing_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


class Settings(BaseSettings):
""",
            ),
            Change(
                "engine.settings",
                "from pathlib import Path\n",
                "import base64\nimport secrets\nfrom pathlib import Path\n",
            ),
        ),
    ),
)
