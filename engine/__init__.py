"""The reference engine: the executable form of engine.md, and nothing besides.

Layout, outside in: `edge` (ASGI, identity, errors) → `routes` → `decide` (what is asked, in which order)
→ `pipeline` (pure functions over immutable values), with `dependencies`, `fatigue`, `storage`, `delivery`
and `receipts` as the only places that know sockets, clocks or keys.
"""
