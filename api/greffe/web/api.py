"""Plain REST for people who do not speak SDMX: indicators, dataflows, releases, findings (see also series.py)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import BadQuery, NotFound, nearest
from greffe.model.calendar import Words
from greffe.model.findings import ERROR, INFO, WARNING, Finding
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import Codelist, Dataflow, DataStructure, Item
from greffe.release.manifest import findings as released_findings
from greffe.release.manifest import made_from
from greffe.release.parts import Parts
from greffe.web.advances import early_access
from greffe.web.models import DataflowSummary, FindingOut, Indicator, ReleaseSummary
from greffe.web.strict import only

TYPES = (
    "COUNTING_UNIT", "POPULATION", "MOMENT", "OFFENCE_RULE", "TERRITORY", "LEGAL_PERSONS", "ADDITIVE_OVER", "DOMAIN",
    "SOURCE_APPLICATION", "UNIT",
)  # fmt: skip
INDICATORS = Reference("SSER", "CL_INDICATEUR")
ERRORS: dict[int | str, dict[str, object]] = {
    status: {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status in (400, 404, 406, 413, 414, 503)
}


SERIES_LINKS = {
    "structure": {
        "operationId": "v2_structure_4",
        "description": "The same flow in SDMX, with its structure",
        "parameters": {
            "structureType": "dataflow",
            "agencyID": "*",
            "resourceID": "$response.body#/0/id",
            "version": "~",
            "references": "children",
            "detail": "full",
            "format": "jsonstructure-2.1",
        },
    },
    "data_of_1_5": {"operationId": "v1_data_1", "parameters": {"flow": "$response.body#/0/id"}},
    "series": {"operationId": "list_series", "parameters": {"dataflow": "$response.body#/0/id"}},
    "findings": {"operationId": "findings", "parameters": {"dataflow": "$response.body#/0/id"}},
}


def router(parts: Parts) -> APIRouter:
    """Routes under /api/v1."""
    routes = APIRouter(prefix="/api/v1", tags=["Plain REST"], responses=ERRORS)

    @routes.get("/indicators", dependencies=[Depends(only("domain"))])
    def indicators(
        domain: Annotated[str, Query(description="Only this domain, e.g. penitentiaire")] = "",
    ) -> list[Indicator]:
        """Internal indicators: what each counts, and which target dataflows are made of it."""
        catalogue = parts.catalogue()
        found = [i for i in _indicators(catalogue) if domain in ("", i.annotation("DOMAIN"))]
        if domain and not found:
            domains = {i.annotation("DOMAIN") for i in _indicators(catalogue)} - {""}
            raise NotFound(f"No indicator of domain {domain!r}.", parameter="domain", nearest=nearest(domain, domains))
        return [_indicator(catalogue, item) for item in found]

    @routes.get("/indicators/{indicator}", dependencies=[Depends(only())])
    def indicator(indicator: str) -> Indicator:
        """One internal indicator."""
        catalogue = parts.catalogue()
        items = {i.id: i for i in _indicators(catalogue)}
        if indicator not in items:
            raise NotFound(f"There is no indicator {indicator!r}.", nearest=nearest(indicator, items))
        return _indicator(catalogue, items[indicator])

    @routes.get("/dataflows", dependencies=[Depends(only("recipient"))], responses={200: {"links": SERIES_LINKS}})
    def dataflows(recipient: Annotated[str, Query(description="ESTAT, UNODC or CEPEJ")] = "") -> list[DataflowSummary]:
        """Dataflows that are published, each with its current release."""
        catalogue = parts.catalogue()
        known = {d.annotation("RECIPIENT") for d in catalogue.dataflows()}
        if recipient and recipient not in known:
            raise NotFound(f"No recipient {recipient!r}.", parameter="recipient", nearest=nearest(recipient, known))
        return [
            _dataflow(parts, catalogue, d)
            for d in catalogue.dataflows()
            if recipient in ("", d.annotation("RECIPIENT"))
        ]

    @routes.get("/dataflows/{dataflow}", dependencies=[Depends(only())])
    def dataflow(dataflow: str) -> DataflowSummary:
        """One dataflow."""
        catalogue = parts.catalogue()
        return _dataflow(parts, catalogue, published(catalogue, dataflow))

    @routes.get("/releases", dependencies=[Depends(only("dataflow"))])
    def releases(dataflow: Annotated[str, Query(description="Only this dataflow")] = "") -> list[ReleaseSummary]:
        """Releases that are or were in effect, by dataflow and number."""
        flow = published(parts.catalogue(), dataflow).reference if dataflow else None
        now = parts.clock()
        found = [r for r in parts.ledger().releases.values() if r.came_out(now) and flow in (None, r.dataflow)]
        return [_release(parts, r) for r in sorted(found, key=lambda r: (r.dataflow, r.number))]

    @routes.get("/releases/{dataflow}/{number}", dependencies=[Depends(only())])
    def release(dataflow: str, number: int) -> ReleaseSummary:
        """One release."""
        return _release(parts, _in_effect(parts, published(parts.catalogue(), dataflow), number))

    @routes.get("/findings/{dataflow}", operation_id="findings", dependencies=[Depends(only("severity"))])
    def findings(
        response: Response,
        dataflow: str,
        severity: Annotated[
            str,
            Query(
                description="error (waived), warning or info",
                json_schema_extra={"enum": ["", ERROR, WARNING, INFO]},
            ),
        ] = "",
    ) -> list[FindingOut]:
        """What the rules say of the figures that are released now. Findings on internal figures are not shown."""
        catalogue = parts.catalogue()
        flow = published(catalogue, dataflow)
        current = parts.ledger().current(flow.reference, parts.clock())
        if current is None:
            raise NotFound(f"Nothing of {flow.reference} is released.")
        if severity not in ("", ERROR, WARNING, INFO):
            raise BadQuery(f"{severity!r} is no severity.", parameter="severity", hint="error, warning or info.")
        response.headers["Data-Origin"], response.headers["Release"] = current.origin, str(current)
        found = released_findings(made_from(parts, current))
        structure = catalogue.structure(flow)
        return [finding_out(f) for f in found if public(f, structure) and severity in ("", f.severity)]

    return routes


def _indicators(catalogue: Catalogue) -> tuple[Item, ...]:
    return tuple(i for i in catalogue.get(Codelist, INDICATORS).items if not i.id.startswith("_"))


def _indicator(catalogue: Catalogue, item: Item) -> Indicator:
    used = [m.target.id for m in catalogue.maps.values() if item.id in m.select.get("INDICATEUR", ())]
    return Indicator(
        id=item.id,
        names=dict(item.names),
        types={t.lower(): item.annotation(t) for t in TYPES if item.annotation(t)},
        provenance=item.annotation("PROVENANCE"),
        dataflows=used,
    )


def published(catalogue: Catalogue, id_: str) -> Dataflow:
    """A collection or mirror dataflow by its id; internal ones are not found here. Raises NotFound with the nearest."""
    found = {d.reference.id: d for d in catalogue.dataflows()}
    if id_ not in found:
        raise NotFound(f"There is no dataflow {id_!r}.", parameter="dataflow", nearest=nearest(id_, found))
    return found[id_]


def _dataflow(parts: Parts, catalogue: Catalogue, flow: Dataflow) -> DataflowSummary:
    current = parts.ledger().current(flow.reference, parts.clock())
    id_ = flow.reference.id
    return DataflowSummary(
        id=id_,
        reference=str(flow.reference),
        names=dict(flow.names),
        scope=flow.annotation("SCOPE"),
        recipient=flow.annotation("RECIPIENT"),
        provenance=flow.annotation("PROVENANCE"),
        dimensions=list(catalogue.structure(flow).dimension_ids),
        release=current.number if current else None,
        origin=current.origin if current else None,
        links={
            "series": f"/api/v1/series/{id_}",
            "csv": f"/sdmx/v2/data/dataflow/{flow.reference.agency}/{id_}/{flow.reference.version}?format=csv",
            "sdmx_1_5": f"/sdmx/v1/data/{flow.reference.agency},{id_},{flow.reference.version}",
            "structure": f"/sdmx/v2/structure/dataflow/{flow.reference.agency}/{id_}/{flow.reference.version}"
            "?references=all",
        },
    )


def _release(parts: Parts, one: Release) -> ReleaseSummary:
    current = parts.ledger().current(one.dataflow, parts.clock())
    state = "current" if current == one else "withdrawn" if one.withdrawn_at else "superseded"
    return ReleaseSummary(
        id=str(one),
        dataflow=str(one.dataflow),
        number=one.number,
        state=state,
        origin=one.origin,
        partial=parts.ledger().draft(one.draft).partial,
        provider=one.provider,
        effective_at=one.effective_at.isoformat(),
        observations=one.observations,
        series=one.series,
        last_period=one.last_period,
        content_hash=one.content_hash,
        reason=one.withdrawal_reason or one.notice or one.reason,
        vintage=one.vintage,
        replaces=one.replaces,
        revision=one.revision,
        notices=Words(one.notice, one.notice_fr).as_json(),
        withdrawn_at=one.withdrawn_at.isoformat() if one.withdrawn_at else None,
        withdrawal=Words(one.withdrawal_reason, one.withdrawal_reason_fr).as_json(),
        calendar=one.calendar,
        early_access=early_access(parts, one),
    )


def _in_effect(parts: Parts, flow: Dataflow, number: int) -> Release:
    for one in parts.ledger().releases_of(flow.reference):
        if one.number == number and one.came_out(parts.clock()):
            return one
    raise NotFound(f"There is no release {flow.reference.id}#{number}.")


def public(finding: Finding, structure: DataStructure) -> bool:
    """A finding on the published dataset: its key names dimensions of the target, so no internal figure is in it."""
    return bool(finding.key) and set(finding.key) <= set(structure.dimension_ids)


def finding_out(finding: Finding) -> FindingOut:
    """A finding as it is shown to everybody."""
    return FindingOut(
        rule=finding.rule,
        severity=finding.severity,
        key=dict(finding.key),
        period=finding.period,
        messages=dict(finding.messages),
        waiver=finding.waiver,
    )
