"""What engine and dependencies promise each other, as data, and the code that checks a message against it.

Rule: nothing here knows sockets, processes or tests; nothing here imports another room.
"""
