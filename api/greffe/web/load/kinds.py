"""Classes of requests by their address alone: it costs a microsecond, and nothing is read for it.

An answer that turns out larger than what is sent in one piece is a dump, whatever its address looks like: nobody guesses that.
"""

from __future__ import annotations

from typing import Final

from greffe.web.limits import written_by_people

SERIES, STRUCTURES, DATA, DUMPS = "series", "structures", "data", "dumps"
API, PAGES, STAFF = "api", "pages", "staff"
# Class → the policy by which one client's requests are counted.
POLICIES: Final = {
    SERIES: DATA, DATA: DATA, API: DATA, STRUCTURES: STRUCTURES, PAGES: PAGES, STAFF: PAGES,
}  # fmt: skip
_FREE: Final = ("/health/", "/static/")
_KEY: Final = {"v1": 5, "v2": 8}  # place of the key among the parts of the path
_HISTORY: Final = (b"asOf=", b"updatedAfter=", b"updateAfter=", b"includeHistory=")


def kind_of(path: str, query: bytes) -> str:
    """The class; '' for health and what pages are dressed with, which are answered whatever else is asked."""
    if path.startswith("/sdmx/"):
        return _of_sdmx(path.split("/"), query)
    if path.startswith("/api/"):
        return API
    if path.startswith(_FREE):
        return ""
    return STAFF if written_by_people(path) else PAGES


def _of_sdmx(parts: list[str], query: bytes) -> str:
    head = parts[3] if len(parts) > 3 else ""
    if head == "data":
        place = _KEY.get(parts[2], 0)
        key = parts[place] if place and len(parts) > place else ""
        if _one_series(key) and not any(word in query for word in _HISTORY):
            return SERIES
        return DATA
    return DATA if head in ("availability", "availableconstraint") else STRUCTURES


def _one_series(key: str) -> bool:
    """A code at every place, and one only."""
    if not key or key == "all" or key[0] == "." or key[-1] == "." or ".." in key:
        return False
    return not ("*" in key or "+" in key or "," in key or " " in key)
