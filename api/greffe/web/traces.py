"""Spans of OpenTelemetry, an option (`GREFFE_TRACES=otlp`): one a request, made when its answer has ended, below the span that
the traceparent names. Ours and not the instrumentation of ASGI, which tells whole addresses and those of clients.
"""

from __future__ import annotations

import time
from importlib import import_module
from typing import Final

from greffe import __version__
from greffe.errors import BadDefinition
from greffe.logs.asked import Asked
from greffe.logs.requests import Answered
from greffe.web.watched import UNKNOWN, Heard

NONE: Final = "none"


class Traces:
    """Where spans go. Raises BadDefinition when the libraries are not installed."""

    def __init__(self) -> None:
        try:
            sdk = import_module("opentelemetry.sdk.trace")
            export = import_module("opentelemetry.sdk.trace.export")
            otlp = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
            resources = import_module("opentelemetry.sdk.resources")
            self._context = import_module(
                "opentelemetry.trace.propagation.tracecontext"
            ).TraceContextTextMapPropagator()
            self._kind = import_module("opentelemetry.trace").SpanKind.SERVER
        except ImportError as error:
            raise BadDefinition(
                "GREFFE_TRACES=otlp needs OpenTelemetry, which is not installed.",
                hint="pip install 'greffe[telemetry]'",
            ) from error
        resource = resources.Resource.create({"service.name": "greffe", "service.version": __version__})
        self._provider = sdk.TracerProvider(resource=resource)
        self._provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("greffe", __version__)

    def heard(self, asked: Asked, it: Answered) -> None:
        """The span of an answer that ended."""
        ended = time.time_ns()
        known = {} if it.route == UNKNOWN else {"http.route": it.route}
        span = self._tracer.start_span(
            f"{it.method} {it.route}",
            context=self._context.extract({"traceparent": asked.parent} if asked.parent else {}),
            kind=self._kind,
            start_time=ended - int(it.seconds * 1e9),
            attributes={
                **known, "http.request.method": it.method.replace("other", "_OTHER"), "http.response.status_code": it.status,
                "http.response.body.size": it.bytes, "greffe.request": asked.request, "greffe.cache": it.cache,
            },
        )  # fmt: skip
        span.end(ended)

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()


def listeners(traces: Traces | None) -> list[Heard]:
    """Who is told of answers."""
    return [] if traces is None else [traces.heard]
