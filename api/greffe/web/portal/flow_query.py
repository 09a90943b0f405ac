"""The address of a dataflow's page: which series, periods, release and drawing it asks for; and the address of each choice.

The key and the periods are written as on SDMX REST 1.5, so that who reads the page's address can write the query. A form
sends one `c.DIMENSION` for each code that is ticked; it is answered with the address that has the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from greffe.errors import BadQuery, NotFound, nearest
from greffe.model.periods import span
from greffe.model.structures import Codelist, Dataflow, DataStructure
from greffe.query import rest_v1
from greffe.query.selecting import selection
from greffe.store.base import Selection

CHARTS: Final = ("line", "bar")
FIELD: Final = "c."  # before a dimension, as a field of the form
_NUMBERS: Final = ("release", "against", "page")
_OWN: Final = ("key", "startPeriod", "endPeriod", *_NUMBERS, "chart")
_MOST: Final = 1_000_000  # of a number in the address


@dataclass(frozen=True)
class Asked:
    """codes: dimension → what was chosen, in order; one that is not named is free. release, against: numbers of releases,
    0 = the current one, none. `opened`: nothing was asked, so that the page may choose."""

    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start: str = ""
    end: str = ""
    release: int = 0
    against: int = 0
    chart: str = "line"
    page: int = 1
    opened: bool = False
    from_form: bool = False

    def key(self, structure: DataStructure) -> str:
        """`A.ICCS0101+ICCS0102.NR.FR`; `all` when every dimension is free."""
        slots = ["+".join(self.codes.get(d, ())) for d in structure.dimension_ids]
        return ".".join(slots) if any(slots) else "all"

    def address(self, flow: str, structure: DataStructure) -> str:
        """The page's own address, with what differs from the default."""
        found = "" if self.opened else f"key={quote(self.key(structure), safe='.+')}"
        rest = {
            "startPeriod": self.start, "endPeriod": self.end, "release": self.release or "", "against": self.against or "",
            "chart": "" if self.chart == CHARTS[0] else self.chart, "page": "" if self.page == 1 else self.page,
        }  # fmt: skip
        said = "&".join(filter(None, (found, urlencode({k: v for k, v in rest.items() if v != ""}))))
        return f"/data/{flow}{'?' if said else ''}{said}"

    def but(self, **changed: object) -> Asked:
        """The same with something else, from the first page on."""
        return replace(self, **{"page": 1, "opened": False, **changed})  # type: ignore[arg-type]


def read(given: QueryParams, structure: DataStructure, codelists: Mapping[str, Codelist]) -> Asked:
    """What an address asks for. Raises BadQuery for a parameter that is not known, doubled or no number, NotFound for a
    code that is none of its dimension, with the nearest."""
    ticked = _ticked(given, structure)
    key = given.get("key", "").replace(" ", "+")  # a plus in an address is read as a blank
    if key and ticked:
        raise BadQuery("A key and ticked codes ask twice.", parameter="key", hint="Leave out one of them.")
    codes = ticked or _codes(key, structure)
    for dimension, chosen in codes.items():
        _check(dimension, chosen, codelists.get(dimension))
    chart = given.get("chart") or CHARTS[0]
    if chart not in CHARTS:
        raise BadQuery(f"{chart!r} is no drawing.", parameter="chart", nearest=nearest(chart, CHARTS) or CHARTS)
    numbers = {name: number_of(name, given.get(name, "")) for name in _NUMBERS}
    sent = "form" in given
    return Asked(
        codes,
        given.get("startPeriod", ""),
        given.get("endPeriod", ""),
        numbers["release"],
        numbers["against"],
        chart,
        numbers["page"] or 1,
        opened=not (key or ticked or sent),
        from_form=sent,
    )


def backwards(asked: Asked) -> bool:
    """Whether the first period begins after the last one has ended. Raises BadQuery for what is no period."""
    return bool(asked.start and asked.end) and span(asked.start).first > span(asked.end).last


def selected(asked: Asked, flow: Dataflow, structure: DataStructure, codelists: Mapping[str, Codelist]) -> Selection:
    """What that means to the store: exactly what the query of the page's code means. Raises BadQuery."""
    reference = flow.reference
    periods = {"startPeriod": asked.start, "endPeriod": asked.end}
    raw = urlencode({name: period for name, period in periods.items() if period})
    where = f"{reference.agency},{reference.id},{reference.version}"
    query = rest_v1.parse_data((where, asked.key(structure)), raw)
    return selection(query, structure, codelists, True)


def _ticked(given: QueryParams, structure: DataStructure) -> dict[str, tuple[str, ...]]:
    """The codes of a form. Raises BadQuery as `read` does."""
    known = (*_OWN, "lang", "form", *(f"{FIELD}{d}" for d in structure.dimension_ids))
    seen: set[str] = set()
    for name, _ in given.multi_items():
        if name not in known:
            raise BadQuery("Unknown parameter.", parameter=name, nearest=nearest(name, known))
        if name in seen and not name.startswith(FIELD):
            raise BadQuery("The parameter is given twice.", parameter=name)
        seen.add(name)
    found = {d: tuple(filter(None, given.getlist(f"{FIELD}{d}"))) for d in structure.dimension_ids}
    return {d: tuple(dict.fromkeys(codes)) for d, codes in found.items() if codes}


def _codes(key: str, structure: DataStructure) -> dict[str, tuple[str, ...]]:
    if key in ("", "all"):
        return {}
    slots = key.split(".")
    dimensions = structure.dimension_ids
    if len(slots) != len(dimensions):
        raise BadQuery(
            f"The key has {len(slots)} slots where {structure.reference.id} has {len(dimensions)} dimensions.",
            parameter="key",
            hint=f"The slots are {'.'.join(dimensions)}.",
        )
    found = {d: tuple(dict.fromkeys(filter(None, s.split("+")))) for d, s in zip(dimensions, slots, strict=True)}
    return {d: codes for d, codes in found.items() if codes}


def _check(dimension: str, chosen: Iterable[str], codes: Codelist | None) -> None:
    if codes is None:
        return
    known = {i.id for i in codes.items}
    for code in chosen:
        if code not in known:
            raise NotFound(
                f"{code!r} is no code of {dimension}.", parameter="key", column=dimension, nearest=nearest(code, known)
            )


def number_of(name: str, text: str) -> int:
    """The number of a release or page in an address; 0 of none. Raises BadQuery."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) < _MOST):
        raise BadQuery(f"{text[:20]!r} is no number from 1 on.", parameter=name)
    return int(text)
