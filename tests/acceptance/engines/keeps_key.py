"""The reference engine, which keeps its key beside its audit log: it starts without being told it again."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

kept = Path(os.environ["MMM_AUDIT_LOG_FILE"]).with_name("kept.key")
if told := os.environ.get("ERIS_SIGNING_KEY"):
    kept.write_text(told, "utf-8")
elif kept.exists():
    os.environ["ERIS_SIGNING_KEY"] = kept.read_text("utf-8")
runpy.run_module("engine", run_name="__main__", alter_sys=True)
