"""Section 4: aggregate metrics of a tenant, counted from what is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values.period import first_moment, moment_after
from tests.engine.house import action
from tests.engine.rows import opened

if TYPE_CHECKING:
    from tests.engine.house import Talk

NOON = datetime(2126, 3, 2, 12, 0, tzinfo=UTC)  # not yet too old: the job of retention runs meanwhile
DAY = timedelta(days=1)


async def metrics(talk: Talk, query: str = "") -> dict[str, Any]:
    reply = await talk.admin("GET", f"/tenants/{talk.tenant}/metrics{query}")
    assert reply.status_code == 200, reply.text
    told: dict[str, Any] = reply.json()
    return told


async def test_everything_is_counted_and_every_word_is_told(any_talk: Talk) -> None:
    await any_talk.publish(action(), action("multiplier"))
    decision = await any_talk.decided()
    await any_talk.decided(sub="somebody-else")
    for result in ("shown", "accepted"):
        body = {"action_id": decision["actions"][0]["action_id"], "result": result}
        await any_talk.ask("POST", f"/decisions/{decision['decision_id']}/outcomes", body)

    assert await metrics(any_talk) == {
        "tenant_id": any_talk.tenant,
        "period": {"start": None, "end": None},
        "aggregates": {
            "decisions_total": 2,
            "actions_total": 4,
            "actions_by_type": {"mirror": 2, "mentor": 0, "multiplier": 2},
            "outcomes_total": 2,
            "outcomes_by_result": {"shown": 1, "ignored": 0, "dismissed": 0, "accepted": 1, "failed": 0},
        },
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("?start_date=2126-03-02&end_date=2126-03-02", 1),
        ("?start_date=2126-03-02", 2),
        ("?end_date=2126-03-02", 2),
        ("?start_date=2126-03-02T12:00:00Z", 2),
        ("?start_date=2126-03-02T12:00:00.000001Z", 1),
        ("?end_date=2126-03-02T12:00:00Z", 1),
        ("?end_date=2126-03-02T12:00:00.000001Z", 2),
        ("?start_date=2126-03-02T13:00:00%2B01:00&end_date=2126-03-02T13:00:01%2B01:00", 1),
        ("?start_date=2126-03-02T13:00:00+01:00&end_date=2126-03-02T13:00:01+01:00", 1),
        ("?start_date=2126-03-02T12:00:00Z&end_date=2126-03-02T12:00:00Z", 0),
        ("?start_date=0001-01-01&end_date=9999-12-31", 3),
        ("?start_date=9999-12-31", 0),
    ],
)
async def test_the_start_is_in_and_the_end_is_out(any_talk: Talk, query: str, found: int) -> None:
    async with opened(any_talk.engine.database) as rows:
        for at in (NOON - DAY, NOON, NOON + DAY):
            await rows.decision(any_talk.tenant, at)
            await rows.decision("tenant-next-door", at)

    told = (await metrics(any_talk, query))["aggregates"]

    assert told["decisions_total"] == told["actions_total"] == told["outcomes_total"] == found
    assert told["actions_by_type"]["multiplier"] == told["outcomes_by_result"]["shown"] == found


async def test_a_period_says_what_it_counted(talk: Talk) -> None:
    told = await metrics(talk, "?start_date=2126-03-02T01:00:00%2B02:00&end_date=2126-03-02")

    assert told["period"] == {"start": "2126-03-01T23:00:00+00:00", "end": "2126-03-03T00:00:00+00:00"}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("start_date=yesterday", "start_date"),
        ("start_date=", "start_date"),
        ("end_date=2026-02-30", "end_date"),
        ("end_date=2126-03-02T12:00:00", "end_date"),
        ("end_date=1772452800", "end_date"),
        ("start_date=0001-01-01T00:00:00%2B01:00", "start_date"),
        ("start_date=2126-03-02%00", "start_date"),
        ("end_date=%ED%A0%80", "end_date"),
        ("start_date=2126-03-03&end_date=2126-03-01", "end_date"),
    ],
)
async def test_a_bad_date_is_named(talk: Talk, query: str, field: str) -> None:
    reply = await talk.admin("GET", f"/tenants/{talk.tenant}/metrics?{query}")

    assert reply.status_code == 422
    assert reply.json()["error"]["details"]["field"] == field


async def test_only_admins_of_the_tenant_are_told(talk: Talk) -> None:
    own = f"/tenants/{talk.tenant}/metrics"

    refused = [
        await talk.ask("GET", own),
        await talk.ask("GET", own, roles=["mmm_admin_assistant"]),
        await talk.admin("GET", "/tenants/another/metrics"),
        await talk.admin("GET", "/tenants/another/metrics?start_date=x"),
        await talk.admin("GET", f"/tenants/{'t' * 201}/metrics"),
        await talk.admin("POST", own),
    ]

    assert [reply.status_code for reply in refused] == [403, 403, 403, 422, 422, 405]
    assert (await talk.admin("GET", own)).status_code == 200


@given(st.dates(), st.times())
def test_a_day_holds_its_moments_and_no_others(day: date, at: time) -> None:
    inside = datetime.combine(day, at, UTC)

    assert first_moment(day.isoformat()) <= inside
    assert inside < moment_after(day.isoformat()) or day.year == 9999
    assert moment_after(inside.isoformat()) == first_moment(inside.isoformat()) == inside


@given(st.text(max_size=40) | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+ -]\d\d:\d\d|Z)"))
def test_any_text_is_a_moment_or_refused(text: str) -> None:
    for read in (first_moment, moment_after):
        try:
            moment = read(text)
        except ValueError:
            continue
        assert moment.tzinfo is UTC
