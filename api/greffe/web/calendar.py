"""The public calendar: what is announced for when, what came of it, and when recipients want their answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Response

from greffe.catalogue.policies.deadlines import Deadline
from greffe.formats.calendar_ics import MEDIA_TYPE, Noted, ics
from greffe.model import instants
from greffe.model.calendar import RELEASED, CalendarEntry
from greffe.model.instants import PARIS
from greffe.release.deadlines import horizon
from greffe.release.parts import Parts
from greffe.web.advances import early_access
from greffe.web.api import ERRORS
from greffe.web.language import chosen_language
from greffe.web.models import CalendarEntryOut, MoveOut
from greffe.web.rest.answers import has, http_date
from greffe.web.strict import only

ICS: Final[dict[int | str, dict[str, object]]] = {
    200: {"description": "iCalendar (RFC 5545)", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
    304: {"description": "Not modified"},
}
WORDS: Final = {
    "en": {
        "name": "Releases of justice statistics", "deadlines": "Deadlines of recipients", "flows": "Dataflows",
        "moved": "Moved from {before}: {reason}", "cancelled": "Cancelled: {reason}", "notice": "Announced late: {reason}",
        "due": "{questionnaire}: data of {year}", "confidence": "Confidence: {word}",
    },
    "fr": {
        "name": "Diffusions des statistiques de la justice", "deadlines": "Échéances des destinataires",
        "flows": "Flux de données",
        "moved": "Déplacé, était le {before} : {reason}", "cancelled": "Annulé : {reason}",
        "notice": "Annoncé tard : {reason}",
        "due": "{questionnaire} : données de {year}", "confidence": "Confiance : {word}",
    },
}  # fmt: skip
CONFIDENCE_FR: Final = {
    "verified": "vérifiée", "verified-secondary": "vérifiée par une source secondaire", "inferred": "déduite",
    "recalled": "de mémoire", "recalled-low": "de mémoire, peu sûre", "unverified": "non vérifiée", "synthetic": "inventée",
}  # fmt: skip


def router(parts: Parts) -> APIRouter:
    """Routes under /api/v1: calendar, calendar.ics, deadlines.ics."""
    routes = APIRouter(prefix="/api/v1", tags=["Plain REST"], responses=ERRORS)

    @routes.get("/calendar", dependencies=[Depends(only("dataflow"))])
    def calendar(dataflow: Annotated[str, Query(description="Only this dataflow")] = "") -> list[CalendarEntryOut]:
        """What is announced for when, the past and cancelled too, by instant; moves and early access are told."""
        found = [e for e in entries(parts) if not dataflow or dataflow in (f.id for f in e.flows)]
        return [_entry(parts, e) for e in found]

    @routes.get("/calendar.ics", response_class=Response, responses=ICS, dependencies=[Depends(only("lang"))])
    def calendar_ics(
        lang: Annotated[str, Query(description="en or fr")] = "",
        accept_language: Annotated[str, Header()] = "",
        if_none_match: Annotated[str, Header()] = "",
    ) -> Response:
        """The same for a calendar program: an event keeps its UID, a move raises SEQUENCE."""
        language = chosen_language(lang, accept_language)
        events = [_noted(e, language) for e in entries(parts)]
        changed = max((e.stamp for e in events), default=None)
        return _sent(ics(events, WORDS[language]["name"], language), "calendar", language, changed, if_none_match)

    @routes.get("/deadlines.ics", response_class=Response, responses=ICS, dependencies=[Depends(only("lang"))])
    def deadlines_ics(
        lang: Annotated[str, Query(description="en or fr")] = "",
        accept_language: Annotated[str, Header()] = "",
        if_none_match: Annotated[str, Header()] = "",
    ) -> Response:
        """Days on which recipients want their answers, with how sure each is; until the end of next year."""
        language = chosen_language(lang, accept_language)
        changed = instants.read(parts.effective().instant)
        until = horizon(parts.clock())
        events = [
            _due(deadline, year, day, changed, language)
            for deadline in parts.catalogue().policies.deadlines
            for year, day in deadline.days(until)
        ]
        body = ics(sorted(events, key=lambda e: (str(e.start), e.id)), WORDS[language]["deadlines"], language)
        return _sent(body, "deadlines", language, changed, if_none_match)

    return routes


def entries(parts: Parts) -> list[CalendarEntry]:
    """What was ever announced, by instant."""
    return sorted(parts.ledger().calendar.values(), key=lambda e: (e.at, e.id))


def _entry(parts: Parts, entry: CalendarEntry) -> CalendarEntryOut:
    """What everybody may know: of what waits for its hour, nothing."""
    state = entry.state(parts.clock())
    known = parts.ledger().releases
    releases = [known[n] for n in entry.releases if n in known] if state == RELEASED else []
    return CalendarEntryOut(
        id=entry.id,
        dataflows=[f.id for f in entry.flows],
        titles=entry.title.as_json(),
        at=entry.at.isoformat(),
        at_paris=entry.at.astimezone(PARIS).isoformat(),
        state=state,
        announced_at=entry.announced_at.isoformat(),
        short_notice=entry.notice.as_json(),
        moves=[
            MoveOut(
                said_at=m.said_at.isoformat(),
                before=m.before.isoformat(),
                dataflows_before=[f.id for f in m.flows_before],
                reasons=m.reason.as_json(),
            )
            for m in entry.moves
        ],
        cancelled=entry.cancelled_for.as_json(),
        releases=[str(r) for r in releases],
        early_access=[a for r in releases for a in early_access(parts, r)],
    )


def _noted(entry: CalendarEntry, language: str) -> Noted:
    return Noted(
        id=entry.id,
        start=entry.at,
        summary=entry.title.in_(language),
        description="\n".join(_told(entry, language)),
        stamp=entry.changed_at,
        sequence=entry.sequence,
        cancelled=entry.cancelled_at is not None,
        categories=tuple(f.id for f in entry.flows),
    )


def _told(entry: CalendarEntry, language: str) -> Iterator[str]:
    words = WORDS[language]
    colon = " : " if language == "fr" else ": "
    yield f"{words['flows']}{colon}{', '.join(f.id for f in entry.flows)}"
    if entry.notice:
        yield words["notice"].format(reason=entry.notice.in_(language))
    for moved in entry.moves:
        before = f"{moved.before.astimezone(PARIS):%Y-%m-%d %H:%M:%S}"
        yield words["moved"].format(before=before, reason=moved.reason.in_(language))
    if entry.cancelled_for:
        yield words["cancelled"].format(reason=entry.cancelled_for.in_(language))


def _due(deadline: Deadline, year: int, day: date, stamp: datetime, language: str) -> Noted:
    words = WORDS[language]
    questionnaire = deadline.name_fr if language == "fr" else deadline.name_en
    said = words["due"].format(questionnaire=questionnaire, year=year)
    sure = CONFIDENCE_FR.get(deadline.confidence, deadline.confidence) if language == "fr" else deadline.confidence
    return Noted(
        id=f"{deadline.id}-{year}",
        start=day,
        summary=f"{deadline.recipient} {said}",
        description=words["confidence"].format(word=sure),
        stamp=stamp,
        categories=(deadline.recipient,),
    )


def _sent(body: bytes, name: str, language: str, changed: datetime | None, if_none_match: str) -> Response:
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:40]}"',
        "Vary": "Accept-Language",
        "Cache-Control": "public, max-age=0, must-revalidate",
        "Content-Language": language,
    }
    if changed is not None:
        headers["Last-Modified"] = http_date(changed)
    if has(if_none_match, "", headers):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="{name}.ics"'
    return Response(body, media_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)
