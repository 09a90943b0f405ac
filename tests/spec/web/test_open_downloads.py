"""Downloads that are open: their pieces are made two at a time, however many there are, and one that is given up leaves nothing open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from greffe.load import LoadSettings
from greffe.web.load.gate import MAKING, Gate, Turn, give
from greffe.web.streaming import CHUNK, Streamed

PIECES = 5


class Making:
    """What is made: how many at a time at most, and how many downloads were closed."""

    def __init__(self) -> None:
        self.now = self.most = self.closed = self.made = 0
        self._lock = threading.Lock()

    def chunks(self, pieces: int = PIECES) -> Iterator[bytes]:
        """One download."""
        try:
            for number in range(pieces):
                with self._lock:
                    self.now += 1
                    self.most = max(self.most, self.now)
                threading.Event().wait(0.005)
                with self._lock:
                    self.now -= 1
                    self.made += 1
                yield bytes([number]) * CHUNK
        finally:
            self.closed += 1


def scope_of(gate: Gate, client: str) -> dict:
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "asgi": {"spec_version": "2.4"}}
    give(scope, Turn(gate, client))
    return scope


async def never() -> dict:
    await asyncio.sleep(60)
    return {"type": "http.disconnect"}


def test_pieces_of_all_downloads_are_made_two_at_a_time():
    """Each is made ahead of its reader, and waits for its turn like any other."""
    making = Making()

    async def read(gate: Gate, client: str) -> bytes:
        got: list[bytes] = []

        async def send(message: dict) -> None:
            got.append(message.get("body", b""))

        await Streamed(making.chunks(), {})(scope_of(gate, client), never, send)
        return b"".join(got)

    async def all_of_them() -> list[bytes]:
        gate = Gate(LoadSettings())
        return await asyncio.gather(*(read(gate, f"client {n}") for n in range(8)))

    bodies = asyncio.run(all_of_them())
    assert bodies == [b"".join(bytes([n]) * CHUNK for n in range(PIECES))] * 8
    assert making.most == MAKING
    assert making.closed == 8


def test_a_reader_who_takes_nothing_has_one_piece_waiting():
    making = Making()

    async def stalled() -> int:
        taken = asyncio.Event()

        async def send(message: dict) -> None:
            if message.get("body"):
                taken.set()
                await asyncio.sleep(60)

        gate = Gate(LoadSettings())
        sending = asyncio.create_task(Streamed(making.chunks(100), {})(scope_of(gate, "a"), never, send))
        await taken.wait()
        await asyncio.sleep(0.2)
        made = making.made
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending
        assert gate.open == {}
        return made

    assert asyncio.run(stalled()) == 2
    assert making.closed == 1


def test_one_whose_piece_fails_while_another_is_sent_ends_with_that():
    def chunks() -> Iterator[bytes]:
        yield b"a" * CHUNK
        raise ValueError("the disk")

    async def read() -> None:
        async def send(message: dict) -> None:
            await asyncio.sleep(0.02)

        await Streamed(chunks(), {})(scope_of(Gate(LoadSettings()), "a"), never, send)

    with pytest.raises(ValueError, match="the disk"):
        asyncio.run(read())
