"""The review of one table: its queue, one source at a time, what speaks for which target, and what was decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.representation_files import CONFIDENCES
from greffe.errors import BadQuery, GreffeError, NotFound, nearest
from greffe.mapping.doubts.type_names import AXES, TYPE_NAMES
from greffe.mapping.exchange.sets import users_of
from greffe.model.maps import KINDS_WITH_TARGET, KINDS_WITHOUT_TARGET, RepresentationMap
from greffe.model.numbers import plain
from greffe.release.parts import Parts
from greffe.release.review.accepting import Best
from greffe.release.review.admitting import Admission, unsaid
from greffe.release.review.bulk import Split
from greffe.release.review.candidates import candidates, faults_of_pending, verdict_on
from greffe.release.review.codes import Codes
from greffe.release.review.evidence import evidence
from greffe.release.review.history import comments_on, history
from greffe.release.review.notes import people, said_of
from greffe.release.review.outside import outside
from greffe.release.review.overview import names_of, short
from greffe.release.review.pending import everything_pending, question
from greffe.release.review.queue import STATES, Queue, Waiting, queue, sources_of
from greffe.release.review.sharing import plain_kind, rows_now
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.spark import spark
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.tables import HOUSE_STAFF, VIEW, View, catalogue_of, review_at, table_at
from greffe.web.strict import only

PER_PAGE = 50
NAMED = 8  # rows that a bulk decision left as they are, by name


@dataclass(frozen=True)
class Asking:
    """What accepting the best candidate of many asks first. `items`: all that were chosen."""

    items: tuple[str, ...]
    best: Best

    @property
    def open(self) -> tuple[str, ...]:
        """The axes that are to be said of one or more of them."""
        return tuple(dict.fromkeys(a for one in self.best.open if one.admission for a in one.admission.open))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The conversions that are to be declared for one or more of them."""
        return tuple(dict.fromkeys(k for one in self.best.open if one.admission for k in one.admission.kinds))

    def words(self, axis: str) -> tuple[str, ...]:
        """The words of an axis, those of the cells beside first."""
        return next(one.admission.words(axis) for one in self.best.open if one.admission and axis in one.admission.open)


def router(parts: Parts) -> APIRouter:
    """The routes /staff/mappings/RECIPIENT/TABLE and its evidence."""
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get(
        "/staff/mappings/{folder}/{name}",
        include_in_schema=False,
        dependencies=[Depends(only(*VIEW, "done", "left", "settled", "beside", "lang"))],
    )
    def review(request: Request, folder: str, name: str, visitor: Staff) -> Response:
        view = View.of(request)
        acting, catalogue = catalogue_of(parts)
        table = table_at(catalogue, folder, name)
        held = queue(acting, visitor.actor, catalogue, table).line(view.item) if "=" in view.item else None
        if held is not None and held.item != view.item:  # the code was decided since: its row holds it
            return see_other(review_at(table, replace(view, item=held.item), "item"))
        return review_page(parts, request, visitor, (folder, name), view)

    @routes.get(
        "/staff/mappings/{folder}/{name}/evidence",
        include_in_schema=False,
        dependencies=[Depends(only("item", "lang"))],
    )
    def values(request: Request, folder: str, name: str, visitor: Staff) -> Response:
        acting, catalogue = catalogue_of(parts)
        table = table_at(catalogue, folder, name)
        found = queue(acting, visitor.actor, catalogue, table)
        line = line_of(found, request.query_params.get("item", ""))
        held = evidence(acting, catalogue, table, sources_of(line), Codes(catalogue, table))
        drawn = spark([value for _, value in held.points]) if held else ""
        shown = {"table": table, "place": short(table), "line": line, "evidence": held, "spark": drawn, "plain": plain}
        return pages.show(request, visitor, "staff/evidence.html", shown)

    return routes


def line_of(found: Queue, item: str) -> Waiting:
    """The line of an item. Raises NotFound."""
    line = found.line(item)
    if line is None:
        raise NotFound(
            f"There is no row {item!r}.", parameter="item", nearest=nearest(item, [w.item for w in found.lines])
        )
    return line


def review_page(
    parts: Parts,
    request: Request,
    visitor: Visitor,
    place: tuple[str, str],
    view: View,
    fault: GreffeError | None = None,
    typed: Mapping[str, str] | None = None,
    asking: Split | Asking | None = None,
) -> Response:
    """The page; with a fault, what was typed stands in its fields. `asking`: what a decision on many would replace."""
    acting, catalogue = catalogue_of(parts)
    table = table_at(catalogue, *place)
    found = queue(acting, visitor.actor, catalogue, table)
    chosen = found.chosen(view.show, view.q)
    line = line_of(found, view.item) if view.item else (chosen[0] if chosen else None)
    at = chosen.index(line) if line in chosen else 0
    pages = max(1, -(-len(chosen) // PER_PAGE))
    page = min(view.page or at // PER_PAGE + 1, pages)
    kept = replace(view, page=0)
    near = {
        "previous": review_at(table, replace(kept, item=chosen[at - 1].item), "item") if line in chosen and at else "",
        "next": review_at(table, replace(kept, item=chosen[at + 1].item), "item")
        if line in chosen and at + 1 < len(chosen)
        else "",
    }
    mine = everything_pending(acting, visitor.actor, catalogue)
    values = {
        "table": table, "place": short(table), "users": users_of(catalogue, table), "names": names_of(table, users_of(catalogue, table)),
        "view": view, "queue": found,
        "shown": chosen[(page - 1) * PER_PAGE : page * PER_PAGE], "many": len(chosen), "page": page, "pages": pages,
        "near": near, "states": STATES, "line": line, "fault": fault, "typed": typed or {},
        "asking": asking if isinstance(asking, Split) else None, "best": asking if isinstance(asking, Asking) else None,
        "done": _done(request), "left": _named(request, found, "left"),
        "settled": _named(request, found, "settled"), "beside": _named(request, found, "beside"),
         "pending": len(mine.get(table.file, {})),
        "everything": sum(map(len, mine.values())), "author": visitor.may("author", "administrator"),
        "axes": AXES, "type_names": TYPE_NAMES, "unsaid_of_line": _unsaid(catalogue, found, line),
        "left_out": outside(catalogue, table, line.pending.row.targets) if line and line.pending else (),
        "faults": faults_of_pending(catalogue, table, tuple(mine.get(table.file, {}).values())),
        "here_at": lambda item: review_at(table, replace(view, item=item, page=page), "item"),
        **(_detail(acting, catalogue, found, line) if line else {}),
    }  # fmt: skip
    return Pages(parts).show(request, visitor, "staff/review.html", values, fault.http if fault else 200)


def _detail(parts: Parts, catalogue: Catalogue, found: Queue, line: Waiting) -> dict[str, object]:
    """What is known about one line."""
    table: RepresentationMap = found.table
    codes, row = Codes(catalogue, table), line.shown
    sources = sources_of(line)
    users = users_of(catalogue, table)
    return {
        "sources": [(c, s, codes.code("source", c, s.value)) for c, s in zip(table.sources, sources, strict=True)],
        "targets": [
            (c, row.targets[n] if row else "", codes.code("target", c, row.targets[n]) if row else None)
            for n, c in enumerate(table.targets)
        ],
        "lists": {c: codes.of("target", c) for c in table.targets},
        "source_lists": {c: codes.of("source", c) for c in table.sources},
        "tried": candidates(catalogue, found, line, codes),
        "row": row,
        "plain_kind": plain_kind(row, rows_now(found)) if row else "",
        "history": history(parts, table, line.row.row_id, users) if line.row else (),
        "notes": said_of(parts.ledger(), table.file, question(table, line.values)), "people": people(parts.ledger()),
        "comments": comments_on(parts, table.file, line.row.row_id) if line.row else (),
        "kinds": KINDS_WITH_TARGET, "none_kinds": KINDS_WITHOUT_TARGET, "confidences": CONFIDENCES,
    }  # fmt: skip


def _done(request: Request) -> str:
    """What was done just now and to how many: `kept-3`. Raises BadQuery for anything else."""
    word = request.query_params.get("done", "")
    if word and not re.fullmatch("(kept|undone|noted)-[0-9]{1,6}", word):
        raise BadQuery(f"{word[:100]!r} says nothing that was done.", parameter="done", hint="E.g. kept-3.")
    return word


def _named(request: Request, found: Queue, name: str) -> tuple[int, tuple[str, ...]]:
    """How many rows a decision left as they are, or changed beside its own, and the first of them. Raises BadQuery for anything
    else."""
    count, *items = request.query_params.get(name, "").split("\n")
    if not count and not items:
        return 0, ()
    if not re.fullmatch("[0-9]{1,6}", count) or len(items) > NAMED or not all(found.line(i) for i in items):
        raise BadQuery("It does not say which rows these are.", parameter=name)
    return int(count), tuple(items)


def _unsaid(catalogue: Catalogue, found: Queue, line: Waiting | None) -> Admission | None:
    """What the maps must still say of the target of a pending decision before it holds."""
    if line is None or line.pending is None or line.pending.stale or not line.pending.row.has_target:
        return None
    _, let_in = verdict_on(catalogue, found.table, line, line.pending.row)
    if let_in is None or not let_in.offered:
        return None
    return let_in if unsaid(let_in, line.pending.types) else None
