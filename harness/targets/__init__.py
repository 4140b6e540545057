"""Targets: the engines under test, as profiles describe them."""

from harness.targets.profile import (
    Artefact,
    Defects,
    Deviation,
    Images,
    Profile,
    Services,
    Target,
    load_profile,
)
from harness.targets.templates import FAKES, PLACEHOLDERS, render

__all__ = [
    "FAKES",
    "PLACEHOLDERS",
    "Artefact",
    "Defects",
    "Deviation",
    "Images",
    "Profile",
    "Services",
    "Target",
    "load_profile",
    "render",
]
