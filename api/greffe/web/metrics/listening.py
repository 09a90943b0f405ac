"""Where Prometheus scrapes: an address of its own, never that of the public. Of several processes, one listens; when it is gone,
another does.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Final

from prometheus_client import CollectorRegistry, start_http_server

from greffe.errors import GreffeError
from greffe.jobs.configured import Configured
from greffe.release.parts import Parts
from greffe.web.metrics.counts import Counts
from greffe.web.metrics.exposed import Answers, House
from greffe.web.metrics.processes import Processes

_LOG: Final = logging.getLogger("greffe.metrics")
_LOOK: Final = 2.0  # seconds from one telling to the next, and from one try to listen to the next


def registry(parts: Parts, configured: Configured, processes: Processes) -> CollectorRegistry:
    """Everything that is exposed."""
    found = CollectorRegistry()
    found.register(Answers(processes.all))
    found.register(House(parts, configured))
    return found


class Metrics:
    """While it is entered, the metrics of this house can be scraped at `http://HOST:PORT/metrics`."""

    def __init__(self, parts: Parts, configured: Configured, counts: Counts, dropped: Callable[[], int]) -> None:
        place = parts.settings.operation.metrics
        self._host, self._port = place or ("", 0)
        self._dropped = dropped
        self._processes = Processes(parts.settings.home, counts)
        self._registry = registry(parts.settled(), configured, self._processes)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def __enter__(self) -> Metrics:
        """Listen, or stand by while another does."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join(_LOOK)
        self._processes.close()

    def _run(self) -> None:
        server, said = None, False
        while not self._stop.is_set():
            if server is None:
                try:
                    server, _ = start_http_server(self._port, self._host, self._registry)
                except OSError as error:
                    if not said and len(self._processes.all()) == 1:  # else another process of the house listens there
                        _LOG.error("Metrics cannot be had at %s:%s: %s.", self._host, self._port, error.strerror)
                        said = True
            self._processes.lines_dropped = self._dropped()
            try:
                self._processes.tell()
            except (GreffeError, RuntimeError):  # a dict that grows while it is copied; the next time it does not
                _LOG.debug("Counts were not told.", exc_info=True)
            self._stop.wait(_LOOK)
        if server is not None:
            server.shutdown()
            server.server_close()
