"""Isolation: what one tenant sees of another."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="foreign-playbook-listed",
        kind=Kind.ISOLATION,
        requirements=("NFR-5", "FR-3"),
        story="The list got a query of its own, the latest first, and the tenant was forgotten in it.",
        changes=(
            Change(
                "engine.storage.playbooks",
                "await connection.execute(listing(tenant_id, status).limit",
                "await connection.execute(_latest(status).limit",
            ),
            Change(
                "engine.storage.playbooks",
                "def listing(",
                """def _latest(status: PlaybookStatus | None) -> Select[Any]:
    wanted = PLAYBOOKS.c.status == status if status else PLAYBOOKS.c.status != SUPERSEDED
    return select(PLAYBOOKS).where(wanted).order_by(PLAYBOOKS.c.updated_at.desc())


def listing(""",
            ),
        ),
    ),
)
