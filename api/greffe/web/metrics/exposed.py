"""Families of metrics: of the answers of each process, and of how the house stands."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.engine import make_url

from greffe import __version__
from greffe.jobs.configured import Configured
from greffe.jobs.metrics import jobs_registry
from greffe.release.deadlines import RELEASED, due, horizon
from greffe.release.parts import Parts
from greffe.web.metrics.counts import BUCKETS, SHED, Cell, Key
from greffe.web.metrics.processes import Process

_LOG: Final = logging.getLogger("greffe.metrics")
_BOUNDS: Final = (*(str(bound) for bound in BUCKETS), "+Inf")


class Answers(Collector):
    """Of what was asked and answered, a process each: the sum over processes is Prometheus' to make."""

    def __init__(self, processes: Callable[[], Mapping[str, Process]]) -> None:
        self._processes = processes

    def collect(self) -> Iterator[Metric]:
        """All families."""
        asked = CounterMetricFamily(
            "greffe_http_requests", "Answers that ended.", labels=("process", "route", "method", "status", "format")
        )
        bytes_ = CounterMetricFamily("greffe_http_response_bytes", "Bytes of bodies.", labels=("process", "route"))
        hits = CounterMetricFamily(
            "greffe_http_cache_hits", "Answers kept before.", labels=("process", "route", "cache")
        )
        shed = CounterMetricFamily("greffe_http_shed", "Answers that turn away.", labels=("process", "route", "status"))
        away = CounterMetricFamily(
            "greffe_shed_requests", "Requests turned away.", labels=("process", "class", "reason")
        )
        took = HistogramMetricFamily(
            "greffe_http_request_duration_seconds", "Until the last byte.", labels=("process", "route")
        )
        flight = GaugeMetricFamily("greffe_http_in_flight", "Requests that are being answered.", labels=("process",))
        lost = CounterMetricFamily("greffe_log_lines_dropped", "Lines that nobody took.", labels=("process",))
        for name, process in sorted(self._processes().items()):
            flight.add_metric((name,), process.in_flight)
            lost.add_metric((name,), process.lines_dropped)
            _add(asked, process, lambda k: (k[0], k[1], k[2].partition("/")[0], k[3]), name)
            _add(bytes_, process, lambda k: (k[0],), name, 1)
            _add(hits, process, lambda k: (k[0], k[4]) if k[4] != "none" else None, name)
            _add(shed, process, lambda k: (k[0], k[2].removeprefix(SHED)) if k[2].startswith(SHED) else None, name)
            for what, n in sorted(process.shed.items()):
                away.add_metric((name, *what.split("/")), n)
            for (route,), cell in _summed(process.cells, lambda k: (k[0],)).items():
                took.add_metric((name, route), _buckets(cell), cell[2])
        yield from (asked, bytes_, hits, shed, away, took, flight, lost)


Named = Callable[[Key], tuple[str, ...] | None]


def _add(family: CounterMetricFamily, process: Process, named: Named, name: str, place: int = 0) -> None:
    for labels, cell in sorted(_summed(process.cells, named).items()):
        family.add_metric((name, *labels), cell[place])


def _summed(cells: Mapping[Key, Cell], named: Named) -> dict[tuple[str, ...], Cell]:
    found: dict[tuple[str, ...], Cell] = {}
    for key, cell in cells.items():
        labels = named(key)
        if labels is not None:
            before = found.get(labels)
            found[labels] = list(cell) if before is None else [a + b for a, b in zip(before, cell, strict=True)]
    return found


def _buckets(cell: Cell) -> list[tuple[str, float]]:
    so_far, found = 0.0, []
    for bound, n in zip(_BOUNDS, cell[3:], strict=True):
        so_far += n
        found.append((bound, so_far))
    return found


class House(Collector):
    """Of releases, deadlines, deliveries, jobs and the register: the same in every process, told once."""

    def __init__(self, parts: Parts, configured: Configured) -> None:
        self._parts, self._configured = parts, configured

    def collect(self) -> Iterator[Metric]:
        """All families. When the register cannot be read, it is said by `greffe_register_readable`: answers are counted on."""
        build = GaugeMetricFamily("greffe_build_info", "The version that runs.", labels=("version",))
        build.add_metric((__version__,), 1)
        found: list[Metric] = []
        try:
            found.extend(self._state())
        except Exception:  # whatever it is: a scrape that raised would print a traceback, with what it quotes
            _LOG.exception("How the house stands could not be read.")
        readable = GaugeMetricFamily(
            "greffe_register_readable", "1, or 0 when it could not be read.", value=int(bool(found))
        )
        yield from (build, readable, *found)

    def _state(self) -> Iterator[Metric]:
        yield from jobs_registry(self._parts, self._configured).collect()
        yield from self._releases()
        yield from self._deadlines()
        states = GaugeMetricFamily("greffe_transmissions", "Deliveries by state.", labels=("state",))
        found: dict[str, int] = {}
        for one in self._parts.ledger().transmissions.values():
            found[one.state] = found.get(one.state, 0) + 1
        for state, n in sorted(found.items()):
            states.add_metric((state,), n)
        yield states
        yield GaugeMetricFamily("greffe_register_entries", "Entries of the register.", value=self._parts.ledger().head)
        size = _register_bytes(self._parts.settings.register_url)
        if size is not None:
            yield GaugeMetricFamily("greffe_register_bytes", "Bytes of the register on disk (SQLite).", value=size)

    def _releases(self) -> Iterator[Metric]:
        since = GaugeMetricFamily(
            "greffe_release_effective_timestamp_seconds", "When the current release took effect.", labels=("dataflow",)
        )
        ledger, now = self._parts.ledger(), self._parts.clock()
        for flow in self._parts.catalogue().dataflows():
            release = ledger.current(flow.reference, now)
            if release is not None:
                since.add_metric((flow.reference.id,), release.effective_at.timestamp())
        yield since

    def _deadlines(self) -> Iterator[Metric]:
        """Until the end of a day, midnight UTC: days are the recipients', an hour more or less is none to them."""
        next_ = GaugeMetricFamily("greffe_deadline_next_timestamp_seconds", "The next day due.", labels=("recipient",))
        late = GaugeMetricFamily("greffe_deadlines_late", "Dataflows that are late.", labels=("recipient",))
        days: dict[str, float] = {}
        missed: dict[str, int] = {}
        for one in due(self._parts, horizon(self._parts.clock())):
            who = one.deadline.recipient
            missed[who] = missed.get(who, 0) + one.late
            if not one.late and one.state != RELEASED:
                days.setdefault(who, (one.day.toordinal() - _EPOCH + 1) * 86_400.0)
        for who, count in sorted(missed.items()):
            late.add_metric((who,), count)
        for who, at in sorted(days.items()):
            next_.add_metric((who,), at)
        yield from (next_, late)


_EPOCH: Final = 719_163  # 1 January 1970, as date.toordinal() counts


def _register_bytes(url: str) -> int | None:
    place = make_url(url)
    if place.get_backend_name() != "sqlite" or not place.database:
        return None
    try:
        return sum(p.stat().st_size for p in (Path(place.database), Path(f"{place.database}-wal")) if p.is_file())
    except OSError:
        return None
