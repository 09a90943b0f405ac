"""What the page of a contribution shows: its cells, those of others, its workbooks, what whoever looks may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from greffe.errors import GreffeError
from greffe.model.contributions import CONTRIBUTED, MERGED, SIGNED
from greffe.model.instants import PARIS, read
from greffe.release.contributing import Waited, contact_point, houses_of, named
from greffe.release.parts import Parts
from greffe.transmission.contributions.acts import hindrances
from greffe.transmission.contributions.book_in import Reading, look
from greffe.transmission.contributions.carried import proposed
from greffe.transmission.contributions.places import Board, Place, board
from greffe.transmission.contributions.translating import untold
from greffe.web.pages.forms import Form
from greffe.web.pages.visitors import Visitor
from greffe.web.staff.contribution_form import field_of, on_page
from greffe.web.staff.laid_file import LaidFile
from greffe.web.staff.words_of import countdown, instant

OTHERS: Final = 300  # cells of other houses on the page; the workbook shows all
FAULTS: Final = 50


@dataclass(frozen=True)
class Desk:
    """A workbook that somebody looks at before it is taken: it lies on their desk."""

    parts: Parts
    visitor: Visitor
    id: str

    @property
    def _file(self) -> LaidFile:
        return LaidFile(self.parts, self.visitor, f"contribution:{self.id}")

    def put(self, name: str, body: bytes) -> None:
        """Lay it down. What is no workbook, or not theirs to bring, is told now."""
        look(self.parts, self.visitor.actor, self.id, body, name)
        self._file.put(name, body)

    def held(self) -> tuple[str, bytes] | None:
        """Name and bytes; None when none lies there."""
        found = self._file.held()
        return found[:2] if found else None

    def taken(self) -> tuple[str, bytes]:
        """As `held`. Raises NotFound when none lies there."""
        return self._file.taken()[:2]

    def clear(self) -> None:
        """Take it away."""
        self._file.clear()


def values_of(parts: Parts, visitor: Visitor, id_: str, page: int, form: Form | None) -> dict[str, object]:
    """Everything that the template needs, but for the fault."""
    waited, now = named(parts, id_), parts.clock()
    found = board(parts, waited.row.questionnaire, waited.year)
    places, pages = on_page(found, waited.house, page)
    reading, book, unread = _reading(parts, visitor, id_)
    own, one = found.of(waited.house), waited.one
    typed = form if form is not None and form.text("act") == "give" else None
    entries = [(e, read(e.instant)) for e in parts.register.read(subject=id_)]
    return {
        "proposed": proposed(parts, waited) if not one.locked else {}, "untold": list(untold(one)), "places": found.by_name,
        "waited": waited, "one": one, "fields": [field_of(p, one, typed) for p in places], "pages": pages,
        "page": min(page, pages), "asked": len(own),
        "answered": sum(bool((s := one.cells.get(n)) and s.answers) for n in own), "others": _others(found, waited),
        "others_all": sum(p.house != waited.house for p in found.places), "entries": entries, "reading": reading, "unread": unread,
        "book": book, "stops": hindrances(found, waited) if one.state == SIGNED else (), "most": FAULTS,
        "instant": instant, "read": read, "left": lambda t: countdown(t - now, visitor.lang),
        "until": f"{waited.until.astimezone(PARIS):%Y-%m-%dT%H:%M}", "late": waited.late(now),
        **_may(parts, visitor, waited), "reason": form.text("reason") if form else "",
    }  # fmt: skip


def _may(parts: Parts, visitor: Visitor, waited: Waited) -> dict[str, bool]:
    """For what is shown; the core decides again what is done."""
    mine = waited.house in houses_of(parts, visitor.actor)
    contact, one = contact_point(parts, visitor.actor), waited.one
    carries = contact and waited.by_workbook
    return {
        "may_translate": contact and one.state != MERGED,
        "may_give": mine and not one.locked, "may_sign": mine and one.state == CONTRIBUTED,
        "may_sign_for": carries and not mine and one.state == CONTRIBUTED and bool(one.workbook),
        "may_export": (mine or contact) and not one.locked, "may_bring": (mine or carries) and not one.locked,
        "may_merge": contact and one.state == SIGNED, "may_extend": contact and not one.locked,
        "may_reopen": (contact and one.locked) or (mine and one.state == SIGNED) or (contact and one.state == MERGED),
    }  # fmt: skip


def _others(found: Board, waited: Waited) -> Sequence[Place]:
    """Cells of other houses, first those of the sheets in which this one answers."""
    sheets = {p.sheet.layout.id for p in found.of(waited.house).values()}
    others = [p for p in found.places if p.house != waited.house]
    return sorted(others, key=lambda p: p.sheet.layout.id not in sheets)[:OTHERS]


def _reading(parts: Parts, visitor: Visitor, id_: str) -> tuple[Reading | None, str, GreffeError | None]:
    """What the workbook on the desk says, its name, and why it cannot be taken any more, where that is so."""
    held = Desk(parts, visitor, id_).held()
    if held is None:
        return None, "", None
    name, body = held
    try:
        return look(parts, visitor.actor, id_, body, name), name, None
    except GreffeError as fault:
        return None, name, fault
