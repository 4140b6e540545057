"""The commands in docs/fakes.md do what they say; its Python does, too."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from fakes.control import FakeControl
from fakes.local import LocalFake
from tests.pages import as_told, commands

PAGE = (Path(__file__).parents[2] / "docs" / "fakes.md").read_text("utf-8")
SHELL = shutil.which("bash")
CURL = shutil.which("curl")


def run(command: str, url: str) -> str:
    environment = {**os.environ, "POLICY": url, "no_proxy": "*"}
    ended = subprocess.run(
        (SHELL or "", "-c", command), env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, ""), command
    return ended.stdout


@pytest.mark.skipif(
    not (SHELL and CURL), reason="there is no bash and curl here to run the page's commands with"
)
def test_every_command_prints_what_the_page_says() -> None:
    """One policy fake meets them in the order of the page."""
    told = [(command, output) for command, output in commands(PAGE) if "$POLICY" in command]
    assert len(told) >= 8

    with LocalFake("policy", FakeControl) as policy:
        for command, output in told:
            assert as_told(output, run(command, policy.url)), command
        policy.do(policy.control.reset)


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
