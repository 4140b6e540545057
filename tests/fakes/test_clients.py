"""HTTP clients that know nothing of a fake, as they come: each asks twice, and all say and hear the same."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

import httpx
import pytest
import requests

from fakes.local import FakePolicy
from fakes.records import Match

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = {"context": {"actor_type": "human", "source": "ide"}}
NODE = """
const [url, body] = process.argv.slice(1);
const headers = { "content-type": "application/json" };
for (let n = 0; n < 2; n++) {
  const answer = await fetch(url, { method: "POST", headers, body });
  console.log(answer.status, await answer.text());
}
"""


def with_httpx(url: str) -> list[str]:
    with httpx.Client(trust_env=False) as client:
        return [f"{reply.status_code} {reply.text}" for reply in (client.post(url, json=BODY) for _ in "12")]


def with_requests(url: str) -> list[str]:
    with requests.Session() as client:
        client.trust_env = False
        replies = [client.post(url, json=BODY, timeout=10) for _ in "12"]
        return [f"{reply.status_code} {reply.text}" for reply in replies]


def with_curl(url: str) -> list[str]:
    once = ("--noproxy", "*", "--write-out", "\n%{http_code}\n", "--header", "content-type: application/json")
    asked = ("--data", json.dumps(BODY), url)
    said = output("curl", "--silent", *once, *asked, "--next", "--silent", *once, *asked)
    return [f"{status} {text}" for text, status in zip(said[::2], said[1::2], strict=True)]


def with_node(url: str) -> list[str]:
    return output("node", "--input-type=module", "--eval", NODE, "--", url, json.dumps(BODY))


def output(program: str, *arguments: str) -> list[str]:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")
    done = subprocess.run((program, *arguments), capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.splitlines()


@pytest.mark.parametrize("client", [with_httpx, with_requests, with_curl, with_node])
def test_a_client_says_and_hears_what_every_other_does(client: Callable[[str], list[str]]) -> None:
    with FakePolicy() as policy:
        said = client(f"{policy.url}/v1/policy/tenants/tenant-a/evaluate")
        policy.do(policy.control.verify, match=Match(tenant="tenant-a"), exactly=2)

    first, second = said
    status, _, text = first.partition(" ")
    assert first == second
    assert status == "200"
    assert json.loads(text)["allowed"] is True
