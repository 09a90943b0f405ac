"""The register for auditors' programs: who did what, by the same questions as the page, as JSON or CSV."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from greffe.errors import BadQuery
from greffe.model.instants import given, written
from greffe.release.parts import Parts
from greffe.release.who_did_what import as_csv, as_json, visible
from greffe.store.wanted import Wanted
from greffe.web.granted import KEYED_ERRORS
from greffe.web.keyed import NOT_KEPT, Keyed, denials
from greffe.web.streaming import streaming
from greffe.web.strict import only

ASKED = ("person", "kind", "subject", "text", "from", "to")
FORMATS = {"json": (as_json, "application/json"), "csv": (as_csv, "text/csv; charset=utf-8")}
_DAY = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"


def router(parts: Parts) -> APIRouter:
    """The route /api/v1/register."""
    parts = parts.acting()
    routes = APIRouter(prefix="/api/v1", tags=["With a key"], responses=KEYED_ERRORS)

    @routes.get(
        "/register",
        operation_id="register",
        dependencies=[Depends(only(*ASKED, "format"))],
        response_class=Response,
        responses={
            200: {
                "content": {
                    "application/json": {"schema": {"type": "array"}},
                    "text/csv": {"schema": {"type": "string"}},
                }
            }
        },
    )
    def register(
        request: Request,
        who: Keyed,
        person: Annotated[str, Query(description="Who acted", max_length=100)] = "",
        kind: Annotated[
            str, Query(description="A kind, e.g. release.made, or all of a thing, e.g. release", max_length=60)
        ] = "",
        subject: Annotated[str, Query(description="Part of what it is about", max_length=200)] = "",
        text: Annotated[str, Query(description="Part of the subject or of what was said", max_length=200)] = "",
        first: Annotated[str, Query(alias="from", description="First day, in Paris", pattern=_DAY)] = "",
        last: Annotated[str, Query(alias="to", description="Last day, in Paris", pattern=_DAY)] = "",
        format: Annotated[str, Query(description="json or csv", json_schema_extra={"enum": list(FORMATS)})] = "json",
    ) -> Response:
        """Entries of the register, the last one first, with their hashes: the chain can be followed."""
        with denials(parts, who, request):
            wanted = visible(parts, who, asked(person, kind, subject, text, first, last))
        return exported(parts, wanted, format)

    return routes


def asked(person: str, kind: str, subject: str, text: str, first: str, last: str) -> Wanted:
    """A question as it was typed; days are days in Paris, both included. Raises BadQuery."""
    begins, ends = _instant(first, "from", 0), _instant(last, "to", 1)
    if begins and ends and begins >= ends:
        raise BadQuery(
            f"{'from'!r} is {first.strip()!r}, which is after {'to'!r}, {last.strip()!r}.",
            parameter="from",
            hint="Change the two over.",
        )
    return Wanted(person.strip(), kind.strip(), subject.strip(), text.strip(), begins, ends)


def exported(parts: Parts, wanted: Wanted, format_: str) -> Response:
    """The wanted entries as a file. Raises BadQuery for another format."""
    if format_ not in FORMATS:
        raise BadQuery(f"{format_!r} is no format of the register.", parameter="format", hint="json or csv.")
    write, media = FORMATS[format_]
    headers = {**NOT_KEPT, "Content-Type": media, "Content-Disposition": f'attachment; filename="register.{format_}"'}
    return streaming(write(parts.register.search(wanted)), headers)


def _instant(day: str, parameter: str, later: int) -> str:
    """The first moment of a day in Paris, or of the one after."""
    if not day.strip():
        return ""
    try:
        found = date.fromisoformat(day.strip()) + timedelta(days=later)
        return written(given(found.isoformat(), parameter))
    except (ValueError, OverflowError) as error:
        raise BadQuery(f"{day!r} is no day.", parameter=parameter, hint="A day is written 2027-01-31.") from error
