"""A collector of OTLP over HTTP for tests: keeps what comes, as bytes and as spans."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Receiver:
    """base: its address. bodies: of all requests, as they came; paths: theirs."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        taken = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                taken.bodies.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
                taken.paths.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"

    def spans(self) -> list[Span]:
        """In the order in which they came."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [s for r in requests for one in r.resource_spans for scope in one.scope_spans for s in scope.spans]

    def services(self) -> set[str]:
        """Names that resources give themselves."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        found = [a for r in requests for one in r.resource_spans for a in one.resource.attributes]
        return {a.value.string_value for a in found if a.key == "service.name"}


@contextmanager
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        thread.join()
        found.server.server_close()


def told(span: Span) -> dict[str, str | int]:
    """Its attributes."""
    return {
        a.key: a.value.int_value if a.value.WhichOneof("value") == "int_value" else a.value.string_value
        for a in span.attributes
    }
