"""Circuits (section 2): what opens one, what closes it, and whose it is. Of the kind degraded modes."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
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
)
