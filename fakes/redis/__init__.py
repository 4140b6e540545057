"""The Redis fake: a front end of ours over real Valkey or over a command set in this process.

`requests` and `strict` know bytes only; `connection` and `server` know sockets; `valkey` and `memory` are
what stands behind. Nothing here is imported unless a Redis is wanted: fakeredis costs a second.
"""
