"""Seeded defects: the sound engine with a small change, to find out whether a verifier notices.

`python -m engine.defects NAME --host HOST --port PORT` starts one; without a name they are listed, one JSON
object a line. The engine itself knows nothing of this package. To add one: a `Defect` in the family of its
kind in `families/`; a new family gets its line in `catalogue.py`.
"""
