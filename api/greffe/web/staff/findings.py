"""What the rules found in drafts and current releases: by rule, by cause, by period; one finding with its series and rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from greffe.release.drafts import draft_folder
from greffe.release.few import Few
from greffe.release.found import Found, found, narrowed
from greffe.release.parts import Parts
from greffe.release.people import approvers
from greffe.web.pages.render import Pages
from greffe.web.pages.visitors import Staff
from greffe.web.staff.found_pages import NARROWING, address_of, asked_of, dataset_page, finding_page
from greffe.web.staff.tables import HOUSE_STAFF
from greffe.web.strict import only

KEPT: Final = 8  # datasets whose findings are held ready
COLUMNS: Final = ("number", "rule", "severity", "waiver", "cause", "period", "key", "en", "fr", "values", "where")


class Kept:
    """Findings held ready: reading ten thousand again at every click would take longer than showing fifty."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._found: Few[tuple[str, int], Found] = Few(KEPT)

    def of(self, name: str) -> Found:
        """The findings of a dataset as the register has it now. Raises NotFound."""
        place = (name, self._parts.ledger().head)
        return self._found.get(place) or self._found.keep(place, found(self._parts, name))


def router(parts: Parts) -> APIRouter:
    """The routes GET /staff/findings, /staff/findings/NAME, its table.csv, and /staff/findings/NAME/NUMBER."""
    routes, pages = APIRouter(dependencies=HOUSE_STAFF), Pages(parts)
    kept = Kept(parts.acting())

    @routes.get("/staff/findings", include_in_schema=False, dependencies=[Depends(only("lang"))])
    def every(request: Request, visitor: Staff) -> Response:
        return pages.show(request, visitor, "staff/findings.html", _every(parts.acting()))

    @routes.get(
        "/staff/findings/{name}",
        include_in_schema=False,
        dependencies=[Depends(only(*NARROWING, "by", "page", "done", "lang"))],
    )
    def dataset(request: Request, name: str, visitor: Staff) -> Response:
        return dataset_page(parts, request, visitor, kept.of(name))

    @routes.get(
        "/staff/findings/{name}/table.csv", include_in_schema=False, dependencies=[Depends(only(*NARROWING, "lang"))]
    )
    def table(request: Request, name: str, visitor: Staff) -> Response:
        whole = kept.of(name)
        rows = _rows(whole, narrowed(whole, asked_of(request)))
        headers = {"Content-Disposition": f'attachment; filename="{_file(name)}"', "Cache-Control": "no-store"}
        return Response(_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)

    @routes.get("/staff/findings/{name}/{place}", include_in_schema=False, dependencies=[Depends(only("done", "lang"))])
    def one(request: Request, name: str, place: str, visitor: Staff) -> Response:
        return finding_page(parts, request, visitor, kept.of(name), place)

    return routes


def _every(parts: Parts) -> dict[str, object]:
    """Drafts that wait, the latest first, and current releases, each as it was entered."""
    ledger, now = parts.ledger(), parts.clock()
    flows = {d.reference: d.names for d in parts.catalogue().dataflows()}
    waiting = [d for d in reversed([*ledger.drafts.values()]) if ledger.release_of_draft(d.id) is None]
    kept = [d for d in waiting if draft_folder(parts, d).is_dir()]
    current = [(r, ledger.drafts.get(r.draft)) for f in flows if (r := ledger.current(f, now))]
    return {
        "drafts": kept, "releases": current, "flows": flows, "returned": ledger.returned, "there": address_of,
        "signed": {d.id: len(approvers(parts, d.id, d.checksum)) for d in kept},
    }  # fmt: skip


def _rows(whole: Found, places: Iterable[int]) -> list[dict[str, str]]:
    return [
        {
            "number": str(n + 1), "rule": f.rule, "severity": f.severity, "waiver": f.waiver, "cause": whole.causes[n],
            "period": f.period, "key": " ".join(f"{d}={c}" for d, c in f.key.items()), "en": f.messages.get("en", ""),
            "fr": f.messages.get("fr", ""), "values": json.dumps(dict(f.values), ensure_ascii=False), "where": f.where,
        }
        for n in places
        for f in (whole.findings[n],)
    ]  # fmt: skip


def _csv(rows: Sequence[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _file(name: str) -> str:
    return f"findings-{name.replace('#', '-')}.csv"
