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
)
