"""Spans of OpenTelemetry, an option (`GREFFE_TRACES=otlp`): one a request, made when its answer has ended, below the span that
the traceparent names; one a job, a draft that is prepared, a release. Ours and not the instrumentation of ASGI, which tells whole
addresses and those of clients: a span holds names of ours, ids of dataflows and releases, numbers; of an error its class alone.
"""

from __future__ import annotations

import atexit
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Final

from greffe import __version__
from greffe.errors import BadDefinition
from greffe.logs.asked import ASKED, Asked
from greffe.logs.requests import Answered

NONE: Final = "none"
UNKNOWN: Final = "unknown"  # the route of whatever address is none of ours
_USED: Final = (
    "sdk.trace", "sdk.trace.export", "exporter.otlp.proto.http.trace_exporter", "sdk.resources", "trace.propagation.tracecontext",
    "trace",
)  # fmt: skip
_WAIT: Final = 5_000  # milliseconds that a process which ends waits for the collector


def libraries() -> Sequence[ModuleType]:
    """OpenTelemetry, as far as it is used here. Raises BadDefinition when it is not installed."""
    try:
        return [import_module(f"opentelemetry.{name}") for name in _USED]
    except ImportError as error:
        raise BadDefinition(
            "GREFFE_TRACES=otlp needs OpenTelemetry, which is not installed.", hint="pip install 'greffe[telemetry]'"
        ) from error


class Traces:
    """Where spans go. Raises BadDefinition when the libraries are not installed."""

    def __init__(self) -> None:
        sdk, export, otlp, resources, propagated, self._api = libraries()
        self._propagated = propagated.TraceContextTextMapPropagator()
        resource = resources.Resource.create({"service.name": "greffe", "service.version": __version__})
        self._provider = sdk.TracerProvider(
            resource=resource, shutdown_on_exit=False
        )  # `end` does it, and waits for nobody
        self._provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter(timeout=_WAIT / 1000)))
        self._tracer = self._provider.get_tracer("greffe", __version__)

    def heard(self, asked: Asked, it: Answered) -> None:
        """The span of an answer that ended."""
        ended = time.time_ns()
        known = {} if it.route == UNKNOWN else {"http.route": it.route}
        span = self._tracer.start_span(
            f"{it.method} {it.route}",
            context=self._above(asked),
            kind=self._api.SpanKind.SERVER,
            start_time=ended - int(it.seconds * 1e9),
            attributes={
                **known, "http.request.method": it.method.replace("other", "_OTHER"), "http.response.status_code": it.status,
                "http.response.body.size": it.bytes, "greffe.request": asked.request, "greffe.format": it.format,
                "greffe.cache": it.cache,
            },
        )  # fmt: skip
        if it.status >= 500:
            span.set_status(self._api.StatusCode.ERROR)
        span.end(ended)

    @contextmanager
    def during(self, name: str) -> Iterator[None]:
        """A span while the block lasts, below that of the block around it, else below the one that the request names."""
        inside = self._api.get_current_span().get_span_context().is_valid
        asked = ASKED.get()
        with self._tracer.start_as_current_span(
            name, context=None if inside else self._above(asked), record_exception=False, set_status_on_exception=False
        ) as span:
            if asked.request:
                span.set_attribute("greffe.request", asked.request)
            try:
                yield
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(self._api.StatusCode.ERROR)
                raise

    def marked(self, **told: str | int) -> None:
        """Say more of the span that lasts."""
        for name, value in told.items():
            self._api.get_current_span().set_attribute(f"greffe.{name}", value)

    def close(self) -> None:
        """Send what waits, as far as the collector takes it in a few seconds."""
        self._provider.force_flush(_WAIT)
        self._provider.shutdown()

    def _above(self, asked: Asked) -> object:
        return self._propagated.extract({"traceparent": asked.parent} if asked.parent else {})


class _Open:
    """The traces of this process, when an installation wants them."""

    traces: Traces | None = None


def begin() -> Traces:
    """From now on spans go out, those of a process that ends too. Raises BadDefinition."""
    if _Open.traces is None:
        _Open.traces = Traces()
        atexit.register(end)
    return _Open.traces


def end() -> None:
    """Send what waits; no further span is made."""
    if _Open.traces is not None:
        _Open.traces.close()
        _Open.traces = None


@contextmanager
def span(name: str) -> Iterator[None]:
    """A piece of work, where traces are wanted. Names are few and ours."""
    if _Open.traces is None:
        yield
        return
    with _Open.traces.during(name):
        yield


def mark(**told: str | int) -> None:
    """Say of the work under way what it is about: names and ids of ours, and numbers; no words of anybody, no figure."""
    if _Open.traces is not None:
        _Open.traces.marked(**told)
