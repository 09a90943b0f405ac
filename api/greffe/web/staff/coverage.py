"""What is covered and what is not: per recipient a map of its cells, per dataflow down to the codes that cause a gap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.catalogue.catalogue import Catalogue, Recipient
from greffe.errors import NotFound, nearest
from greffe.mapping.cells import CONFIDENTIAL, FILLED, MISSING, NONE
from greffe.model.structures import Dataflow, Texts
from greffe.release.coverage import overview
from greffe.release.coverage_map import STATES, CellMap, cell_map, dataset_of
from greffe.release.coverage_tables import gaps_csv
from greffe.release.few import Few
from greffe.release.parts import Parts
from greffe.release.questions import dimension_of
from greffe.release.shared import shared
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Staff
from greffe.web.staff.found_pages import address_of
from greffe.web.staff.tables import HOUSE_STAFF
from greffe.web.strict import only

KEPT: Final = 300  # maps of cells that are held ready
# A sign and a word for each state: what is filled in, and what is left; never told by colour alone.
SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    FILLED: ("●", "filled"),
    CONFIDENTIAL: ("◆", "confidential"),
    "other-house": ("⌂", "other_house"),
    "not-applicable": ("–", "not_applicable"),
    "not-available": ("○", "not_available"),
    MISSING: ("◌", "missing"),
    NONE: ("✕", "none"),
}


@dataclass(frozen=True)
class Asked:
    """A dataflow that a recipient asks, with its map; None without a dataset."""

    flow: Dataflow
    map: CellMap | None


class Kept:
    """Maps of cells held ready: of a release they change with the definitions alone."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._found: Few[tuple[str, ...], CellMap] = Few(KEPT)

    def of(self, name: str, axes: Sequence[str] = ()) -> CellMap:
        """See `cell_map`."""
        record = self._parts.ledger().drafts.get(name)
        place = (name, record.checksum if record else "", self._parts.effective().checksum, *axes)
        return self._found.get(place) or self._found.keep(place, cell_map(self._parts, name, axes))


def router(parts: Parts) -> APIRouter:
    """The routes GET /staff/coverage, /staff/coverage/RECIPIENT, /staff/coverage/RECIPIENT/FLOW, and gaps.csv of both."""
    routes, pages, kept = APIRouter(dependencies=HOUSE_STAFF), Pages(parts), shared(parts, Kept)

    @routes.get("/staff/coverage", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def every(request: Request, visitor: Staff) -> Response:
        return pages.show(request, visitor, "staff/coverage.html", {"recipients": parts.catalogue().recipients})

    @routes.get("/staff/coverage/{recipient}", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def one(request: Request, recipient: str, visitor: Staff) -> Response:
        found = _recipient(parts.catalogue(), recipient)
        return pages.show(request, visitor, "staff/covered.html", _of_recipient(parts, kept, found))

    @routes.get("/staff/coverage/{recipient}/gaps.csv", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def gaps(recipient: str, visitor: Staff) -> Response:
        return _csv(parts, _recipient(parts.catalogue(), recipient).id)

    @routes.get(
        "/staff/coverage/{recipient}/{flow}",
        include_in_schema=False,
        dependencies=[Depends(only("by", "across", "lang"))],
    )
    def dataflow(request: Request, recipient: str, flow: str, visitor: Staff) -> Response:
        asked = tuple(filter(None, (request.query_params.get(n, "") for n in ("by", "across"))))
        values = _of_flow(parts, kept, _recipient(parts.catalogue(), recipient), flow, asked)
        return pages.show(request, visitor, "staff/covered_flow.html", values)

    @routes.get(
        "/staff/coverage/{recipient}/{flow}/gaps.csv", include_in_schema=False, dependencies=[Depends(only("lang"))]
    )
    def gaps_of_flow(recipient: str, flow: str, visitor: Staff) -> Response:
        return _csv(parts, _flow(parts.catalogue(), _recipient(parts.catalogue(), recipient), flow).reference.id)

    return routes


def ready(parts: Parts) -> Iterator[Callable[[], object]]:
    """What the pages of recipients need, a piece at a time: their maps of cells."""
    kept, catalogue = shared(parts, Kept), parts.catalogue()
    for recipient in catalogue.recipients:
        yield lambda one=recipient: _of_recipient(parts, kept, one)  # type: ignore[misc]


def _recipient(catalogue: Catalogue, name: str) -> Recipient:
    found = {r.id: r for r in catalogue.recipients}
    if name not in found:
        raise NotFound(f"There is no recipient {name}.", nearest=nearest(name, found))
    return found[name]


def _flow(catalogue: Catalogue, recipient: Recipient, name: str) -> Dataflow:
    asked = {r.id: r for r in recipient.dataflows}
    if name not in asked:
        raise NotFound(f"{recipient.id} does not ask for {name}.", nearest=nearest(name, asked))
    return catalogue.get(Dataflow, asked[name])


def _csv(parts: Parts, subject: str) -> Response:
    """Every gap, as `greffe coverage --out` writes it."""
    body = gaps_csv(overview(parts, subject, lambda what: None))
    headers = {"Content-Disposition": f'attachment; filename="gaps-{subject}.csv"', "Cache-Control": "no-store"}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def _of_recipient(parts: Parts, kept: Kept, recipient: Recipient) -> dict[str, object]:
    catalogue = parts.catalogue()
    flows = [catalogue.get(Dataflow, r) for r in recipient.dataflows]
    asked = [Asked(flow, kept.of(name) if (name := dataset_of(parts, flow)) else None) for flow in flows]
    totals = {s: sum(a.map.totals.get(s, 0) for a in asked if a.map) for s in STATES}
    return {
        "recipient": recipient, "asked": asked, "totals": totals, "cells": sum(totals.values()), "states": STATES,
        "signs": SIGNS, "questions": _questions(parts, kept, asked), "findings": address_of,
    }  # fmt: skip


def _questions(parts: Parts, kept: Kept, asked: Sequence[Asked]) -> list[tuple[Asked, str, Texts, Mapping[str, int]]]:
    """Question by question, of the sheets that have a dimension for them: dataflow, code, names, cells by state."""
    found: list[tuple[Asked, str, Texts, Mapping[str, int]]] = []
    for one in asked:
        if one.map is None:
            continue
        catalogue = parts.catalogue()
        dimension = dimension_of(catalogue, catalogue.map_to(one.flow))
        if dimension not in one.map.dimensions:
            continue
        names = _names(catalogue, one.flow, dimension)
        counts = kept.of(one.map.dataset, (dimension,)).counts or {}
        codes = sorted(counts, key=lambda c: list(names).index(c[0]) if c[0] in names else len(names))
        found += [(one, code[0], names.get(code[0], {}), counts[code]) for code in codes]
    return found


def _of_flow(parts: Parts, kept: Kept, recipient: Recipient, name: str, axes: tuple[str, ...]) -> dict[str, object]:
    catalogue = parts.catalogue()
    flow = _flow(catalogue, recipient, name)
    dataset = dataset_of(parts, flow)
    if not dataset:
        raise NotFound(f"Nothing of {name} is prepared yet.", hint=f"greffe prepare {name}")
    found = kept.of(dataset, axes)
    names = {d: _names(catalogue, flow, d) for d in found.axes}
    counts = found.counts or {}
    codes = [
        [c for c in names[d] if any(key[n] == c for key in counts)]
        + sorted({key[n] for key in counts} - names[d].keys())
        for n, d in enumerate(found.axes)
    ]
    return {
        "recipient": recipient, "flow": flow, "map": found, "names": names, "rows": codes[0],
        "columns": codes[1] if len(codes) > 1 else [""], "states": STATES, "signs": SIGNS,
        "findings": address_of, "here_csv": f"/staff/coverage/{quote(recipient.id)}/{quote(name)}/gaps.csv",
        "groups": sorted(found.groups, key=lambda g: bool(g["declared"])),
    }  # fmt: skip


def _names(catalogue: Catalogue, flow: Dataflow, dimension: str) -> dict[str, Texts]:
    """Codes and names of a dimension, in the order of its list."""
    structure = catalogue.structure(flow)
    component = structure.component(dimension)
    codes = catalogue.codelist(component) if component else None
    return {i.id: i.names for i in codes.items} if codes else {}
