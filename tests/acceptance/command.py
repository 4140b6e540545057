"""Run `mmm` as a user does: as a process, by its name."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent
ENGINES = Path(__file__).parent / "engines"
MMM = Path(sys.executable).with_name("mmm")


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        """Return the last line of standard output."""
        return self.out.rstrip().rpartition("\n")[2]

    def verdict_of(self, requirement: str) -> str:
        """Return the word of the verdict table's row of a requirement ("" if it has none)."""
        words = "verified|violated|not exercised|waived|unknown"
        found = re.search(rf"^\W*{re.escape(requirement)}\W+({words})", self.out, re.MULTILINE)
        return found[1] if found else ""


class Desk:
    """A temporary folder in which one `mmm` works: what carries its path afterwards is a leftover."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start `mmm ARGUMENTS` and return at once."""
        return subprocess.Popen(
            [str(MMM), *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=os.environ | {"TMPDIR": str(self.folder)},
            start_new_session=True,
        )

    def mmm(self, *arguments: str | Path, timeout: float = 280) -> Outcome:
        """Run `mmm ARGUMENTS` to its end."""
        with self.start(*arguments) as process:
            try:
                out, err = process.communicate(timeout=timeout)
            finally:
                process.kill()
        return Outcome(process.returncode, out, err)

    def left_behind(self) -> list[str]:
        """Return the command lines of living processes that were started from this desk, and its files."""
        processes = [
            " ".join(process.cmdline()) for process in psutil.process_iter() if self._is_ours(process)
        ]
        return processes + [str(path) for path in self.folder.iterdir()]

    def _is_ours(self, process: psutil.Process) -> bool:
        """Tell whether a process names the desk in its environment, its command line or its open files."""
        try:
            words = process.cmdline()
            named = any(str(self.folder) in word for word in words)
            held = "guard.py" in " ".join(words) and any(
                file.path.startswith(str(self.folder)) for file in process.open_files()
            )
            return named or held or process.environ().get("TMPDIR") == str(self.folder)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            return False


def reference_profile(
    folder: Path, *, arguments: tuple[str, ...] = ("-m", "engine"), **environment: str
) -> Path:
    """Write a profile like targets/reference.toml that starts another command; return its path."""
    text = (ROOT / "targets" / "reference.toml").read_text("utf-8")
    words = ", ".join(f'"{word}"' for word in arguments)
    text = text.replace('"-m", "engine"', words).replace('cwd = ".."', f'cwd = "{ROOT}"')
    for name, value in environment.items():
        text = re.sub(rf"^{name} = .*$", f'{name} = "{value}"', text, flags=re.MULTILINE)
    return _write(folder / "reference.toml", text)


def script_profile(folder: Path, script: str, extra: str = "") -> Path:
    """Write a profile that starts one of the engines beside this file."""
    command = f'["{{python}}", "{ENGINES / script}", "{{port}}"]'
    text = f'[target]\nname = "{script}"\nversion = "0"\ncommand = {command}\nstart_seconds = 10\n{extra}\n'
    return _write(folder / "script.toml", text)


def _write(path: Path, text: str) -> Path:
    tomllib.loads(text)
    path.write_text(text, "utf-8")
    return path
