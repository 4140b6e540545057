"""Targets: the engines under test, as profiles describe them."""

from harness.targets.profile import Artefact, Deviation, Images, Profile, Services, Target, load_profile
from harness.targets.templates import FAKES, PLACEHOLDERS, render

__all__ = [
    "FAKES",
    "PLACEHOLDERS",
    "Artefact",
    "Deviation",
    "Images",
    "Profile",
    "Services",
    "Target",
    "load_profile",
    "render",
]
