"""The way from any older schema to `engine.storage.schema`, on both databases.

Rules: a revision is never edited once it has been on main; it names plain types, not ours, which may change;
there is only the way forward; and a replica of the version before can go on with what a revision leaves.
"""

HEAD = "0002"
