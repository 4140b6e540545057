"""Tokens (section 3): whom IAM vouches for, and what it refuses. Of the kind identity."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
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
    Defect(
        id="token-in-the-query",
        kind=Kind.IDENTITY,
        requirements=("NFR-7", "ST-MMM-02"),
        story="A browser's event stream cannot send headers, so that a token may stand in the query as well.",
        changes=(
            Change(
                "engine.edge.authentication",
                "await identify(self._iam, Headers(scope=scope))",
                "await identify(self._iam, _with_query(scope))",
            ),
            Change(
                "engine.edge.authentication",
                "async def identify(",
                """def _with_query(scope: Scope) -> Headers:
    headers = Headers(scope=scope)
    asked = QueryParams(scope["query_string"]).get("access_token")
    if asked and "authorization" not in headers:
        return Headers({**headers, "authorization": f"Bearer {asked}"})
    return headers


async def identify(""",
            ),
            Change(
                "engine.edge.authentication",
                "from starlette.datastructures import Headers\n",
                "from starlette.datastructures import Headers, QueryParams\n",
            ),
        ),
    ),
    Defect(
        id="tenant-by-default",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-02", "NFR-5", "NFR-7"),
        story="Tokens of the time before there were tenants name none, and belong to the first customer.",
        changes=(
            Change(
                "engine.dependencies.iam",
                "verified.sub and verified.tenant_id and current",
                "verified.sub and current",
            ),
            Change(
                "engine.dependencies.iam",
                "        tenant_id=verified.tenant_id,\n",
                '        tenant_id=verified.tenant_id or "default",\n',
            ),
        ),
    ),
    Defect(
        id="denial-is-not-looked-for",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-02", "NFR-7"),
        story="IAM was asked for the sake of elevation, so only the answer that asks for one was looked for.",
        changes=(
            Change(
                "engine.dependencies.iam",
                'return answer.decision == "ALLOW"',
                'return answer.decision != "ELEVATION_REQUIRED"',
            ),
        ),
    ),
    Defect(
        id="scheme-in-one-case",
        kind=Kind.IDENTITY,
        requirements=("ST-MMM-02", "NFR-7"),
        story="The scheme is compared as every client of the team writes it.",
        changes=(Change("engine.edge.authentication", "(?i:bearer) +", "Bearer +"),),
    ),
    Defect(
        id="told-to-wait-is-unauthorized",
        kind=Kind.IDENTITY,
        requirements=("NFR-7",),
        story="Of IAM's refusals only a 403 was known; one that asks to wait is taken for a bad token.",
        changes=(
            Change(
                "engine.dependencies.iam",
                "            if refusal.status in {_FORBIDDEN, _TOO_MANY}:\n",
                "            if refusal.status == _FORBIDDEN:\n",
            ),
        ),
    ),
    Defect(
        id="forbidden-by-iam-is-try-again",
        kind=Kind.IDENTITY,
        requirements=("NFR-7",),
        story="Whatever IAM refuses was taken for IAM's trouble, which is over soon.",
        changes=(
            Change(
                "engine.edge.authentication",
                '    return forbidden("IAM does not let this caller in.")\n',
                "    return iam_unavailable()\n",
            ),
            Change(
                "engine.edge.authentication",
                "import ApiError, error_response, forbidden, unauthorized, unavailable",
                "import ApiError, error_response, unauthorized, unavailable",
            ),
        ),
    ),
)
