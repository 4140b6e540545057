"""Seeded defects: the sound engine with one part replaced, to find out whether a verifier notices.

`python -m engine.defects NAME --host HOST --port PORT` starts one; without a name they are listed.
The engine itself knows nothing of this package. To add one: a module here with a `DEFECT`, and its line in
`catalogue.py`.
"""
