"""Degraded modes: what the engine does when a dependency is gone."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="governance-outage-untold",
        kind=Kind.DEGRADED,
        requirements=("NFR-6", "FR-2"),
        story="Governance's outage is handled where a refusal is: default hours hold, and nobody is told.",
        changes=(
            Change(
                "engine.dependencies.governance",
                "        except RefusedError:\n            return DEFAULT",
                "        except (RefusedError, UnavailableError):\n            return DEFAULT",
            ),
            Change(
                "engine.dependencies.governance",
                "from engine.dependencies.errors import RefusedError\n",
                "from engine.dependencies.errors import RefusedError, UnavailableError\n",
            ),
        ),
    ),
    Defect(
        id="not-found-taken-for-outage",
        kind=Kind.DEGRADED,
        requirements=("NFR-6", "FR-2"),
        story="A wrong address answers 404, so that a 404 is taken for an outage, and counts as one.",
        changes=(
            Change(
                "engine.dependencies.http",
                "            if httpx.codes.is_client_error(status):\n",
                "            if httpx.codes.is_client_error(status) and status != 404:\n",
            ),
        ),
    ),
    Defect(
        id="governance-outage-without-night",
        kind=Kind.DEGRADED,
        requirements=("NFR-6", "FR-7"),
        story="Without governance no hours are known, and so there are none.",
        changes=(
            Change(
                "engine.decide.gather",
                "_or(DEFAULT_QUIET_HOURS, quiet_hours, lost)",
                "_or(QuietHours(start=0, end=0), quiet_hours, lost)",
            ),
            Change(
                "engine.decide.gather",
                "from engine.dependencies.governance import DEFAULT_QUIET_HOURS\n",
                "from engine.values.playbook import QuietHours\n",
            ),
        ),
        deferred="time",
    ),
    Defect(
        id="signals-outage-ends-decide",
        kind=Kind.DEGRADED,
        requirements=("FR-2", "NFR-6"),
        story="Recent signals got their own error handling, which was to come with the next change.",
        changes=(
            Change(
                "engine.decide.gather",
                "        recent_signals=_or((), signals, lost),\n",
                "        recent_signals=_known(signals),\n",
            ),
        ),
    ),
    Defect(
        id="unreadable-signals-are-none",
        kind=Kind.DEGRADED,
        requirements=("NFR-6", "FR-2"),
        story="Some answers of UBI had no list, so it is optional: a broken answer passes for a quiet one.",
        changes=(
            Change(
                "engine.dependencies.ubi",
                "    signals: tuple[_Signal, ...]\n",
                "    signals: tuple[_Signal, ...] = ()\n",
            ),
        ),
    ),
    Defect(
        id="standards-outage-restricts-nothing",
        kind=Kind.DEGRADED,
        requirements=("FR-11", "NFR-6", "UT-MMM-04"),
        story="Without gold standards there is nothing that could be restricted.",
        changes=(
            Change(
                "engine.decide.gather",
                "_or(MIRRORS_ONLY, standards, lost)",
                "_or(Standards(allowed=True, restrictions=frozenset()), standards, lost)",
            ),
            Change(
                "engine.decide.gather",
                "from engine.dependencies.policy import MIRRORS_ONLY\n",
                "",
            ),
            Change(
                "engine.decide.gather",
                "import PolicyVerdict, Surroundings\n\nif",
                "import PolicyVerdict, Standards, Surroundings\n\nif",
            ),
        ),
    ),
    Defect(
        id="allowed-unless-said-otherwise",
        kind=Kind.DEGRADED,
        requirements=("FR-11", "UT-MMM-04"),
        story="An older policy service left `allowed` out where it was true, so that is the default.",
        changes=(
            Change(
                "engine.dependencies.policy",
                "class _Evaluation(Wire):\n    allowed: bool\n",
                "class _Evaluation(Wire):\n    allowed: bool = True\n",
            ),
        ),
    ),
    Defect(
        id="unknown-to-policy-is-allowed",
        kind=Kind.DEGRADED,
        requirements=("FR-11", "UT-MMM-04"),
        story="The service answers 404 for a tenant without a policy, and then nothing is forbidden.",
        changes=(
            Change(
                "engine.dependencies.policy",
                "        except RefusedError:\n            return PolicyVerdict(None)\n",
                """        except RefusedError as refusal:
            if refusal.status not in {403, 404}:
                return PolicyVerdict(None)
            return PolicyVerdict(Snapshot(True, "none", (), frozenset(), "sha256:" + "0" * 64))
""",
            ),
        ),
    ),
    Defect(
        id="critical-tenant-goes-on-stale",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-03", "FR-11"),
        story="A safety-critical tenant is treated as such only where there is no snapshot at all.",
        changes=(
            Change(
                "engine.decide.gather",
                "    return PolicyVerdict(None) if verdict.stale and safety_critical else verdict\n",
                "    return verdict\n",
            ),
        ),
    ),
    Defect(
        id="stale-policy-untold",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-03", "NFR-6", "FR-11"),
        story="A stale snapshot is still a snapshot: the decision does not say that it is degraded.",
        changes=(
            Change(
                "engine.decide.gather",
                '    if verdict.stale:\n        lost.add("policy")\n',
                "",
            ),
        ),
    ),
    Defect(
        id="refused-without-a-receipt",
        kind=Kind.DEGRADED,
        requirements=("FR-12", "FR-11", "RF-MMM-03"),
        story="There is no decision without policy, so nothing is written either.",
        changes=(
            Change(
                "engine.decide.service",
                "        await keep_refusal(services, facts, str(unknown))\n",
                "",
            ),
            Change(
                "engine.decide.service",
                "    except PolicyUnknownError as unknown:\n",
                "    except PolicyUnknownError:\n",
            ),
        ),
    ),
    Defect(
        id="identity-assumed-while-iam-cannot-say",
        kind=Kind.DEGRADED,
        requirements=("NFR-7", "NFR-6", "ST-MMM-02"),
        story="The token was verified a moment ago: when IAM cannot say whether it may decide, it may.",
        changes=(
            Change(
                "engine.decide.gather",
                "    if isinstance(answer, UnavailableError):\n        raise iam_unavailable()\n",
                "    if isinstance(answer, UnavailableError):\n        return\n",
            ),
            Change(
                "engine.decide.gather",
                "from engine.edge.authentication import iam_refused, iam_unavailable\n",
                "from engine.edge.authentication import iam_refused\n",
            ),
        ),
    ),
    Defect(
        id="pending-called-delivered",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-02",),
        story="A receipt in the outbox is as safe as one in ERIS, so it is called delivered.",
        changes=(
            Change(
                "engine.decide.answer",
                '"delivered" if keeping.delivery == "delivered" else "pending"',
                '"pending" if keeping.delivery == "rejected" else "delivered"',
            ),
        ),
    ),
    Defect(
        id="ready-without-eris",
        kind=Kind.DEGRADED,
        requirements=("NFR-6",),
        story="The evidence store is no part of a decision, so readiness does not ask for it.",
        changes=(
            Change(
                "engine.services",
                ', "eris": "/v1/evidence/health"}',
                "}",
            ),
        ),
    ),
    Defect(
        id="quota-unlimited-without-redis",
        kind=Kind.DEGRADED,
        requirements=("NFR-6", "FR-7"),
        story="Without Redis nothing was counted, so nothing can be too many.",
        changes=(
            Change(
                "engine.decide.service",
                "        return (), frozenset((lost.dependency,))\n",
                "        return actions, frozenset((lost.dependency,))\n",
            ),
        ),
    ),
    Defect(
        id="lost-database-is-our-mistake",
        kind=Kind.DEGRADED,
        requirements=("NFR-6", "NFR-4"),
        story="Errors of the database are told as they are: whoever asks meanwhile gets a 500.",
        changes=(
            Change(
                "engine.storage.database",
                "        if not _is_loss(error):\n            raise\n"
                "        raise StorageUnavailableError(type(error).__name__) from error\n",
                "        raise\n",
            ),
        ),
    ),
    Defect(
        id="alerts-lost-without-eris",
        kind=Kind.DEGRADED,
        requirements=("FR-8", "NFR-6"),
        story="Nothing is to be alerted that is not on record: with ERIS away, the alerts are taken back.",
        changes=(
            Change(
                "engine.decide.keep",
                "    return Kept(decision, alerts, await deliver_first(services, receipt))\n",
                """    delivery = await deliver_first(services, receipt)
    if alerts and delivery != "delivered":
        async with services.database.writing() as connection:
            await outbox.forget(connection, [alert.entry_id for alert in alerts])
        alerts = []
    return Kept(decision, alerts, delivery)
""",
            ),
        ),
    ),
)
