"""The fields of a posted form, as UTF-8 in whatever words its head describes itself."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from greffe.errors import BadQuery
from greffe.web.charsets import FOREIGN, names_another

_FIELDS: Final = 2_000
_FILES: Final = 4
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{1,70}")  # RFC 2046, 5.1.1
_AS_IT_IS: Final = (b"7bit", b"8bit", b"binary")
_HEAD: Final = "A part of the form has a head that cannot be read, or that names no field."


class _OfUtf8(MultiPartParser):
    """Texts come out byte for byte, as Latin-1: whoever asked for them decodes them. `ended`: the last boundary was there."""

    ended = False

    def on_headers_finished(self) -> None:
        """Raises BadQuery for a part of another character set, and for one whose head says more than is read of it."""
        if names_another(self._current_part.item_headers):
            raise BadQuery(FOREIGN)
        _check_head(self._current_part.item_headers)
        super().on_headers_finished()

    def on_end(self) -> None:
        """The last boundary is there."""
        self.ended = True


def _check_head(head: Sequence[tuple[bytes, bytes]]) -> None:
    called = [parse_options_header(v)[1].get(b"name", b"") for n, v in head if n == b"content-disposition"]
    if not called or not called[0]:
        raise BadQuery(_HEAD)
    if len(called) > 1:
        raise BadQuery("A part of the form has two heads Content-Disposition.", parameter=called[0].decode())
    if any(n == b"content-transfer-encoding" and v.strip().lower() not in _AS_IT_IS for n, v in head):
        raise BadQuery("Parts of a form are read as they are, in no transfer encoding.", parameter=called[0].decode())


async def _to_its_end(stream: AsyncIterable[bytes], boundary: str) -> AsyncGenerator[bytes, None]:
    """The same pieces. Raises BadQuery where anything but blanks stands after the last boundary: the parser passes over it."""
    last, before, closed = f"\r\n--{boundary}--".encode(), b"\r\n", False
    async for piece in stream:
        rest = piece
        if not closed:
            _, found, rest = (before + piece).partition(last)
            closed, before = bool(found), (before + piece)[-len(last) :]
        if closed and rest.strip():
            raise BadQuery("Something stands after the end of the form.")
        yield piece


async def fields_of(request: Request) -> list[tuple[str, str | UploadFile]]:
    """Names and values of a form in its order; nothing where what was sent is none. Raises BadQuery for what cannot be read, is
    no UTF-8 or has too many fields. A head that names another character set was refused at the door (web/limits.py)."""
    kind, said = parse_options_header(request.headers.get("content-type"))
    if kind == b"application/x-www-form-urlencoded":
        with _readable():
            text = (await request.body()).decode("utf-8")
            return list(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS))
    if kind != b"multipart/form-data":
        return []
    boundary = said.get(b"boundary", b"").decode("latin-1")
    with _readable():
        if not _BOUNDARY.fullmatch(boundary):
            raise MultiPartException("no boundary")
        head = Headers({"content-type": f'multipart/form-data; charset=latin-1; boundary="{boundary}"'})
        parser = _OfUtf8(
            head, _to_its_end(request.stream(), boundary), max_files=_FILES, max_fields=_FIELDS, max_part_size=1 << 20
        )
        found = await parser.parse()
        if not parser.ended:
            raise MultiPartException("no end")
        return [(_text(name), _decoded(value)) for name, value in found.multi_items()]


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        raise BadQuery("The form is not UTF-8.") from error
    except (MultiPartException, ValueError) as error:
        # What python-multipart said; Starlette says of all that it is no multipart data.
        if "header" in str(error.__cause__):
            raise BadQuery(_HEAD) from error
        raise BadQuery("The form cannot be read: too many fields, or it ends too early.") from error


def _decoded(value: str | UploadFile) -> str | UploadFile:
    if isinstance(value, str):
        return _text(value)
    value.filename = _text(value.filename or "")
    return value


def _text(read: str) -> str:
    return read.encode("latin-1").decode("utf-8")
