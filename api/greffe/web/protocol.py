"""The HTTP parser of the server, bounded: a head that never ends would fill the memory (uvicorn leaves that open)."""

from __future__ import annotations

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD: Final = 64 * 1024  # bytes of request line and headers


class BoundedProtocol(HttpToolsProtocol):
    """Answers 400 and closes when the head of a request passes HEAD bytes."""

    _head = 0  # bytes of the head so far
    _in_head = True
    _tail = b""  # its last three bytes: the blank line may come in two pieces

    def on_message_begin(self) -> None:
        """A new request on the connection."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """What follows is a body, which the application bounds."""
        self._in_head, self._head, self._tail = False, 0, b""
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Count what belongs to the head before it is parsed."""
        if self._in_head:
            end = (self._tail + data).find(b"\r\n\r\n") - len(self._tail)
            self._head += len(data) if end < -len(self._tail) else max(end, 0)
            self._tail = (self._tail + data)[-3:]
            if self._head > HEAD:
                self.send_400_response("The head of the request is too large.")
                return
        super().data_received(data)
