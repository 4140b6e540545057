"""Delivers entries of the outbox, one attempt at a time; what fails is due again later, for any replica."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal

from engine.delivery.arrivals import Arrivals
from engine.dependencies.breaker import State
from engine.dependencies.errors import RefusedError, UnavailableError
from engine.observe.logs import log_crash, log_event
from engine.storage import outbox
from engine.storage.database import StorageUnavailableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.background import Background
    from engine.delivery.channel import Channel
    from engine.storage.database import Database
    from engine.storage.outbox import Entry

Result = Literal["delivered", "rejected", "failed", "held"]
"""`held`: no attempt was made, since the circuit is open."""

POLL_SECONDS = 1.0
BATCH = 50
_TOO_MANY = 429


class Courier:
    """Tries entries, and remembers in the database how that went."""

    def __init__(self, database: Database, background: Background, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._background = background
        self._arrivals = Arrivals(database)
        self._channels = channels
        self._wakes = {name: asyncio.Event() for name in channels}

    def post(self, entry: Entry) -> asyncio.Task[Result]:
        """Begin the first attempt of an entry that was just kept."""
        return self._background.spawn(self._first(entry))

    def start(self) -> None:
        """Deliver what is due, for as long as the engine lives; no channel waits for another."""
        self._background.keep(self._arrivals.run)
        for channel in self._channels.values():
            self._background.keep(partial(self._keep_draining, channel))

    async def aclose(self) -> None:
        """Write down what has arrived."""
        await self._arrivals.flush()

    async def _first(self, entry: Entry) -> Result:
        channel = self._channels[entry.channel]
        result = await self._send(channel, entry)
        self._background.spawn(self._settle(channel, entry, result))
        return result

    async def _keep_draining(self, channel: Channel) -> None:
        while True:
            if not await self._drain(channel):
                await self._rest(self._wakes[channel.name])

    async def _drain(self, channel: Channel) -> bool:
        """Try one batch; say whether there may be more at once."""
        if not channel.breaker.lets_through:
            return False
        limit = BATCH if channel.breaker.state is State.CLOSED else 1
        try:
            async with self._database.writing() as connection:
                entries = await outbox.claim(connection, channel.name, limit, datetime.now(UTC))
        except StorageUnavailableError:
            return False
        results = await asyncio.gather(*(self._try(channel, entry) for entry in entries))
        return "delivered" in results

    async def _try(self, channel: Channel, entry: Entry) -> Result:
        result = await self._send(channel, entry)
        await self._settle(channel, entry, result)
        return result

    async def _send(self, channel: Channel, entry: Entry) -> Result:
        if not channel.breaker.lets_through:
            return "held"
        try:
            await channel.send(json.loads(entry.body))
        except UnavailableError:
            result: Result = "failed"
        except RefusedError as refusal:
            result = "failed" if refusal.status == _TOO_MANY else "rejected"
            log_event(
                "delivery_refused",
                f"{channel.name} refused {entry.entry_id}",
                level=logging.ERROR,
                tenant_id=entry.tenant_id,
                status=refusal.status,
            )
        except Exception as error:  # noqa: BLE001 -- a fault of ours must not end the channel, or a decide
            log_crash(f"an attempt to reach {channel.name} crashed", error)
            result = "failed"
        else:
            result = "delivered"
        channel.count(result)
        return result

    async def _settle(self, channel: Channel, entry: Entry, result: Result) -> None:
        """Write the result down; where that fails, the lease ends and the entry is tried again."""
        if result == "delivered":
            self._arrivals.add(entry.entry_id)
            channel.end(result)
            return
        tried = entry if result == "held" else outbox.tried(entry)
        wait = channel.next_wait(max(tried.attempts, 1))
        try:
            async with self._database.writing() as connection:
                if result == "rejected" and channel.keeps_refused:
                    await outbox.reject(connection, tried)
                elif result == "rejected" or wait is None:
                    await outbox.forget(connection, [entry.entry_id])
                    _tell_given_up(channel, entry)
                else:
                    await outbox.postpone(connection, tried, datetime.now(UTC) + timedelta(seconds=wait))
                    asyncio.get_running_loop().call_later(wait, self._wakes[channel.name].set)
        except StorageUnavailableError:
            log_event("outbox_unsettled", f"{entry.entry_id} will be tried again", level=logging.WARNING)
        else:
            if result == "rejected" or wait is None:
                channel.end(result)

    async def _rest(self, wake: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await wake.wait()
        except TimeoutError:
            return
        finally:
            wake.clear()


def _tell_given_up(channel: Channel, entry: Entry) -> None:
    log_event(
        "delivery_given_up",
        f"{channel.name} never took {entry.entry_id}",
        level=logging.ERROR,
        tenant_id=entry.tenant_id,
    )
