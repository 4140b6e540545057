"""Degraded modes and breakers: what the engine does when a dependency is gone."""

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
        id="governance-refusal-taken-for-outage",
        kind=Kind.DEGRADED,
        requirements=("NFR-6", "FR-2"),
        story="A tenant that governance does not know (404) is told as an outage of governance.",
        changes=(
            Change(
                "engine.dependencies.governance",
                "        except RefusedError:\n            return DEFAULT_QUIET_HOURS\n",
                "        except RefusedError as refusal:\n"
                '            raise UnavailableError("governance", str(refusal)) from None\n',
            ),
            Change(
                "engine.dependencies.governance",
                "from engine.dependencies.errors import RefusedError\n",
                "from engine.dependencies.errors import RefusedError, UnavailableError\n",
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
        id="bad-tokens-open-the-circuit",
        kind=Kind.DEGRADED,
        requirements=("NFR-7", "NFR-6"),
        story="Every answer that is no success counts as a failure of the dependency.",
        changes=(
            Change(
                "engine.dependencies.breaker",
                "        except RefusedError:\n            self._succeed(trial=trial)\n",
                "        except RefusedError:\n            self._fail(trial=trial)\n",
            ),
        ),
    ),
    Defect(
        id="failures-never-forgotten",
        kind=Kind.DEGRADED,
        requirements=("NFR-6",),
        story="Failures are counted, but a success takes none back: the fifth of a week opens the circuit.",
        changes=(
            Change(
                "engine.dependencies.breaker",
                "        if trial or self._opened_at is None:\n            self._failures = 0\n",
                "        if trial:\n            self._failures = 0\n",
            ),
        ),
    ),
    Defect(
        id="any-number-of-trials",
        kind=Kind.DEGRADED,
        requirements=("NFR-6",),
        story="Once the rest is over everybody is let through, and the first answer decides.",
        changes=(
            Change(
                "engine.dependencies.breaker",
                "return state is State.CLOSED or (state is State.HALF_OPEN and not self._trial)",
                "return state is not State.OPEN",
            ),
        ),
    ),
    Defect(
        id="failed-trial-rests-no-more",
        kind=Kind.DEGRADED,
        requirements=("NFR-6",),
        story="Only a closed circuit is opened; a trial that fails finds it open, and begins no new rest.",
        changes=(
            Change(
                "engine.dependencies.breaker",
                "if trial or (self._opened_at is None and self._failures >= self.failures_to_open):",
                "if self._opened_at is None and self._failures >= self.failures_to_open:",
            ),
        ),
    ),
    Defect(
        id="success-closes-nothing",
        kind=Kind.DEGRADED,
        requirements=("NFR-6",),
        story="A success clears the count of failures, which was taken for closing the circuit.",
        changes=(
            Change(
                "engine.dependencies.breaker",
                "            self._failures = 0\n            self._opened_at = None\n",
                "            self._failures = 0\n",
            ),
        ),
    ),
    Defect(
        id="one-circuit-for-all",
        kind=Kind.DEGRADED,
        requirements=("NFR-6", "RF-MMM-01"),
        story="There is one circuit for what lies outside, made once and handed to every dependency.",
        changes=(
            Change(
                "engine.services",
                "    return {\n        name: Dependency(\n",
                '    shared = _breaker("outside", settings)\n    return {\n        name: Dependency(\n',
            ),
            Change(
                "engine.services",
                "settings.mmm_service_token), seconds, _breaker(name, settings)\n",
                "settings.mmm_service_token), seconds, shared\n",
            ),
            Change(
                "engine.services",
                "metrics = Metrics([*(dependency.breaker for dependency in asked.values()), redis], counts)",
                'metrics = Metrics([asked["iam"].breaker, redis], counts)',
            ),
        ),
    ),
    Defect(
        id="no-circuit-for-the-gateway",
        kind=Kind.DEGRADED,
        requirements=("NFR-6", "RF-MMM-01"),
        story="The gateway recovers by itself, so its circuit was set to open after a million failures.",
        changes=(
            Change(
                "engine.services",
                "    return Breaker(name, settings.mmm_breaker_failures, ",
                '    failures = 1_000_000 if name == "llm" else settings.mmm_breaker_failures\n'
                "    return Breaker(name, failures, ",
            ),
        ),
    ),
    Defect(
        id="gateway-outage-takes-all",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-01", "FR-4", "NFR-6"),
        story="Where one text could not be had, nothing is shown, so that no half answer goes out.",
        changes=(
            Change(
                "engine.decide.generate",
                "        actions=tuple(action for action in shown if action is not None),\n",
                "        actions=tuple(action for action in shown if action is not None)\n"
                "        if all(one.available for one in found.values())\n        else (),\n",
            ),
        ),
    ),
    Defect(
        id="offer-shown-without-its-text",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-01",),
        story="Without the gateway every action falls back to its own words, the offer as the mentor.",
        changes=(
            Change(
                "engine.pipeline.generated",
                "    return done if action.type == MENTOR else None\n",
                "    return done\n",
            ),
        ),
    ),
    Defect(
        id="gateway-outage-untold",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-01", "NFR-6"),
        story="A static text is as good as a generated one, so that nobody is told that one is missing.",
        changes=(
            Change(
                "engine.decide.generate",
                'else frozenset(("llm",)),',
                "else frozenset(),",
            ),
        ),
    ),
    Defect(
        id="verdict-missing-is-a-pass",
        kind=Kind.DEGRADED,
        requirements=("NFR-4", "FR-5", "IT-MMM-03"),
        story="A gateway of last year gave no status where nothing was wrong, so that is the default.",
        changes=(
            Change(
                "engine.dependencies.llm",
                '    status: Literal["pass", "warn", "fail"]\n',
                '    status: Literal["pass", "warn", "fail"] = "pass"\n',
            ),
        ),
    ),
    Defect(
        id="unsafe-only-with-a-flag",
        kind=Kind.DEGRADED,
        requirements=("IT-MMM-03", "NFR-4", "FR-5"),
        story="A text is unsafe when the gateway says why: a verdict of fail without flags is no reason.",
        changes=(
            Change(
                "engine.dependencies.llm",
                '    if answer.safety.status == "fail":\n',
                '    if answer.safety.status == "fail" and flags:\n',
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
        id="refused-receipt-sent-again",
        kind=Kind.DEGRADED,
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
        id="answer-waits-for-eris",
        kind=Kind.DEGRADED,
        requirements=("RF-MMM-02", "NFR-1"),
        story="The answer waits for the receipt as long as an attempt may take, to say how that went.",
        changes=(Change("engine.decide.keep", "RECEIPT_SECONDS = 0.8\n", "RECEIPT_SECONDS = 2.0\n"),),
    ),
    Defect(
        id="patience-for-each-read",
        kind=Kind.DEGRADED,
        requirements=("NFR-1", "NFR-6"),
        story="The time-out is the client's own, which starts anew with every piece of an answer.",
        changes=(
            Change(
                "engine.dependencies.http",
                "            async with asyncio.timeout(self.seconds):\n"
                "                response = await self.client.send(request, stream=True)\n"
                "                try:\n"
                "                    return response.status_code, response.headers, "
                "await self._whole(response)\n"
                "                finally:\n"
                "                    await response.aclose()\n",
                "            async with asyncio.timeout(self.seconds):\n"
                "                response = await self.client.send(request, stream=True)\n"
                "            try:\n"
                "                return response.status_code, response.headers, await self._whole(response)\n"
                "            finally:\n"
                "                await response.aclose()\n",
            ),
            Change(
                "engine.dependencies.http",
                """        async for chunk in response.aiter_bytes():
            body += chunk
""",
                """        chunks = response.aiter_bytes()
        while True:
            async with asyncio.timeout(self.seconds):
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            body += chunk
""",
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
        id="probes-open-the-circuit",
        kind=Kind.DEGRADED,
        requirements=("NFR-6",),
        story="Readiness asks as everything else does, through the circuit.",
        changes=(
            Change(
                "engine.dependencies.http",
                '            status, _, _ = await self._exchange("GET", path, None, None)\n',
                "            with self.breaker.attempt():\n"
                '                status, _, _ = await self._exchange("GET", path, None, None)\n',
            ),
        ),
    ),
    Defect(
        id="one-limit-of-lateness",
        kind=Kind.DEGRADED,
        requirements=("NFR-1",),
        story="The limit of ci became the limit of everything when the settings were tidied up.",
        changes=(
            Change(
                "engine.decide.answer",
                '{"ide": 0.150, "ci": 0.500}',
                '{"ide": 0.500, "ci": 0.500}',
            ),
        ),
    ),
    Defect(
        id="lateness-without-the-texts",
        kind=Kind.DEGRADED,
        requirements=("NFR-1",),
        story="The clock is read before texts are asked for: how long these take is the gateway's affair.",
        changes=(
            Change(
                "engine.decide.service",
                "    course = await _course(services, facts, surroundings)\n",
                "    seconds = time.perf_counter() - started\n"
                "    course = await _course(services, facts, surroundings)\n",
            ),
            Change(
                "engine.decide.service",
                "    seconds = time.perf_counter() - started\n    late",
                "    late",
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
        deferred="storage that fails",
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
        deferred="storage that fails",
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
