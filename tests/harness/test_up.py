"""What `mmm up` decides and prints, before anything is started."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import subprocess
from urllib.parse import urlsplit

import dotenv
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cli.main import run
from harness.processes import ConfigurationError, free_port, ports, work_directory
from harness.up import PLACES, Offer, Order, order_of
from harness.up.offer import VARIABLES, environment_of
from harness.up.places import HIGHEST_BASE
from harness.up.run import Starter
from harness.worlds.signing import SIGNING_KEY

URLS = {name: f"http://127.0.0.1:{number}" for number, name in enumerate(PLACES, start=1)}
VALUES = st.dictionaries(
    st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True),
    st.text(st.characters(codec="ascii", exclude_characters="'\\", exclude_categories=["Cc"])),
    min_size=1,
)


def test_every_name_has_its_place_whatever_else_is_up() -> None:
    everything = Order(port_base=9100).ports()
    few = order_of("eris,database", 9100, "127.0.0.1")

    assert list(everything) == ["database", "redis", "iam", "policy", "eris", *PLACES[5:], "redis-control"]
    assert list(everything.values()) == list(range(9100, 9100 + len(PLACES) + 1))
    assert few.ports() == {"database": 9100, "eris": everything["eris"]}
    assert few.fakes == ("eris",)
    assert max(Order(port_base=HIGHEST_BASE).ports().values()) == 65_535
    assert Order().ports() == {}


def test_a_name_that_nobody_knows_is_told_with_the_nearest() -> None:
    with pytest.raises(ConfigurationError, match=r"--only eriss.*did you mean eris\?.*database, redis, iam"):
        order_of("iam,eriss", None, "127.0.0.1")


def test_every_place_has_the_variable_that_engines_read() -> None:
    environment = environment_of(URLS, "key")

    assert set(VARIABLES) == set(PLACES)
    assert environment["IAM_SERVICE_URL"] == URLS["iam"] + "/iam/v1"
    assert environment["DATABASE_URL"] == URLS["database"]
    assert environment[SIGNING_KEY] == "key"
    assert SIGNING_KEY not in environment_of({"iam": URLS["iam"]}, None)


@given(VALUES)
def test_what_is_printed_says_the_same_to_dotenv(values: dict[str, str]) -> None:
    text = Offer(environment=values, tenant_id="t").as_shell()

    assert dotenv.dotenv_values(stream=io.StringIO(text), interpolate=False) == values


def test_what_is_printed_says_the_same_to_a_shell_and_in_json() -> None:
    values = {"A": "plain", "B": 'two words, "quoted", $HOME `id` #', "C": ""}
    offer = Offer(environment=values, tenant_id="t", tokens={"ci_bot": "x.y.z"}, control={"iam": "http://i"})
    wanted = values | {"MMM_TENANT_ID": "t", "MMM_TOKEN_CI_BOT": "x.y.z", "MMM_CONTROL_IAM": "http://i"}
    shown = "; ".join(f"printf '%s\\n' \"${name}\"" for name in wanted)

    done = subprocess.run(
        ["/bin/sh"], input=f"{offer.as_shell()}\n{shown}", capture_output=True, text=True, check=True
    )

    assert done.stdout.split("\n")[:-1] == list(wanted.values())
    assert json.loads(offer.as_json()) == {
        "environment": values,
        "tenant_id": "t",
        "tokens": {"ci_bot": "x.y.z"},
        "control": {"iam": "http://i"},
    }


@pytest.mark.parametrize("value", ["'; rm -rf /", "two\nlines", "end\\"])
def test_a_value_that_cannot_be_quoted_is_never_printed(value: str) -> None:
    with pytest.raises(ValueError, match="A cannot be quoted"):
        Offer(environment={"A": value}, tenant_id="t").as_shell()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--only", "iam,eriss"), "did you mean eris?"),
        (("--only", ""), "an empty name; there are database, redis, iam"),
        (("--only", "iam,"), "an empty name"),
        (("--port-base", "65535"), "--port-base"),
        (("--host", "localhost"), "'localhost' is not an IPv4 address"),
    ],
)
def test_wrong_usage_names_what_is_wrong(
    arguments: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["up", *arguments])

    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert named in printed.err
    assert len(printed.err.splitlines()) == 1


def test_a_taken_port_is_named_with_the_mend(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code = run(["up", "--only", "iam,eris", "--port-base", str(port - 2)])

    printed = capsys.readouterr()
    assert (code, printed.out) == (3, "")
    assert f"port {port}, where iam is to listen, is already in use" in printed.err
    assert "another --port-base" in printed.err


def test_the_server_behind_the_redis_fake_takes_no_port_that_was_promised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = order_of("redis,eris", free_port(), "127.0.0.1")
    promised = tuple(order.ports().values())
    monkeypatch.setattr(ports, "BELOW_EPHEMERAL", promised)
    monkeypatch.setattr(ports, "TRIES", len(promised))

    with work_directory() as folder, contextlib.ExitStack() as stack:
        upstream = Starter(order, folder, None).redis(stack)

    assert urlsplit(upstream).port not in promised


def test_an_address_that_is_not_ours_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["up", "--only", "iam", "--host", "192.0.2.1"])

    assert code == 3
    assert "--host 192.0.2.1: nothing can listen there" in capsys.readouterr().err
