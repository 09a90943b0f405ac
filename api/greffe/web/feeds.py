"""News by Atom: `/feeds/releases.atom` of all public dataflows, `/feeds/{flow}.atom` of one. A release is told from its hour
on, a withdrawal with its public reason as an item of its own; of what waits, or was withdrawn before its hour, nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Response

from greffe import __version__
from greffe.formats.atom import MEDIA_TYPE, Feed, Item, Link, atom, stable_id
from greffe.formats.languages import best
from greffe.model.calendar import Words
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.parts import Parts
from greffe.web.api import published
from greffe.web.language import chosen_language
from greffe.web.notices import KINDS, notice, was_public
from greffe.web.rest.answers import changed_at, has, http_date
from greffe.web.strict import only

MOST: Final = 100  # items of a feed, the last ones
WORDS: Final = {
    "en": {
        "all": "Releases of justice statistics", "one": "Releases: {name}", "author": "Statistical service of the Ministry of Justice",
        "rights": "Etalab 2.0 open licence", "release": "Release", "withdrawal": "Withdrawal", "synthetic": "Synthetic",
        "released": "{name}: release {number}", "withdrawn": "{name}: release {number} is withdrawn",
        "said": "{series} series, {observations} observations; last period {last}.",
        "invented": "SYNTHETIC: the figures are invented.", "edition": "Edition {vintage}.", "gone": "It was withdrawn later.",
        "because": "Reason: {reason}", "data": "Data (CSV)",
    },
    "fr": {
        "all": "Diffusions des statistiques de la justice", "one": "Diffusions : {name}",
        "author": "Service statistique du ministère de la Justice",
        "rights": "Licence Ouverte Etalab 2.0", "release": "Diffusion", "withdrawal": "Retrait", "synthetic": "Synthétique",
        "released": "{name} : diffusion {number}", "withdrawn": "{name} : la diffusion {number} est retirée",
        "said": "{series} séries, {observations} observations ; dernière période {last}.",
        "invented": "SYNTHÉTIQUE : les chiffres sont inventés.", "edition": "Édition {vintage}.", "gone": "Elle a été retirée depuis.",
        "because": "Raison : {reason}", "data": "Données (CSV)",
    },
}  # fmt: skip


def router(parts: Parts) -> APIRouter:
    """Routes under /feeds."""
    routes = APIRouter(prefix="/feeds", dependencies=[Depends(only("lang"))])

    @routes.get("/releases.atom", include_in_schema=False)
    def everything(
        lang: Annotated[str, Query()] = "",
        accept_language: Annotated[str, Header()] = "",
        if_none_match: Annotated[str, Header()] = "",
    ) -> Response:
        language = chosen_language(lang, accept_language)
        flows = {f.reference: f for f in parts.catalogue().dataflows()}
        return _sent(parts, flows, "", language, if_none_match)

    @routes.get("/{flow}.atom", include_in_schema=False)
    def one(
        flow: str,
        lang: Annotated[str, Query()] = "",
        accept_language: Annotated[str, Header()] = "",
        if_none_match: Annotated[str, Header()] = "",
    ) -> Response:
        language = chosen_language(lang, accept_language)
        found = published(parts.catalogue(), flow)
        return _sent(parts, {found.reference: found}, flow, language, if_none_match)

    return routes


def _sent(parts: Parts, flows: Mapping[Reference, Dataflow], one: str, language: str, if_none_match: str) -> Response:
    words, base = WORDS[language], parts.settings.public_url
    items = sorted(_items(parts, flows, language), key=lambda i: (i.updated, i.id), reverse=True)[:MOST]
    updated = max((i.updated for i in items), default=changed_at(parts))
    title = words["one"].format(name=best(next(iter(flows.values())).names, language)) if one else words["all"]
    feed = Feed(
        id=stable_id("feed", one or "*", language),
        title=title,
        address=f"{base}/feeds/{one or 'releases'}.atom?lang={language}",
        page=f"{base}/data/{one}?lang={language}" if one else f"{base}/?lang={language}",
        updated=updated,
        items=items,
        author=words["author"],
        rights=words["rights"],
        language=language,
        version=__version__,
    )
    body = atom(feed)
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:40]}"',
        "Last-Modified": http_date(updated),
        "Vary": "Accept-Language",
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Language": language,
    }
    if has(if_none_match, "", headers):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)


def _items(parts: Parts, flows: Mapping[Reference, Dataflow], language: str) -> Iterator[Item]:
    now = parts.clock()
    for release in parts.ledger().releases.values():
        flow = flows.get(release.dataflow)
        if flow is None or not release.came_out(now):
            continue
        gone = was_public(release, now)
        yield _released(parts, release, flow, language, gone)
        if gone:
            yield _withdrawn(parts, release, flow, language)


def _released(parts: Parts, release: Release, flow: Dataflow, language: str, gone: bool) -> Item:
    words, name = WORDS[language], best(flow.names, language)
    told = words["said"].format(
        series=release.series, observations=release.observations, last=release.last_period or "–"
    )
    synthetic = release.origin == "synthetic"
    sentences = [
        words["invented"] if synthetic else "", told, words["edition"].format(vintage=release.vintage) if release.vintage else "",
        notice([release], language), words["gone"] if gone else "",
    ]  # fmt: skip
    kinds = [("release", words["release"])]
    kinds += [(release.revision, KINDS[language][release.revision])] if release.revision in KINDS[language] else []
    kinds += [("synthetic", words["synthetic"])] if synthetic else []
    return Item(
        id=stable_id("release", flow.reference.id, str(release.number)),
        title=words["released"].format(name=name, number=f"{release}"),
        text=" ".join(filter(None, sentences)),
        at=release.effective_at,
        updated=(release.withdrawn_at or release.effective_at) if gone else release.effective_at,
        links=_links(parts, release, language),
        categories=(*kinds, (flow.reference.id, name)),
    )


def _withdrawn(parts: Parts, release: Release, flow: Dataflow, language: str) -> Item:
    words, name = WORDS[language], best(flow.names, language)
    reason = Words(release.withdrawal_reason, release.withdrawal_reason_fr).in_(language)
    at = release.withdrawn_at or release.effective_at
    return Item(
        id=stable_id("withdrawal", flow.reference.id, str(release.number)),
        title=words["withdrawn"].format(name=name, number=f"{release}"),
        text=words["because"].format(reason=reason),
        at=at,
        updated=at,
        links=_links(parts, release, language)[:1],
        categories=(("withdrawal", words["withdrawal"]), (flow.reference.id, name)),
    )


def _links(parts: Parts, release: Release, language: str) -> tuple[Link, ...]:
    base, id_ = parts.settings.public_url, release.dataflow.id
    return (
        Link(f"{base}/data/{id_}?lang={language}"),
        Link(f"{base}/api/v1/releases/{id_}/{release.number}", "related", "application/json"),
    )
