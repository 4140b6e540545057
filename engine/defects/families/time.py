"""Time: hours, windows and offsets."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="snooze-hours-are-minutes",
        kind=Kind.TIME,
        requirements=("FR-10", "FR-14"),
        story="The duration was in minutes first; the name of the member changed, and the sum did not.",
        changes=(
            Change(
                "engine.routes.preferences",
                "timedelta(hours=self.duration_hours or 0)",
                "timedelta(minutes=self.duration_hours or 0)",
            ),
        ),
    ),
    Defect(
        id="snooze-cut-to-the-minute",
        kind=Kind.TIME,
        requirements=("FR-10",),
        story="The picker of the page has no seconds, so they are cut off what is kept.",
        changes=(
            Change(
                "engine.routes.preferences",
                "        return self.until\n",
                "        return self.until.replace(second=0, microsecond=0)\n",
            ),
        ),
    ),
    Defect(
        id="naive-now-meets-a-snooze",
        kind=Kind.TIME,
        requirements=("FR-10", "NFR-4"),
        story="A naive now beside an aware moment: it works until somebody has a snooze on record.",
        changes=(
            Change(
                "engine.decide.service",
                "standing.preferences.snoozed(now)",
                "standing.preferences.snoozed(datetime.now())",
            ),
        ),
    ),
    Defect(
        id="naive-time-taken-for-utc",
        kind=Kind.TIME,
        requirements=("FR-10", "NFR-4", "FR-1"),
        story="A client forgot the offset, and the engine was made to forgive it.",
        changes=(
            Change(
                "engine.values.wire",
                "([Zz]|[+-]{_HOUR}:{_SIXTY})",
                "([Zz]|[+-]{_HOUR}:{_SIXTY})?",
            ),
        ),
    ),
    Defect(
        id="half-hour-offsets-refused",
        kind=Kind.TIME,
        requirements=("FR-10", "FR-1"),
        story="Offsets are whole hours, as everywhere where the team has ever been.",
        changes=(Change("engine.values.wire", "[+-]{_HOUR}:{_SIXTY})", "[+-]{_HOUR}:00)"),),
    ),
    Defect(
        id="nanoseconds-refused",
        kind=Kind.TIME,
        requirements=("FR-1",),
        story="Fractions of a second are read as the language writes them, with six digits at most.",
        changes=(Change("engine.values.wire", r"(\.\d+)?", r"(\.\d{{1,6}})?"),),
    ),
    Defect(
        id="told-times-lose-their-offset",
        kind=Kind.TIME,
        requirements=("FR-14", "FR-10", "FR-6"),
        story="Moments are told as the database's driver writes them: in UTC, without saying so.",
        changes=(
            Change(
                "engine.values.wire",
                "return moment.isoformat() if moment else None",
                "return moment.replace(tzinfo=None).isoformat() if moment else None",
            ),
        ),
    ),
    Defect(
        id="preferences-are-always-new",
        kind=Kind.TIME,
        requirements=("FR-14",),
        story="A change writes a fresh record over the old one, its time of birth included.",
        changes=(
            Change(
                "engine.administration.preferences",
                "replace(before, wishes=wishes, updated_at=max(now, before.updated_at))",
                "replace(self._fresh(now), preference_id=before.preference_id, wishes=wishes)",
            ),
        ),
    ),
    Defect(
        id="period-forgets-its-offset",
        kind=Kind.TIME,
        requirements=("FR-13",),
        story="The plus of an offset came in as a blank and broke the reading, so the offset is cut off.",
        changes=(
            Change(
                "engine.values.period",
                '    return moment_of(f"{plus[1]}+{plus[2]}" if plus else text)\n',
                '    moment_of(f"{plus[1]}+{plus[2]}" if plus else text)\n'
                "    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)\n",
            ),
        ),
    ),
    Defect(
        id="cool-down-in-seconds",
        kind=Kind.TIME,
        requirements=("FR-7", "UT-MMM-03"),
        story="The store counts in milliseconds; the factor was the one for seconds.",
        changes=(
            Change(
                "engine.fatigue.script",
                "now - tonumber(since) < minutes * 60000 or",
                "now - tonumber(since) < minutes * 1000 or",
            ),
        ),
    ),
    Defect(
        id="quiet-by-the-offices-clock",
        kind=Kind.TIME,
        requirements=("UT-MMM-03", "FR-7"),
        story="Quiet hours were compared with the clock on the wall, and the team was an hour off UTC.",
        changes=(
            Change(
                "engine.decide.service",
                "passed(actions, surroundings, now.hour)",
                "passed(actions, surroundings, now.astimezone(timezone(timedelta(hours=1))).hour)",
            ),
            Change(
                "engine.decide.service",
                "from datetime import UTC, datetime\n",
                "from datetime import UTC, datetime, timedelta, timezone\n",
            ),
        ),
    ),
    Defect(
        id="quiet-by-the-signals-clock",
        kind=Kind.TIME,
        requirements=("FR-7", "UT-MMM-03"),
        story="It is as late as the signal says, so that signals of the day are delivered at night.",
        changes=(
            Change(
                "engine.values.surroundings",
                "    severity: Severity | None = None\n",
                "    severity: Severity | None = None\n    occurred_at: str | None = None\n",
            ),
            Change(
                "engine.decide.request",
                "given.event_type, given.severity)",
                "given.event_type, given.severity, given.occurred_at)",
            ),
            Change(
                "engine.decide.service",
                "passed(actions, surroundings, now.hour)",
                "passed(actions, surroundings, _occurred(facts, now).hour)",
            ),
            Change(
                "engine.decide.service",
                "async def _spent(",
                """def _occurred(facts: Facts, now: datetime) -> datetime:
    told = facts.signal.occurred_at if facts.signal else None
    return moment_of(told) if told else now


async def _spent(""",
            ),
            Change(
                "engine.decide.service",
                "from engine.values.ids import new_id\n",
                "from engine.values.ids import new_id\nfrom engine.values.wire import moment_of\n",
            ),
        ),
    ),
    Defect(
        id="night-never-crosses-midnight",
        kind=Kind.TIME,
        requirements=("UT-MMM-03", "FR-7"),
        story="A range is from its start to its end; the one from 22 to 6 is empty then.",
        changes=(
            Change(
                "engine.pipeline.quiet",
                "    return hour >= hours.start or hour < hours.end\n",
                "    return False\n",
            ),
        ),
    ),
    Defect(
        id="default-night-is-by-day",
        kind=Kind.TIME,
        requirements=("NFR-6", "FR-7"),
        story="The default was put into a constant by somebody who read the hours as those to work in.",
        changes=(
            Change(
                "engine.dependencies.governance",
                "QuietHours(start=22, end=6)",
                "QuietHours(start=6, end=22)",
            ),
        ),
    ),
    Defect(
        id="own-hours-instead-of-the-tenants",
        kind=Kind.TIME,
        requirements=("FR-7", "UT-MMM-03"),
        story="The most specific quiet hours win, as settings usually do: the playbook's over the tenant's.",
        changes=(
            Change(
                "engine.pipeline.gates",
                "by_own_quiet_hours(by_quiet_hours(wanted, hours, hour), hour),",
                "tuple(one for one in wanted if not is_quiet(hour, one.limits.quiet_hours or hours)),",
            ),
        ),
    ),
    Defect(
        id="quota-of-the-clocks-hour",
        kind=Kind.TIME,
        requirements=("FR-7", "UT-MMM-03"),
        story="The hour is the one that the clock shows: at ten to and ten past, six actions come.",
        changes=(
            Change(
                "engine.fatigue.script",
                "hour = hour + count(KEYS[i], HOUR)",
                "hour = hour + count(KEYS[i], now % HOUR)",
            ),
        ),
        deferred="time",
    ),
    Defect(
        id="day-counts-live-an-hour",
        kind=Kind.TIME,
        requirements=("FR-7", "UT-MMM-03"),
        story="The counts were kept for the hourly quota, and expire as if it were the only one.",
        changes=(
            Change(
                "engine.fatigue.script", "redis.call('PEXPIRE', key, DAY)", "redis.call('PEXPIRE', key, HOUR)"
            ),
        ),
        deferred="time",
    ),
    Defect(
        id="cool-down-of-a-day-at-most",
        kind=Kind.TIME,
        requirements=("FR-7", "UT-MMM-03"),
        story="All that is kept of fatigue expires after a day, a cool-down of a week too.",
        changes=(Change("engine.fatigue.script", "'PX', math.max(minutes * 60000, DAY))", "'PX', DAY)"),),
        deferred="time",
    ),
    Defect(
        id="asking-prolongs-the-cool-down",
        kind=Kind.TIME,
        requirements=("FR-7", "UT-MMM-03"),
        story="The time of the last attempt is noted, not that of the last success.",
        changes=(
            Change(
                "engine.fatigue.script",
                "< minutes * 60000 or false\n",
                "< minutes * 60000 or false\n"
                "    if cooling[playbook] then\n"
                "      redis.call('SET', cooldown, now, 'PX', math.max(minutes * 60000, DAY))\n"
                "    end\n",
            ),
        ),
        deferred="time",
    ),
    Defect(
        id="lateness-without-the-texts",
        kind=Kind.TIME,
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
)
