"""Contract fuzzing: schemathesis over the engine's contract, each of its checks a requirement's.

Rule: nothing is imported here: who only asks how to fuzz (`options`) does not pay for schemathesis.
"""
