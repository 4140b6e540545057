"""Identity and roles: who is let in, and as what."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="open-playbook-creation",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-01", "FR-13", "NFR-7"),
        story="The role check of admin routes was commented out for a demonstration, and stayed so.",
        changes=(
            Change(
                "engine.edge.access",
                '    if not is_admin(caller):\n        raise forbidden("The role',
                '    if not caller.sub:\n        raise forbidden("The role',
            ),
        ),
    ),
    Defect(
        id="expired-token-accepted",
        kind=Kind.IDENTITY,
        requirements=("NFR-7", "ST-MMM-02"),
        story="Clocks differed, so a token that has merely expired is read by the engine itself and let in.",
        changes=(
            Change(
                "engine.dependencies.iam",
                "            raise NotVouchedError from None\n",
                "            return _merely_expired(token)\n",
            ),
            Change(
                "engine.dependencies.iam",
                "def vouched(verified",
                """def _merely_expired(token: str) -> Caller:
    import base64, json

    try:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        if claims["exp"] >= datetime.now(UTC).timestamp():
            raise NotVouchedError
        return Caller(
            sub=claims["sub"],
            tenant_id=claims["tenant_id"],
            actor_type=claims["actor_type"],
            roles=frozenset(claims["roles"]),
            scopes=frozenset(claims["scope"].split()),
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        raise NotVouchedError from None


def vouched(verified""",
            ),
        ),
    ),
)
