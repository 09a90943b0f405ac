"""Drafts are prepared: which dataflows have extracts that no release holds, one draft with how far it is and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from greffe.errors import GreffeError
from greffe.formats.languages import best
from greffe.model.instants import read
from greffe.model.maps import StructureMap
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.lifecycle import dataflow_named
from greffe.release.obstacles import may_still_sign
from greffe.release.parts import Parts
from greffe.release.preparing import STAGES, Wanted, running, standing, start
from greffe.release.tasks.drafts import open_of, waiting_drafts
from greffe.release.tasks.remade import outdated
from greffe.store.records import DraftRecord, ExtractRecord
from greffe.web.pages.acts import tried
from greffe.web.pages.forms import posted
from greffe.web.pages.render import Pages, see_other
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.tables import HOUSE_STAFF
from greffe.web.staff.words_of import instant
from greffe.web.strict import only

FIELDS: Final = ("origin", "extracts", "reason")


@dataclass(frozen=True)
class Row:
    """A dataflow that a map leads to: its accepted extracts, the last first; what is released and what waits; `fresh`: how
    many extracts of the same origin neither holds; `remapped`: the map changed since what waits or is released was made."""

    flow: Dataflow
    extracts: tuple[ExtractRecord, ...]
    release: Release | None
    drafts: tuple[DraftRecord, ...]
    fresh: int
    remapped: bool = False


def router(parts: Parts) -> APIRouter:
    """The routes /staff/drafts and /staff/drafts/FLOW."""
    parts = parts.acting()
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get("/staff/drafts", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def every(request: Request, visitor: Staff) -> Response:
        maps = parts.catalogue().maps.values()
        old = outdated(parts)
        rows = [_row(parts, map_, parts.catalogue().get(Dataflow, map_.target)) for map_ in maps]
        rows = [replace(r, remapped=r.flow.reference in old) for r in rows]
        rows.sort(key=lambda r: (not r.fresh, not r.remapped, not r.extracts, r.flow.reference.id))
        values = {"rows": rows, "instant": instant, "prepares": _prepares(visitor), "running": running(parts)}
        return pages.show(request, visitor, "staff/drafts.html", values)

    @routes.get("/staff/drafts/{flow}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def one(request: Request, visitor: Staff, flow: str) -> Response:
        return _page(parts, pages, request, visitor, flow, None, {})

    @routes.post("/staff/drafts/{flow}", include_in_schema=False)
    async def prepare(request: Request, visitor: Staff, flow: str) -> Response:
        form = await posted(request, visitor, *FIELDS)
        wanted = Wanted(flow, form.text("origin"), form.all("extracts"), form.text("reason"))
        fault = await tried(parts, request, visitor, lambda: start(parts, visitor.actor, wanted))
        if fault is None:
            return see_other(f"/staff/drafts/{flow}")
        typed = {"origin": wanted.origin, "extracts": wanted.extracts, "reason": wanted.reason}
        return await run_in_threadpool(_page, parts, pages, request, visitor, flow, fault, typed)

    return routes


def _prepares(visitor: Visitor) -> bool:
    """For what is shown: who may is the core's to say (lifecycle.make_draft)."""
    return visitor.may("author", "administrator")


def _row(parts: Parts, map_: StructureMap, flow: Dataflow) -> Row:
    ledger = parts.ledger()
    extracts = tuple(e for e in reversed(ledger.accepted) if e.dataflow == map_.source)
    release = ledger.current(flow.reference, parts.clock())
    drafts = tuple(d for d in waiting_drafts(ledger) if d.dataflow == flow.reference)
    made = ledger.drafts.get(release.draft) if release else None
    held = (*drafts, *((made,) if made else ()))
    used, origins = {e for d in held for e in d.extracts}, {d.origin for d in held}
    fresh = [e for e in extracts if e.id not in used and (e.origin in origins or not origins)]
    return Row(flow, extracts, release, drafts, len(fresh))


def _page(
    parts: Parts,
    pages: Pages,
    request: Request,
    visitor: Visitor,
    name: str,
    fault: GreffeError | None,
    typed: Mapping[str, object],
) -> Response:
    ledger = parts.ledger()
    flow = dataflow_named(parts, name)
    row = _row(parts, parts.catalogue().map_to(flow), flow)
    state, runs = standing(parts, flow.reference.id)
    draft = ledger.drafts.get(state.draft) if state else None
    other = running(parts)
    wrong, fixed = open_of(parts, draft) if draft else (0, ())
    values = {
        "row": row, "name": best(flow.names, visitor.lang), "state": state, "runs": runs, "draft": draft, "stages": STAGES,
        "done": STAGES.index(state.stage) if state and state.stage in STAGES else 0,
        "release_of": ledger.release_of_draft(draft.id) if draft else None,
        "signers": may_still_sign(parts, draft) if draft else (), "back": draft is not None and draft.id in ledger.returned,
        "wrong": wrong, "fixed": ", ".join(fixed), "old_map": flow.reference in outdated(parts),
        "other": other if other and other.flow != flow.reference.id else None, "origins": sorted({e.origin for e in row.extracts}),
        "prepares": _prepares(visitor), "instant": instant, "parsed": read, "fault": fault,
        "typed": {"origin": "", "extracts": (), "reason": "", **typed},
    }  # fmt: skip
    return pages.show(request, visitor, "staff/preparing.html", values, fault.http if fault else 200)
