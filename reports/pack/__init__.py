"""The pack: a run's evidence in one signed file that anybody can check."""

from reports.pack.build import build_pack, write_beside
from reports.pack.members import PackError, SecretError
from reports.pack.verify import Verification, verify_bytes, verify_pack

__all__ = [
    "PackError",
    "SecretError",
    "Verification",
    "build_pack",
    "verify_bytes",
    "verify_pack",
    "write_beside",
]
