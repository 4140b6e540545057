"""What deploy/ says is what the program takes: arguments, ports, health route. Nothing is built."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tomllib
from asyncio.subprocess import DEVNULL
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import yaml

from fakes.running import running_fakes
from harness.cli.up import up
from harness.processes import free_port
from harness.up import PLACES, Order, order_of

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "deploy/Containerfile").read_text("utf-8").replace("\\\n", "")
DEPLOYMENT, SERVICE = yaml.safe_load_all((ROOT / "deploy/kubernetes.yaml").read_text("utf-8"))
POD = DEPLOYMENT["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def understood(arguments: list[str]) -> Order:
    """Return what the command makes of its arguments; a wrong one is refused as on a console."""
    assert arguments[0] == "up"
    taken = up.make_context("up", arguments[1:]).params
    return order_of(taken["only"], taken["port_base"], taken["host"])


def instruction(word: str) -> str:
    """Return what the last instruction of the recipe that begins so says."""
    found: list[str] = re.findall(rf"^{word} (.*)$", RECIPE, re.MULTILINE)
    return found[-1]


def listed(ports: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return {port["name"]: port[key] for port in ports}


def test_the_manifest_opens_the_ports_that_the_program_listens_on() -> None:
    order = understood(CONTAINER["args"])

    assert order.host == "0.0.0.0"  # noqa: S104 - reachable from other pods
    assert listed(CONTAINER["ports"], "containerPort") == order.ports()
    assert listed(SERVICE["spec"]["ports"], "port") == order.ports()
    assert listed(SERVICE["spec"]["ports"], "targetPort") == {name: name for name in order.names}
    selected = SERVICE["spec"]["selector"]
    assert selected == DEPLOYMENT["spec"]["selector"]["matchLabels"]
    assert selected.items() <= DEPLOYMENT["spec"]["template"]["metadata"]["labels"].items()


def test_the_manifest_gives_away_no_rights_and_what_it_writes_to_is_a_volume() -> None:
    mounted = {mount["name"]: mount["mountPath"] for mount in CONTAINER["volumeMounts"]}

    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert str(POD["securityContext"]["runAsUser"]) == instruction("USER")
    assert POD["automountServiceAccountToken"] is False
    assert mounted == {"work": "/tmp"}  # noqa: S108 - where work directories are made
    assert [volume["name"] for volume in POD["volumes"]] == ["work"]
    assert "memory" in CONTAINER["resources"]["limits"]


@pytest.mark.parametrize("probe", PROBES)
async def test_a_probe_asks_what_a_fake_answers(probe: str) -> None:
    asked = CONTAINER[probe]["httpGet"]

    async with running_fakes(only=[asked["port"]]) as running, httpx.AsyncClient() as client:
        answer = await client.get(running.urls[asked["port"]] + asked["path"])

    assert answer.status_code == 200


def test_the_recipe_starts_what_it_exposes_as_nobody_special() -> None:
    order = understood(json.loads(instruction("CMD")))

    assert json.loads(instruction("ENTRYPOINT")) == ["mmm"]
    assert order.names == PLACES
    assert order.host == "0.0.0.0"  # noqa: S104 - reachable from outside the container
    assert [int(port) for port in instruction("EXPOSE").split()] == list(order.ports().values())
    assert int(instruction("USER")) > 0
    assert f"useradd --uid {instruction('USER')} " in RECIPE


def test_the_recipe_takes_all_that_the_product_is_made_of_and_names_no_registry() -> None:
    copied = {
        word for line in re.findall(r"^COPY ([^-].*) \S+$", RECIPE, re.MULTILINE) for word in line.split()
    }
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]

    assert copied >= {*packages["targets"]["wheel"]["packages"], "pyproject.toml", "constraints.txt"}
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert re.findall(r"^FROM (\S+)", RECIPE, re.MULTILINE) == ["${BASE}", "${BASE}"]
    assert "/" not in instruction("ARG")
    assert re.findall(r"https?://(?!127\.0\.0\.1)", RECIPE) == []


def test_what_git_ignores_and_its_history_are_no_part_of_the_image() -> None:
    def names(file: str) -> set[str]:
        lines = (ROOT / file).read_text("utf-8").splitlines()
        return {line.removeprefix("**/").strip("/") for line in lines if line and not line.startswith("#")}

    assert names(".dockerignore") == names(".gitignore") | {".git"}


async def test_the_health_check_knows_a_fake_from_nobody() -> None:
    command: list[str] = json.loads(re.findall(r"CMD (\[.*\])$", RECIPE, re.MULTILINE)[0])
    port = understood(json.loads(instruction("CMD"))).ports()["iam"]

    async def checked(place: int) -> int:
        program = command[-1].replace(f":{port}/", f":{place}/")
        assert program != command[-1]
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stderr=DEVNULL)
        return await process.wait()

    async with running_fakes(only=["iam"]) as running:
        healthy = await checked(urlsplit(running.urls["iam"]).port or 0)
    lost = await checked(free_port())

    assert command[:2] == ["python", "-c"]
    assert healthy == 0
    assert lost != 0
