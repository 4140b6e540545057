"""The environments that processes are started with.

Rule: an engine gets what is named here and what its profile says, nothing else, so that nothing tells it
that a test is running.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PASSED_ON = frozenset({"PATH", "HOME", "LANG", "LANGUAGE", "TMPDIR", "TZ", "USER", "LOGNAME", "SHELL"})
CHECKOUT = Path(__file__).resolve().parents[2]
LOCAL = "127.0.0.1,localhost"
KEPT_BACK = ("PYTEST_", "COV_CORE_", "MMM_SIGNING_KEY")


def engine_environment(profile: Mapping[str, str], inherit: Iterable[str] = ()) -> dict[str, str]:
    """Return what an engine is started with: a plain user's environment and what its profile says."""
    names = PASSED_ON | set(inherit)
    kept = {name: text for name, text in os.environ.items() if name in names or name.startswith("LC_")}
    kept["PATH"] = os.pathsep.join(
        filter(None, [kept.get("PATH", os.defpath), str(Path(sys.executable).parent)])
    )
    return {**kept, **profile}


def own_environment(**more: str) -> dict[str, str]:
    """Return what the toolkit's own child processes are started with: this process' environment, made safe.

    A pytest that runs us leaves no trace in the pytest that we run, no proxy comes between us and our fakes,
    and the key that signs packs stays with the one process that signs.
    """
    kept = {name: text for name, text in os.environ.items() if not name.startswith(KEPT_BACK)}
    paths = [str(CHECKOUT), kept.get("PYTHONPATH", "")]
    proxied = {name: ",".join(filter(None, [kept.get(name, ""), LOCAL])) for name in ("NO_PROXY", "no_proxy")}
    own = {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    return {**kept, **proxied, **own, **more}


def guard_environment() -> dict[str, str]:
    """Return what guards are started with: what shows whose they are."""
    return {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}


def own_python() -> str:
    """Return the interpreter that runs us."""
    return sys.executable
