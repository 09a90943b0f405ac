"""Parquet and workbooks leave while they are made: the copy serves the parts, and what breaks off is never a whole file."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from blocks import TWO, message
from starlette.responses import StreamingResponse

from greffe.errors import NotAcceptable, TooLarge
from greffe.formats import xlsx, xlsx_rows
from greffe.formats.parameters import Parameters
from greffe.web.kept import Dumps
from greffe.web.rest.answers import Prepared
from greffe.web.rest.ranged import RangedFile
from greffe.web.rest.sending import sent

PIECES = [bytes([n]) * 100_000 for n in range(8)]
TAG = '"abc"'


def prepared(chunks: Iterator[bytes]) -> Prepared:
    return Prepared(chunks, "application/x-test", {"ETag": TAG}, ranged=True)


def taken(response: StreamingResponse) -> bytes:
    async def read() -> bytes:
        return b"".join([bytes(chunk) async for chunk in response.body_iterator])

    with ThreadPoolExecutor(1) as own:  # a test of the browser in this process may have left its loop running
        return own.submit(asyncio.run, read()).result()


@pytest.fixture
def dumps(tmp_path: Path) -> Dumps:
    return Dumps(tmp_path / "kept", 100_000_000)


def test_a_get_of_the_whole_streams_and_its_copy_serves_the_parts(dumps: Dumps):
    """The first GET does not wait for the whole; the parts asked for later are of the very bytes that it got."""
    pulled: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number, piece in enumerate(PIECES):
            pulled.append(number)
            yield piece

    response, kept = sent(prepared(chunks()), dumps, body=True, partial=False)
    assert isinstance(response, StreamingResponse)
    assert response.headers["accept-ranges"] == "bytes"
    assert len(pulled) < len(PIECES)
    assert kept is None
    assert taken(response) == b"".join(PIECES)
    again, _ = sent(prepared(iter(())), dumps, body=True, partial=True)
    assert isinstance(again, RangedFile)
    assert Path(again.path).read_bytes() == b"".join(PIECES)


@pytest.mark.parametrize(("body", "partial"), [(False, False), (True, True)])
def test_head_and_a_part_need_the_length(dumps: Dumps, body: bool, partial: bool):
    """Both make the file first when nobody has asked for the whole before."""
    response, _ = sent(prepared(iter(PIECES)), dumps, body=body, partial=partial)
    assert isinstance(response, RangedFile)
    assert Path(response.path).stat().st_size == 800_000


def test_what_fails_late_breaks_off(dumps: Dumps):
    """A failure after the first bytes cuts the answer and leaves no copy."""

    def chunks() -> Iterator[bytes]:
        yield from PIECES[:4]
        raise NotAcceptable("no such number")

    response, _ = sent(prepared(chunks()), dumps, body=True, partial=False)
    with pytest.raises(NotAcceptable):
        taken(response)
    assert dumps.path(TAG) is None


def test_a_small_one_is_kept_in_memory_with_its_length(dumps: Dumps):
    """What is small leaves with its length; its parts are still read of a file."""
    response, kept = sent(prepared(iter([b"abc"])), dumps, body=True, partial=False)
    assert (response.body, response.headers["content-length"]) == (b"abc", "3")
    assert kept is not None
    assert kept.headers["Accept-Ranges"] == "bytes"


def test_too_many_rows_are_refused_before_the_first_byte():
    """A workbook whose rows are more than a sheet holds is refused at once, not when the sheet is full."""
    asked: list[int] = []

    def beyond(most: int) -> bool:
        asked.append(most)
        return True

    found = message([TWO])
    found = replace(found, datasets=tuple(replace(d, rows_beyond=beyond) for d in found.datasets))
    with pytest.raises(TooLarge, match="1048575 rows"):
        next(xlsx.write(found, Parameters()))
    assert asked == [xlsx_rows.ROWS - 1]
