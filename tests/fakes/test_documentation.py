"""The commands in docs/fakes.md do what they say; its Python does, too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from contracts.document import load_document
from fakes.control import FakeControl
from fakes.local import FakeERIS, FakeIAM, LocalFake
from tests.fakes.receipts import Signer, receipt
from tests.pages import as_told, commands

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = (Path(__file__).parents[2] / "docs" / "fakes.md").read_text("utf-8")
SHELL = shutil.which("bash")
CURL = shutil.which("curl")
needs_a_shell = pytest.mark.skipif(
    not (SHELL and CURL), reason="there is no bash and curl here to run the page's commands with"
)


def run(command: str, names: Mapping[str, str]) -> str:
    environment = {**os.environ, **names, "no_proxy": "*"}
    ended = subprocess.run(
        (SHELL or "", "-c", command), env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, ""), command
    return ended.stdout


def all_print_what_the_page_says(variable: str, names: Mapping[str, str]) -> int:
    """Run the commands with this variable in the order of the page, and return how many they are."""
    told = [(command, output) for command, output in commands(PAGE) if f"${variable}" in command]
    for command, output in told:
        assert as_told(output, run(command, names)), command
    return len(told)


@needs_a_shell
def test_every_command_to_policy_prints_what_the_page_says() -> None:
    with LocalFake("policy", FakeControl) as policy:
        assert all_print_what_the_page_says("POLICY", {"POLICY": policy.url}) >= 8
        policy.do(policy.control.reset)


@needs_a_shell
def test_every_command_to_iam_prints_what_the_page_says() -> None:
    with FakeIAM() as iam:
        assert all_print_what_the_page_says("IAM", {"IAM": iam.url}) >= 2


@needs_a_shell
def test_every_command_to_eris_prints_what_the_page_says() -> None:
    signer = Signer.new()
    whole = signer.signed(receipt())
    with FakeERIS() as eris:
        eris.do(eris.control.register_key, signer.kid, signer.public_key)
        httpx.post(f"{eris.url}/v1/evidence/receipts", json=whole, trust_env=False).raise_for_status()

        names = {"ERIS": eris.url, "RECEIPT": whole["receipt_id"]}
        assert all_print_what_the_page_says("ERIS", names) >= 2

        assert eris.do(eris.control.receipts).receipts == ()


def test_every_control_call_of_the_document_is_in_the_pages_table() -> None:
    told = set(re.findall(r"^\| `([A-Z]+ /__fake__/[^`?]*)", PAGE, re.MULTILINE))
    parameters = re.compile(r"\{[^}]*\}")

    served = {
        f"{method.upper()} /__fake__{template}"
        for template, item in load_document("control").raw["paths"].items()
        for method in item
        if method != "parameters"
    }

    assert {parameters.sub("{}", call) for call in served} == {parameters.sub("{}", call) for call in told}


def test_the_python_of_the_page_works() -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (block,) = (block for block in blocks if "fakes.local" in block)
    code = "vouch(iam.url, token)  #".join(block.split("...  #"))
    statuses = []

    def vouch(url: str, token: str) -> None:
        reply = httpx.post(f"{url}/iam/v1/verify", json={"token": token}, trust_env=False)
        statuses.append(reply.status_code)

    exec(compile(code, "docs/fakes.md", "exec"), {"vouch": vouch})  # noqa: S102 -- our own page

    assert statuses == [503]
