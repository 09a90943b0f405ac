"""What a dataflow is, in facts that its page tells: what is counted, of whom, where, from which source; releases; a citation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import NotFound
from greffe.formats.flat import LICENCE_URL
from greffe.formats.languages import best
from greffe.mapping.doubts.type_names import TYPE_NAMES
from greffe.model.calendar import ANNOUNCED, CalendarEntry, Words
from greffe.model.instants import paris_date
from greffe.model.releases import Release
from greffe.model.structures import AgencyScheme, Codelist, Dataflow, Item
from greffe.release.parts import Parts
from greffe.web.api import INDICATORS
from greffe.web.notices import KINDS, was_public
from greffe.web.pages.blanks import colon
from greffe.web.portal.flow_code import Query


@dataclass(frozen=True)
class Told:
    """A release as its history tells it. state: current, superseded or withdrawn; why: of its revision or withdrawal."""

    release: Release
    state: str
    kind: str
    why: str


def counted(catalogue: Catalogue, flow: Dataflow, axis: str, lang: str) -> list[str]:
    """What the internal indicators of a flow are typed as on an axis (`population`, `counting_unit`, `moment`…)."""
    names = TYPE_NAMES.get(axis, {})
    words = dict.fromkeys(i.annotation(axis.upper()) for i in indicators(catalogue, flow))
    return [names[w][0 if lang == "fr" else 1] if w in names else w for w in words if w and w != "none"]


def indicators(catalogue: Catalogue, flow: Dataflow) -> tuple[Item, ...]:
    """The internal indicators that the flow's map reads; none where it has no map."""
    try:
        wanted = catalogue.map_to(flow).select.get("INDICATEUR", ())
        return tuple(i for i in catalogue.get(Codelist, INDICATORS).items if i.id in wanted)
    except NotFound:
        return ()


def organisation(catalogue: Catalogue, id_: str, lang: str) -> str:
    """The name of an agency; its id where it has none."""
    items = (i for scheme in catalogue.all(AgencyScheme) for i in scheme.items)
    return next((best(i.names, lang) for i in items if i.id == id_), "") or id_


def next_release(parts: Parts, flow: Dataflow) -> CalendarEntry | None:
    """What is announced for it next. What waits for its hour is not told."""
    now = parts.clock()
    entries = (e for e in parts.ledger().calendar.values() if flow.reference in e.flows and e.state(now) == ANNOUNCED)
    return min(entries, key=lambda e: e.at, default=None)


def history(parts: Parts, flow: Dataflow, lang: str) -> list[Told]:
    """Releases that could be read, the latest first."""
    return list(_history(parts, flow, parts.clock(), lang))


def _history(parts: Parts, flow: Dataflow, now: datetime, lang: str) -> Iterator[Told]:
    latest = parts.ledger().current(flow.reference, now)
    for one in sorted(parts.ledger().releases_of(flow.reference), key=lambda r: r.number, reverse=True):
        if not one.came_out(now):
            continue
        gone = was_public(one, now)
        state = "current" if one == latest else "withdrawn" if gone else "superseded"
        said = Words(one.withdrawal_reason, one.withdrawal_reason_fr) if gone else Words(one.notice, one.notice_fr)
        yield Told(one, state, KINDS[lang].get(one.revision, ""), said.in_(lang))


def citation(flow: Dataflow, release: Release, permalink: str, lang: str) -> str:
    """How figures of a release are cited: provider, year, title, release and vintage, day, address that stays."""
    day = paris_date(release.effective_at).isoformat()
    mark = ""
    if release.origin == "synthetic":
        mark = " [chiffres SYNTHÉTIQUES]" if lang == "fr" else " [SYNTHETIC figures]"
    word = "Diffusion" if lang == "fr" else "Release"
    edition = ", ".join(filter(None, (f"{word} {release}", release.vintage, day)))
    return f"{release.provider} ({day[:4]}){colon(lang)} {best(flow.names, lang)}{mark}. {edition}. {permalink}"


def _described(name: str, description: str) -> str:
    """Search engines want a description of 50 letters at least: a shorter one follows the name."""
    return description if len(description) >= 50 else f"{name}. {description}".strip()


def dataset(
    flow: Dataflow,
    release: Release,
    query: Query,
    page: str,
    periods: Sequence[str],
    measured: Sequence[str],
    places: Sequence[str],
    lang: str,
) -> dict[str, object]:
    """The dataset in the words of schema.org, for search engines. `page`: its address without a choice."""
    name = best(flow.names, lang)
    invented = {"fr": "Chiffres SYNTHÉTIQUES, inventés. ", "en": "SYNTHETIC figures, invented. "}
    mark = invented.get(lang, invented["en"]) if release.origin == "synthetic" else ""
    files = (("text/csv", "csv"), ("application/vnd.apache.parquet", "parquet"),
             ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"))  # fmt: skip
    found: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": name,
        "description": f"{mark}{_described(name, best(flow.descriptions, lang))}",
        "identifier": str(flow.reference),
        "url": page,
        "inLanguage": ["fr", "en"],
        "license": LICENCE_URL,
        "isAccessibleForFree": True,
        "version": str(release.number),
        "datePublished": paris_date(release.effective_at).isoformat(),
        "creator": {"@type": "Organization", "name": release.provider},
        "variableMeasured": list(measured),
        "spatialCoverage": list(places) or ["France"],
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": type_, "contentUrl": query.address(name_)}
            for type_, name_ in files
        ],
    }
    if periods:
        found["temporalCoverage"] = f"{periods[0][:4]}/{periods[-1][:4]}"
    return found
