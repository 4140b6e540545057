"""Crash and retry: what a kill, a time-out or a second attempt does."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="receipt-kept-once-it-failed",
        kind=Kind.CRASHES,
        requirements=("FR-12", "RF-MMM-02"),
        story="To write less, a receipt goes to the outbox only when its first attempt has failed.",
        changes=(
            Change("engine.decide.keep", "        await outbox.add(connection, [receipt], now)\n", ""),
            Change(
                "engine.delivery.courier",
                "        tried = entry if result ==",
                """        if channel.keeps_refused and not entry.attempts:
            async with self._database.writing() as connection:
                await outbox.forget(connection, [entry.entry_id])
                await outbox.add(connection, [entry], datetime.now(UTC))
        tried = entry if result ==""",
            ),
        ),
    ),
    Defect(
        id="receipt-sent-again-under-a-new-id",
        kind=Kind.CRASHES,
        requirements=("FR-12", "RF-MMM-02"),
        story="A receipt is numbered and signed when it is sent: at each attempt anew.",
        changes=(
            Change(
                "engine.services",
                "        courier=Courier(database, background, _channels(asked, metrics)),\n",
                "        courier=Courier(database, background, "
                "_channels(asked, metrics, settings.signing_key)),\n",
            ),
            Change(
                "engine.services",
                "metrics: Metrics) -> dict[str, Channel]:\n",
                "metrics: Metrics, key: SigningKey) -> dict[str, Channel]:\n",
            ),
            Change("engine.services", "        Eris(eris).store,\n", "        Eris(eris, key).store,\n"),
            Change(
                "engine.dependencies.eris",
                "    service: Dependency\n",
                "    service: Dependency\n    key: SigningKey\n"
                "    sent: set[str] = field(default_factory=set)\n",
            ),
            Change(
                "engine.dependencies.eris",
                "        await self.service.ask(",
                """        if receipt["receipt_id"] in self.sent:
            receipt = sign({**_unsigned(receipt), "receipt_id": new_id()}, self.key)
        self.sent.add(receipt["receipt_id"])
        await self.service.ask(""",
            ),
            Change(
                "engine.dependencies.eris",
                "@dataclass(frozen=True, slots=True)\n",
                """def _unsigned(receipt: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in receipt.items() if name != "signature"}


@dataclass(frozen=True, slots=True)
""",
            ),
            Change(
                "engine.dependencies.eris",
                "from dataclasses import dataclass\n",
                "from dataclasses import dataclass, field\n",
            ),
            Change(
                "engine.dependencies.eris",
                "from engine.values.wire import Wire\n",
                "from engine.receipts.signing import SigningKey, sign\nfrom engine.values.ids import new_id\n"
                "from engine.values.wire import Wire\n",
            ),
        ),
    ),
    Defect(
        id="receipt-given-up-after-three",
        kind=Kind.CRASHES,
        requirements=("RF-MMM-02", "FR-12"),
        story='"3 attempts" was read as all there ever are: then a receipt is dropped, and logged.',
        changes=(
            Change(
                "engine.services",
                "        afterwards=RECEIPT_WAIT_SECONDS,\n",
                "        afterwards=None,\n",
            ),
        ),
    ),
    Defect(
        id="timed-out-receipt-taken-for-stored",
        kind=Kind.CRASHES,
        requirements=("FR-12", "RF-MMM-02"),
        story="Receipts that timed out were always found in ERIS later, so a time-out counts as delivered.",
        changes=(
            Change(
                "engine.delivery.courier",
                "        except UnavailableError:\n            result: Result",
                """        except UnavailableError as lost:
            if "in time" in lost.reason and channel.keeps_refused:
                channel.count("delivered")
                return "delivered"
            result: Result""",
            ),
        ),
    ),
    Defect(
        id="outbox-of-this-process-alone",
        kind=Kind.CRASHES,
        requirements=("FR-12", "RF-MMM-02"),
        story="After an upgrade old entries had an old form, so what is older than the process is left.",
        changes=(
            Change(
                "engine.storage.outbox",
                "OUTBOX.c.status == PENDING, OUTBOX.c.due_at <= now\n",
                "OUTBOX.c.status == PENDING, OUTBOX.c.due_at <= now, OUTBOX.c.created_at >= _SINCE\n",
            ),
            Change(
                "engine.storage.outbox",
                "from datetime import timedelta\n",
                "from datetime import UTC, datetime, timedelta\n",
            ),
            Change(
                "engine.storage.outbox",
                'ERIS = "eris"\n',
                '_SINCE = datetime.now(UTC)\nERIS = "eris"\n',
            ),
        ),
    ),
    Defect(
        id="outcome-told-before-it-is-judged",
        kind=Kind.CRASHES,
        requirements=("FR-12",),
        story="An outcome's receipt is kept first of all, lest a crash lose it, and stays if it is refused.",
        changes=(
            Change(
                "engine.decide.outcome",
                "        await _not_contradicting(connection, outcome)\n        entry =",
                "        entry =",
            ),
            Change(
                "engine.decide.outcome",
                "        await outcomes.add(connection, outcome)\n"
                "        await outbox.add(connection, [entry], now)\n"
                "    services.courier.post(entry)\n",
                "        await outbox.add(connection, [entry], now)\n"
                "    services.courier.post(entry)\n"
                "    async with services.database.writing() as connection:\n"
                "        await _not_contradicting(connection, outcome)\n"
                "        await outcomes.add(connection, outcome)\n",
            ),
        ),
    ),
    Defect(
        id="alert-tried-once",
        kind=Kind.CRASHES,
        requirements=("FR-8", "IT-MMM-02"),
        story="Notifications are no evidence and left the outbox: nobody tries them again.",
        changes=(
            Change(
                "engine.decide.keep",
                "        await outbox.add(connection, alerts, now, outbox.ANSWER_LEASE)\n",
                "",
            ),
        ),
    ),
    Defect(
        id="alert-repeated-under-a-new-id",
        kind=Kind.CRASHES,
        requirements=("FR-8", "IT-MMM-02"),
        story="Each notification gets its id when it is sent; the second attempt of one is a second one.",
        changes=(
            Change(
                "engine.dependencies.alerting",
                "_Accepted.model_validate_json, json=notification\n",
                '_Accepted.model_validate_json, json={**notification, "notification_id": new_id()}\n',
            ),
            Change(
                "engine.dependencies.alerting",
                "from engine.values.wire import Wire\n",
                "from engine.values.ids import new_id\nfrom engine.values.wire import Wire\n",
            ),
        ),
    ),
    Defect(
        id="answered-before-it-is-kept",
        kind=Kind.CRASHES,
        requirements=("IT-MMM-01", "FR-12"),
        story="A decide no longer waits for the common transaction: that it is kept is taken for granted.",
        changes=(Change("engine.storage.together", "        await self._kept(wish)\n", ""),),
    ),
    Defect(
        id="refused-receipt-sent-again",
        kind=Kind.CRASHES,
        requirements=("FR-12",),
        story="A receipt that ERIS refuses is tried again like any other, since ERIS may come to its senses.",
        changes=(
            Change(
                "engine.delivery.courier",
                'result = "failed" if refusal.status == _TOO_MANY else "rejected"\n',
                'result = "failed"\n',
            ),
        ),
    ),
)
