"""What a decision, a candidate, or all that is pending would change in the published figures: a page, and a part of others."""

from __future__ import annotations

import json
from collections.abc import Callable

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.errors import BadDefinition, BadQuery
from greffe.mapping.exchange.sets import table_named
from greffe.release.effect import Effect
from greffe.release.parts import Parts
from greffe.release.review.candidates import effect_of, effect_of_targets
from greffe.release.review.pending import everything_pending
from greffe.release.review.queue import queue
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Staff, Visitor
from greffe.web.staff.review import line_of
from greffe.web.staff.tables import HOUSE_STAFF, View, catalogue_of, review_at, table_at
from greffe.web.strict import only

SHOWN = 25  # changes beside a decision


def router(parts: Parts) -> APIRouter:
    """The routes …/effect."""
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)

    @routes.get(
        "/staff/mappings/{folder}/{name}/effect",
        include_in_schema=False,
        dependencies=[Depends(only("item", "targets", "lang"))],
    )
    def of_one(request: Request, folder: str, name: str, visitor: Staff) -> Response:
        acting, catalogue = catalogue_of(parts)
        table = table_at(catalogue, folder, name)
        asked = request.query_params
        found = queue(acting, visitor.actor, catalogue, table)
        line = line_of(found, asked.get("item", ""))
        values: dict[str, object] = {
            "title": line.item,
            "back": review_at(table, View(item=line.item), "item"),
            "line": line,
            "targets": (),
        }
        if "targets" in asked:
            targets = _targets(asked["targets"], len(table.targets))
            values["targets"] = targets
            return _shown(
                pages, request, visitor, values, lambda: effect_of_targets(acting, catalogue, table, line, targets)
            )
        if line.pending is None:
            raise BadQuery(f"Nothing is pending on {line.item}.", parameter="item")
        pending = line.pending
        return _shown(pages, request, visitor, values, lambda: effect_of(acting, catalogue, [(table, [pending])]))

    @routes.get("/staff/mappings/pending/effect", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def of_all(request: Request, visitor: Staff) -> Response:
        acting, catalogue = catalogue_of(parts)
        mine = everything_pending(acting, visitor.actor, catalogue)
        decided = [(table_named(catalogue, file), tuple(some.values())) for file, some in mine.items()]
        values: dict[str, object] = {"title": "", "back": "/staff/mappings/pending", "line": None, "targets": ()}
        return _shown(pages, request, visitor, values, lambda: effect_of(acting, catalogue, decided))

    return routes


def _targets(text: str, many: int) -> tuple[str, ...]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) != many or not all(isinstance(t, str) for t in found):
        raise BadQuery("It names no candidate.", parameter="targets")
    return tuple(found)


def _shown(
    pages: Pages, request: Request, visitor: Visitor, values: dict[str, object], work: Callable[[], Effect]
) -> Response:
    """The page; what does not hold together has no effect, and its faults are told instead."""
    found: Effect | None = None
    faults: tuple[BadDefinition, ...] = ()
    try:
        found = work()
    except BadDefinition as error:
        faults = (error, *error.others)
    return pages.show(
        request,
        visitor,
        "staff/effect.html",
        {**values, "effect": found, "faults": faults, "most": SHOWN, "decisions": {}},
    )
