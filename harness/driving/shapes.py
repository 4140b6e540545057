"""The shapes of ids, versions and times in an engine's answers."""

from __future__ import annotations

import re

CANONICAL = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SEMVER = re.compile(r"\d+\.\d+\.\d+([-+].+)?")
WITH_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
