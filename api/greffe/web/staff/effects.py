"""What a decision, a candidate, or all that is pending would change in the published figures: a page, and a part of others."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery
from greffe.mapping.exchange.sets import table_named
from greffe.model.maps import RepresentationMap
from greffe.release.parts import Parts
from greffe.release.review.candidates import effect_of, effect_of_targets
from greffe.release.review.pending import Pending, everything_pending
from greffe.release.review.queue import queue
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Staff
from greffe.web.staff.effect_page import EffectPage
from greffe.web.staff.review import line_of
from greffe.web.staff.tables import HOUSE_STAFF, View, catalogue_of, review_at, table_at
from greffe.web.strict import only


def router(parts: Parts) -> APIRouter:
    """The routes …/effect."""
    routes, effects = APIRouter(dependencies=HOUSE_STAFF), EffectPage(parts, Pages(parts))

    @routes.get(
        "/staff/mappings/{folder}/{name}/effect",
        include_in_schema=False,
        dependencies=[Depends(only("item", "targets", "lang"))],
    )
    def of_one(request: Request, folder: str, name: str, visitor: Staff) -> Response:
        since = time.monotonic()
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
            key = (catalogue.checksum, table.file, line.item, line.shown, targets)
            return effects.shown(
                request,
                visitor,
                key,
                lambda told: effect_of_targets(acting, catalogue, table, line, targets, told),
                values,
                since,
            )
        if line.pending is None:
            raise BadQuery(f"Nothing is pending on {line.item}.", parameter="item")
        decided = [(table, (line.pending,))]
        return effects.shown(
            request,
            visitor,
            _named(catalogue, decided),
            lambda told: effect_of(acting, catalogue, decided, told),
            values,
            since,
        )

    @routes.get("/staff/mappings/pending/effect", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def of_all(request: Request, visitor: Staff) -> Response:
        since = time.monotonic()
        acting, catalogue = catalogue_of(parts)
        mine = everything_pending(acting, visitor.actor, catalogue)
        decided = [(table_named(catalogue, file), tuple(some.values())) for file, some in mine.items()]
        values: dict[str, object] = {"title": "", "back": "/staff/mappings/pending", "line": None, "targets": ()}
        return effects.shown(
            request,
            visitor,
            _named(catalogue, decided),
            lambda told: effect_of(acting, catalogue, decided, told),
            values,
            since,
        )

    return routes


def _named(catalogue: Catalogue, decided: Sequence[tuple[RepresentationMap, Sequence[Pending]]]) -> tuple[str, ...]:
    """What names the effect of decisions: the same on the same catalogue, whoever has taken them."""
    return (catalogue.checksum, *(f"{t.file} {p.item} {p.row!r}" for t, some in decided for p in some))


def _targets(text: str, many: int) -> tuple[str, ...]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) != many or not all(isinstance(t, str) for t in found):
        raise BadQuery("It names no candidate.", parameter="targets")
    return tuple(found)
