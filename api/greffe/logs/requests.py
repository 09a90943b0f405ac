"""The line of a request. It is put together by hand: every part is a word of ours or a number, so nothing is to be escaped; and by the
thread that writes lines: the request gives what it is made of, and the moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from greffe.logs.asked import Asked
from greffe.logs.lines import Lines


class Answered(NamedTuple):
    """One answer. route: its template; format: a short name; cache: memory, file or none; seconds: until its last byte;
    shed: `CLASS/REASON` of one that was turned away, else empty."""

    route: str
    method: str
    status: int
    format: str
    bytes: int
    seconds: float
    cache: str
    shed: str = ""


Told = Callable[[Asked, Answered], None]
_UNITS: Final = (("MB", 1_000_000), ("kB", 1_000))


class _Moments:
    """Moments in writing; seconds are written once a second. For the thread that writes."""

    def __init__(self) -> None:
        self._second, self._text = -1, ""

    def written(self, at: float) -> str:
        second = int(at)
        if second != self._second:
            self._second, self._text = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        return f"{self._text}.{int((at - second) * 1000):03}Z"


def in_json(lines: Lines) -> Told:
    """Requests as JSON."""
    moments = _Moments()

    def line(at: float, asked: Asked, it: Answered) -> str:
        trace = f'"trace":"{asked.trace}",' if asked.trace else ""
        shed = f',"shed":"{it.shed}"' if it.shed else ""
        level = "error" if it.status == 500 else "info"
        return (
            f'{{"time":"{moments.written(at)}","level":"{level}","event":"request","request":"{asked.request}",{trace}"method":'
            f'"{it.method}","route":"{it.route}","status":{it.status},"format":"{it.format}","bytes":{it.bytes},'
            f'"ms":{it.seconds * 1000:.2f},"cache":"{it.cache}"{shed}}}'
        )

    return lambda asked, it: lines.put(partial(line, time.time(), asked, it))


def for_people(lines: Lines) -> Told:
    """Requests in short."""
    moments = _Moments()

    def line(at: float, asked: Asked, it: Answered) -> str:
        size = next((f"{it.bytes / unit:.1f} {name}" for name, unit in _UNITS if it.bytes >= unit), f"{it.bytes} B")
        kept = "" if it.cache == "none" else f" from {it.cache}"
        kept += f" turned away ({it.shed})" if it.shed else ""
        return (
            f"{moments.written(at)[11:23]} {it.status} {it.method} {it.route} {it.format} {size} {it.seconds * 1000:.1f} ms{kept}"
            f" request={asked.request}"
        )

    return lambda asked, it: lines.put(partial(line, time.time(), asked, it))
