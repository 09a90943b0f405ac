"""The part of a sign-off that says what changes: narrowed as the address asks, a page of it, drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from markupsafe import Markup

from greffe.errors import BadQuery, nearest
from greffe.model.structures import DataStructure
from greffe.release.differing import ADDED, KINDS
from greffe.release.draft_changes import LARGEST, ORDERS, RELATIVE, DraftCell, DraftChanges, Group, Narrow, listed
from greffe.release.draft_series import Both, Shown, both_vintages
from greffe.release.drafts import Draft
from greffe.release.parts import Parts
from greffe.release.revisions import leading
from greffe.web.pages.blanks import colon
from greffe.web.pages.labels import Labels
from greffe.web.pages.plots import Drawn, Point, differences, lines
from greffe.web.pages.render import number
from greffe.web.pages.words import sayer
from greffe.web.strict import page_number

ASKED: Final = ("how", "of", "unit", "order", "page", "series")
PAGE, DRAWN = 25, 15


@dataclass(frozen=True)
class Asked:
    """What the address asks for: which differences, which page of them, which series is drawn ('' = that of the largest)."""

    narrow: Narrow = field(default_factory=Narrow)
    page: int = 1
    series: str = ""

    @property
    def any(self) -> bool:
        """Whether some differences are left out."""
        return bool(self.narrow.how or self.narrow.subject or self.narrow.unit)


@dataclass(frozen=True)
class Line:
    """A difference as it stands on the page. `words`: of the `codes` in which the rows differ; `key`: the series."""

    cell: DraftCell
    words: str
    codes: str
    key: str
    trace: str
    portal: str


def asked_of(request: Request, groups: Sequence[Group]) -> Asked:
    """From the address. Raises BadQuery for what is none, with the nearest."""
    given = {n: request.query_params.get(n, "") for n in ASKED}
    _one_of("how", given["how"], ("", *KINDS))
    _one_of("order", given["order"], ("", *ORDERS))
    _one_of("of", given["of"], ("", *dict.fromkeys(g.subject for g in groups)))
    _one_of("unit", given["unit"], ("", *dict.fromkeys(g.unit for g in groups)))
    narrow = Narrow(given["how"], given["of"], given["unit"], given["order"] or LARGEST)
    return Asked(narrow, page_number(given["page"]) if given["page"] else 1, given["series"])


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise BadQuery(f"Nothing that changes is {value!r}.", parameter=name, nearest=nearest(value, known))


def changes_shown(
    parts: Parts, structure: DataStructure, draft: Draft, found: DraftChanges, asked: Asked, lang: str
) -> dict[str, object]:
    """What the template needs of the differences."""
    labels = Labels(parts.catalogue(), structure, lang)
    cells, count = listed(parts, structure, found, asked.narrow, PAGE, (asked.page - 1) * PAGE)
    pages = max(-(-count // PAGE), 1)
    page = min(asked.page, pages)
    if page != asked.page:
        cells, count = listed(parts, structure, found, asked.narrow, PAGE, (page - 1) * PAGE)
    common = _common(cells)
    lines_ = [_line(found, labels, structure, cell, common) for cell in cells]
    subject, unit = leading(structure)
    return {
        "lines": lines_, "matching": count, "page": page, "pages": pages, "kinds_of_change": KINDS, "orders": ORDERS,
        "common": [(labels.concept(d), labels.code(d, c), c) for d, c in common.items()],
        "groups": [(g, labels.code(subject, g.subject), labels.code(unit, g.unit) if g.unit else "") for g in found.groups],
        "subjects": {g.subject: labels.code(subject, g.subject) for g in found.groups}, "subject_name": labels.concept(subject),
        "units": {g.unit: labels.code(unit, g.unit) for g in found.groups if g.unit}, "unit_name": labels.concept(unit),
        "plot": _plot(lines_, asked, unit, labels, lang), "series": _series(parts, draft, found, asked, structure, labels, lines_, lang),
        "attribute": labels.concept, "status_word": lambda a, c: f"{labels.code(a, c)} ({c})" if c else "",
    }  # fmt: skip


def _common(cells: Sequence[DraftCell]) -> Mapping[str, str]:
    """Codes that all rows have: they are said once."""
    if len(cells) < 2:
        return {}
    return {d: c for d, c in cells[0].key.items() if all(one.key[d] == c for one in cells)}


def _line(
    found: DraftChanges, labels: Labels, structure: DataStructure, cell: DraftCell, common: Mapping[str, str]
) -> Line:
    own = {d: c for d, c in cell.key.items() if d not in common} or cell.key
    key = ".".join(cell.key[d] for d in structure.dimension_ids)
    flow = found.before.dataflow.id
    trace = ""
    if cell.how != ADDED and not cell.hidden[0]:
        query = urlencode({"key": key, "period": cell.period, "release": found.before.number})
        trace = f"/staff/trace/{flow}?{query}"
    portal = f"/data/{flow}?{urlencode({'key': key})}" if cell.how != ADDED else ""
    return Line(cell, labels.key(own), ".".join(own.values()), key, trace, portal)


def _plot(shown: Sequence[Line], asked: Asked, unit: str, labels: Labels, lang: str) -> Markup | str:
    """The largest differences of the page: in percent where that is the order, else those in the unit of the first, for
    numbers of several units share no scale. Rows are called by their codes, which are short; the table has the words."""
    relative = asked.narrow.order == RELATIVE
    changed = [(line, d) for line in shown if (d := line.cell.percent if relative else line.cell.difference)]
    if not changed:
        return ""
    first = changed[0][0].cell.key[unit] if unit else ""
    alike = [(line, d) for line, d in changed if relative or not unit or line.cell.key[unit] == first]
    say = sayer(("staff_signoff",), lang)

    def write(value: Decimal) -> str:
        return number(value, lang) + ("\u00a0%" if relative else "")

    rows = [(f"{line.codes} {line.cell.period}", d) for line, d in alike[:DRAWN]]
    text = say("plot_share") if relative else say("plot_text", unit=labels.code(unit, first)) if unit else ""
    return differences(rows, say("plot", n=len(rows)), text, write, colon(lang))


def _series(
    parts: Parts,
    draft: Draft,
    found: DraftChanges,
    asked: Asked,
    structure: DataStructure,
    labels: Labels,
    shown: Sequence[Line],
    lang: str,
) -> dict[str, object]:
    """One series in both vintages, as a drawing and as a table: the one that is asked for, else that of the first row."""
    key = asked.series or (shown[0].key if shown else "")
    if not key:
        return {}
    codes = key.split(".")
    if len(codes) != len(structure.dimension_ids):
        order = ".".join(structure.dimension_ids)
        raise BadQuery(f"{key[:200]!r} is no series.", parameter="series", hint=f"Its codes are {order}.")
    both = both_vintages(parts, draft, found.before, dict(zip(structure.dimension_ids, codes, strict=True)))
    if not both:
        raise BadQuery(f"Neither {found.before} nor the draft has the series {key[:200]}.", parameter="series")
    say = sayer(("staff_signoff",), lang)

    def write(value: Decimal) -> str:
        return number(value, lang)

    words = labels.key(dict(zip(structure.dimension_ids, codes, strict=True)))
    names = (say("released_line", release=found.before), say("draft_line"))
    drawn = [
        Drawn(names[0], [_point(b.before) for b in both]),
        Drawn(names[1], [_point(b.after) for b in both]),
    ]
    any_ = any(p.value is not None for one in drawn for p in one.points if p is not None)
    plot = lines([b.period for b in both], drawn, say("series"), words, write, colon(lang)) if any_ else ""
    return {"key": key, "words": words, "names": names, "rows": both, "plot": plot, "differs": _differs}


def _differs(both: Both) -> bool:
    return both.before != both.after


def _point(figure: Shown | None) -> Point | None:
    return None if figure is None else Point(figure.value, figure.mark, figure.mark == "B")
