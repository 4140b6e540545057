"""Admins keep the experiments of their tenant: write, change, switch on and off, list.

What the changing calls answer besides their status is the engine's choice, so all is read from the list.
"""

from __future__ import annotations

from typing import Any

from harness.scenario import (
    ABSENT,
    CANONICAL,
    CREATED,
    WITH_OFFSET,
    EngineClient,
    Eris,
    Given,
    Names,
    Object,
    People,
    an_experiment,
    each_answered,
    each_of,
    parametrize,
    requirement,
)

CONFIG = {"share": 0.25, "variants": ["long", {"words": 3}], "on": True, "until": None}


async def _the_only(engine: EngineClient) -> Object:
    listed = (await engine.list_experiments()).objects
    assert len(listed) == 1
    return listed[0]


@requirement("FR-13")
async def test_a_new_experiment_is_a_draft_and_complete(
    engine: EngineClient, people: People, names: Names
) -> None:
    """A created experiment is a draft of the caller's tenant, with id, times and all that was sent."""
    sent = an_experiment(name=names.canary(), config=CONFIG)

    created = await engine.create_experiment(sent)

    assert created.status in CREATED
    experiment = await _the_only(engine)
    assert experiment["status"] == "draft"
    assert experiment["tenant_id"] == people.tenant
    assert experiment["name"] == sent["name"]
    assert experiment["config"] == CONFIG
    assert CANONICAL.fullmatch(experiment.string("experiment_id"))
    assert WITH_OFFSET.fullmatch(experiment.string("created_at"))
    assert WITH_OFFSET.fullmatch(experiment.string("updated_at"))


@requirement("FR-13")
@parametrize("claimed", ["experiment_id", "tenant_id", "created_at", "updated_at"])
async def test_what_is_the_engines_to_set_a_body_cannot_set(
    claimed: str, engine: EngineClient, people: People, names: Names, given: Given
) -> None:
    """Id, tenant and times are the engine's: in a body they are refused or ignored, when new as later."""
    claims = {"experiment_id": names.uuid(), "tenant_id": names.tenant()}
    claim = {claimed: claims.get(claimed, "2001-01-01T00:00:00Z")}
    plain = await given.experiment(names.canary())

    created = await engine.create_experiment(an_experiment(name="Claiming") | claim)
    changed = await engine.update_experiment(plain["experiment_id"], {"name": "Changed"} | claim)

    assert created.status in {*CREATED, 403, 422}
    assert changed.status in {200, 403, 422}
    listed = (await engine.list_experiments()).objects
    assert plain["experiment_id"] in listed.pluck("experiment_id")
    told = [reply.object for reply in (created, changed) if reply.status in CREATED]
    for experiment in [*listed, *told]:
        assert experiment["tenant_id"] == people.tenant
        assert experiment[claimed] != claim[claimed]


@requirement("FR-13")
async def test_an_experiment_without_a_config_is_completed_or_refused(
    engine: EngineClient, given: Given, names: Names
) -> None:
    """An experiment that has nothing but a name gets an empty config, or is refused with 422 and not kept."""
    whole = await given.experiment(names.canary())

    reply = await engine.create_experiment({"name": "To be filled in"})

    assert reply.status in {*CREATED, 422}
    listed = (await engine.list_experiments()).objects
    assert whole["experiment_id"] in listed.pluck("experiment_id")
    kept = [each.object("config").plain for each in listed if each["name"] == "To be filled in"]
    assert kept == ([] if reply.status == 422 else [{}])


@requirement("FR-13")
@parametrize(
    "change", [{"name": "Renamed"}, {"config": {"share": 1}}, {"name": "Both", "config": {}}], ids=str
)
async def test_a_change_is_partial(
    change: dict[str, Any], engine: EngineClient, given: Given, names: Names
) -> None:
    """What a change names takes the place of what was; everything else stays."""
    before = await given.experiment(names.canary())

    changed = await engine.update_experiment(before["experiment_id"], change)

    assert changed.status == 200
    after = await _the_only(engine)
    expected = before.plain | change | {"updated_at": after["updated_at"]}
    assert {name: after[name] for name in expected} == expected


@requirement("FR-13")
async def test_an_experiment_is_switched_on_and_off(engine: EngineClient, given: Given, names: Names) -> None:
    """An experiment is active once activated, inactive once deactivated, and can be activated again."""
    experiment = (await given.experiment(names.canary()))["experiment_id"]
    seen = []

    for way in ("activate", "deactivate", "activate"):
        each_answered([await engine.switch_experiment(experiment, way)], 200)
        seen.append((await _the_only(engine))["status"])

    assert seen == ["active", "inactive", "active"]


@requirement("FR-13")
async def test_the_status_filters_the_list(engine: EngineClient, given: Given, names: Names) -> None:
    """A list of one status holds the experiments of that status, and no others."""
    draft, active, inactive = [
        (await given.experiment(names.canary())).string("experiment_id") for _ in range(3)
    ]
    switched = [
        await engine.switch_experiment(active, "activate"),
        await engine.switch_experiment(inactive, "activate"),
        await engine.switch_experiment(inactive, "deactivate"),
    ]

    everything = await engine.list_experiments()
    by_status = {
        status: (await engine.list_experiments(status=status)).objects.pluck("experiment_id")
        for status in ("draft", "active", "inactive")
    }

    each_answered(switched, 200)
    assert sorted(everything.objects.pluck("experiment_id")) == sorted([draft, active, inactive])
    assert by_status == {"draft": [draft], "active": [active], "inactive": [inactive]}


@requirement("FR-13", "NFR-4")
@parametrize(
    ("parts", "named"),
    [
        ({"name": ""}, "name"),
        ({"name": "n" * 201}, "name"),
        ({"name": ABSENT}, "name"),
        ({"name": ["n"]}, "name"),
        ({"config": ["share"]}, "config"),
        ({"config": "share"}, "config"),
    ],
    ids=["empty name", "long name", "no name", "name is a list", "config is a list", "config is text"],
)
async def test_an_invalid_experiment_is_refused(
    parts: dict[str, Any], named: str, engine: EngineClient, names: Names
) -> None:
    """An experiment with a part missing or of a wrong kind is refused with 422, and not kept."""
    sound = await engine.create_experiment(an_experiment(name=names.canary()))

    refused = await engine.create_experiment(an_experiment(**parts))

    assert sound.status in CREATED
    assert refused.status == 422
    assert named in refused.error.text
    assert len((await engine.list_experiments()).objects) == 1


@requirement("NFR-4", "FR-13")
async def test_no_config_makes_the_engine_crash(
    engine: EngineClient, people: People, given: Given, names: Names
) -> None:
    """Any config is kept as it is or refused, never answered with 5xx, and the list can still be read."""
    await given.experiment(names.canary())
    configs = {
        "zero byte": b'{"\\u0000": "a\\u0000b"}',
        "lone surrogate": b'{"a": "\\ud800"}',
        "huge number": b'{"n": 1' + b"0" * 400 + b"}",
        "infinite number": b'{"n": 1e999}',
        "deep": b'{"a":' * 150 + b"1" + b"}" * 150,
        "bottomless": b'{"a":' * 5000 + b"1" + b"}" * 5000,
        "same name twice": b'{"a": 1, "a": [2]}',
        "large": b'{"a": "' + b"word " * 200_000 + b'"}',
    }

    replies = [
        await engine.call(
            "POST", "/experiments", by=people.admin, content=b'{"name": "Odd", "config": ' + config + b"}"
        )
        for config in configs.values()
    ]

    for reply in each_of(replies):
        assert reply.status < 500
    assert (await engine.list_experiments()).status == 200


@requirement("FR-13", "NFR-5")
async def test_a_list_is_the_own_tenants_alone(
    engine: EngineClient, people: People, given: Given, names: Names
) -> None:
    """To ask for another tenant's experiments is 403; a status that does not exist is 422."""
    own = await given.experiment(names.canary())

    listed = await engine.list_experiments()
    foreign = await engine.list_experiments(tenant_id=people.elsewhere().tenant)
    misnamed = await engine.list_experiments(status="running")

    assert listed.objects.pluck("experiment_id") == [own["experiment_id"]]
    assert foreign.status == 403
    assert misnamed.status == 422
    assert "status" in misnamed.error.text


@requirement("FR-12", "FR-13")
async def test_every_change_of_an_experiment_leaves_exactly_one_receipt(
    engine: EngineClient, given: Given, eris: Eris, names: Names
) -> None:
    """Each change leaves one receipt, with before and after; reads and refusals leave none.

    How much of the experiment these hold, and where in `result` they are, is the engine's choice; what was
    not there before may be left out.
    """
    experiment = (await given.experiment(names.canary())).string("experiment_id")

    changes = [
        await engine.update_experiment(experiment, {"name": "Renamed"}),
        await engine.switch_experiment(experiment, "activate"),
        await engine.switch_experiment(experiment, "deactivate"),
    ]
    refused = [
        await engine.update_experiment(names.uuid(), {"name": "Renamed"}),
        await engine.switch_experiment(names.uuid(), "activate"),
        await engine.update_experiment(experiment, {"name": ""}),
    ]

    each_answered(changes, 200)
    each_answered(refused, 404, 404, 422)
    receipts = await eris.settled(given, due=4)
    assert [receipt.kind for receipt in receipts] == ["admin"] * 4
    told = [{"before", "after"} & receipt.object("result").members for receipt in receipts]
    assert sum(len(both) == 2 for both in told) >= 3
    for receipt in each_of(receipts):
        assert experiment in receipt.text
        assert receipt.schema_problems() == []
    assert await eris.rejections() == []
