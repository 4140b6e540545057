"""The reference engine, which starts once: it ends at once where it finds that it was there before."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

trace = Path(os.environ["MMM_AUDIT_LOG_FILE"]).with_name("was.here")
if trace.exists():
    sys.exit("I was here before")
trace.touch()
runpy.run_module("engine", run_name="__main__", alter_sys=True)
