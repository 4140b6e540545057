"""The one shape of every fake: routing, contract check, scripts, faults, journal, control; each a module."""
