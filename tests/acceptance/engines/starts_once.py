"""The reference engine, which starts once: it ends at once where it finds that it served before."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path

trace = Path(os.environ["MMM_AUDIT_LOG_FILE"]).with_name("was.here")
if trace.exists():
    sys.exit("I was here before")
try:
    runpy.run_module("engine", run_name="__main__", alter_sys=True)
except SystemExit as end:
    if not end.code:
        trace.touch()
    raise
