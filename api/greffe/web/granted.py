"""What recipients get with a key of theirs, or signed in: releases before their hour, values by grant. Kept by nobody on the way."""

from __future__ import annotations

import hashlib
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi import Path as InPath
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from greffe.errors import Denied, NotFound
from greffe.formats.format import DataWriter, Format
from greffe.formats.negotiation import Choice, negotiate
from greffe.model.grants import Grant
from greffe.model.instants import paris_date, written
from greffe.model.references import Reference
from greffe.model.releases import Release
from greffe.model.structures import Dataflow
from greffe.release.access.keys import ADVANCE, GRANTED, may_open, reads_for
from greffe.release.advances import may_have, note_access
from greffe.release.grants import entitled as entitled_to
from greffe.release.grants import hidden_of, note_used, write_granted
from greffe.release.parts import Parts
from greffe.release.people import bodies
from greffe.release.private import private
from greffe.release.vintages import readable
from greffe.store.base import Actor
from greffe.web.advances import ahead, by_grant
from greffe.web.api import ERRORS, published
from greffe.web.keyed import NOT_KEPT, Reader, denials
from greffe.web.language import chosen_language
from greffe.web.models import AdvanceFlow, Entitled, GrantedFlow
from greffe.web.series import FlowId, Lang
from greffe.web.streaming import streaming
from greffe.web.strict import only

KEYED_ERRORS: Final[dict[int | str, dict[str, object]]] = dict.fromkeys(
    (400, 401, 403, 404, 406, 409, 413, 414, 429, 503), ERRORS[400]
)
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}
Body = Annotated[str, InPath(description="The body that the key reads for", examples=["ESTAT"], max_length=100)]
Number = Annotated[int, Query(ge=0, le=1_000_000, description="Number of a release; 0: the last one")]


def router(parts: Parts) -> APIRouter:
    """Routes under /api/v1/granted and /api/v1/advance."""
    parts = parts.acting()
    routes = APIRouter(prefix="/api/v1", tags=["With a key"], responses=KEYED_ERRORS)

    @routes.get("/granted/{recipient}", operation_id="entitled", dependencies=[Depends(only())])
    def entitled(request: Request, response: Response, who: Reader, recipient: Body) -> Entitled:
        """What a body may have: values by grant, and releases before their hour."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            return what_is_handed(parts, who, recipient)

    @routes.get(
        "/granted/{recipient}/{dataflow}",
        operation_id="granted_values",
        dependencies=[Depends(only("release", "format", "lang"))],
        response_class=FileResponse,
        responses={200: {"content": {"text/csv": _FILE, "*/*": _FILE}}},
    )
    def granted_values(
        request: Request,
        who: Reader,
        recipient: Body,
        dataflow: FlowId,
        release: Number = 0,
        format: Annotated[str, Query(description="A format of data, e.g. structurespecificdata; else a flat CSV")] = "",
        lang: Lang = "",
    ) -> Response:
        """A release with the values that it hides, CONF_STATUS telling which. Each time is recorded."""
        with denials(parts, who, request):
            flow = published(parts.catalogue(), dataflow)
            reads_for(parts, who, recipient, GRANTED, flow.reference)
            found = current_or(parts, flow, release)
            grant = entitled_to(parts, who, recipient, found)
        language = chosen_language(lang, request.headers.get("accept-language", ""))
        return granted_file(parts, who, grant, found, format, language)

    @routes.get(
        "/advance/{recipient}/{dataflow}",
        operation_id="advance_release",
        dependencies=[Depends(only("release", "format", "lang"))],
        response_class=Response,
        responses={200: {"content": {"*/*": _FILE}}},
    )
    def advance_release(
        request: Request,
        who: Reader,
        recipient: Body,
        dataflow: FlowId,
        release: Number = 0,
        format: Annotated[str, Query(description="A format of data, else Accept, e.g. structurespecificdata")] = "",
        lang: Lang = "",
    ) -> Response:
        """A release before its hour, every observation marked as under embargo. Each time is recorded."""
        with denials(parts, who, request):
            flow = published(parts.catalogue(), dataflow)
            reads_for(parts, who, recipient, ADVANCE, flow.reference)
            found = may_have(parts, who, advanced(parts, flow, recipient, release), recipient)
        language = chosen_language(lang, request.headers.get("accept-language", ""))
        choice = negotiate(request.headers.get("accept", ""), format, "data", "v2")
        message = ahead(found, recipient).message(parts, choice, language)
        note_access(parts, who, str(found), recipient)
        suffix = choice.format.suffix or choice.format.syntax
        named = f'attachment; filename="{_file_name(found, recipient)}-EMBARGO.{suffix}"'
        headers = {"Content-Type": choice.content_type, "Content-Disposition": named, "Content-Language": language}
        until = {"Embargo-Until": found.effective_at.isoformat(), "Release": str(found), "Data-Origin": found.origin}
        return streaming(message, {**NOT_KEPT, **headers, **until})

    return routes


def what_is_handed(parts: Parts, who: Actor, recipient: str) -> Entitled:
    """What a body may have now, as far as a key is for it. Raises Denied for whoever does not read for it."""
    if recipient not in bodies(parts.ledger().people.get(who.name, ()), "recipient"):
        raise Denied(f"{who.name} does not read for {recipient}.")
    return Entitled(
        recipient=recipient, granted=_grants(parts, who, recipient), advances=_advances(parts, who, recipient)
    )


def _grants(parts: Parts, who: Actor, recipient: str) -> list[GrantedFlow]:
    ledger, now = parts.ledger(), parts.clock()
    found = []
    for grant in ledger.grants.values():
        if (
            grant.recipient == recipient
            and grant.state(paris_date(now)) == "in force"
            and _open(parts, who, GRANTED, grant.dataflow)
        ):
            current, id_ = ledger.current(grant.dataflow, now), grant.dataflow.id
            found.append(
                GrantedFlow(
                    dataflow=id_,
                    until=grant.until.isoformat(),
                    release=str(current) if current else "",
                    link=f"/api/v1/granted/{recipient}/{id_}",
                )
            )
    return found


def _advances(parts: Parts, who: Actor, recipient: str) -> list[AdvanceFlow]:
    ledger, now = parts.ledger(), parts.clock()
    found = []
    for advance in ledger.advances.values():
        release = ledger.release(advance.release)
        waits = release.withdrawn_at is None and release.effective_at > now
        if advance.recipient == recipient and waits and _open(parts, who, ADVANCE, release.dataflow):
            found.append(
                AdvanceFlow(
                    dataflow=release.dataflow.id,
                    release=str(release),
                    begins=written(advance.start),
                    embargo_until=written(release.effective_at),
                    link=f"/api/v1/advance/{recipient}/{release.dataflow.id}?release={release.number}",
                )
            )
    return found


def _open(parts: Parts, who: Actor, action: str, flow: Reference) -> bool:
    """Whether the key is for it: what it is not for is left out of the list."""
    try:
        may_open(parts, who, action, flow)
    except Denied:
        return False
    return True


def current_or(parts: Parts, flow: Dataflow, number: int) -> Release:
    """The current release, or the numbered one: in effect and not withdrawn."""
    if number:
        return readable(parts, flow, number, "release")
    current = parts.ledger().current(flow.reference, parts.clock())
    if current is None:
        raise NotFound(f"Nothing of {flow.reference.id} is released.")
    return current


def advanced(parts: Parts, flow: Dataflow, recipient: str, number: int) -> str:
    """The name of a release that was granted to that body. Of others nobody is told whether they are there."""
    ledger, now = parts.ledger(), parts.clock()
    mine = [ledger.release(a.release) for a in ledger.advances.values() if a.recipient == recipient]
    waits = [r for r in mine if r.dataflow.id == flow.reference.id and r.withdrawn_at is None and r.effective_at > now]
    found = [r for r in waits if number in (0, r.number)]
    if not found:
        raise Denied(f"{recipient} was granted no release of {flow.reference.id} that waits for its hour.")
    return str(max(found, key=lambda r: r.number))


def granted_file(parts: Parts, who: Actor, grant: Grant, release: Release, format_: str, language: str) -> Response:
    """The file, of which nothing stays here once it was sent: a flat CSV unless a format is named."""
    choice = negotiate("", format_, "data", "v2") if format_ else None
    parts.settings.spill.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="granted-", dir=parts.settings.spill))
    try:
        if choice is None:
            write_granted(parts, who, grant.recipient, release, folder / "data")
        else:
            _write_message(parts, who, grant, release, choice, language, folder / "data")
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise
    suffix = "csv" if choice is None else choice.format.suffix or choice.format.syntax
    headers = {**NOT_KEPT, "Release": str(release), "Data-Origin": release.origin, "Grant": grant.id}
    return FileResponse(
        folder / "data",
        media_type="text/csv; charset=utf-8" if choice is None else choice.content_type,
        filename=f"{_file_name(release, grant.recipient)}-CONFIDENTIAL.{suffix}",
        headers=headers if choice is None else {**headers, "Content-Language": language},
        background=BackgroundTask(rmtree, folder, ignore_errors=True),
    )


def _write_message(
    parts: Parts,
    who: Actor,
    grant: Grant,
    release: Release,
    choice: Choice[Format[DataWriter]],
    language: str,
    out: Path,
) -> None:
    """The release with what it hides as a message in that format; one entry of the register says so."""
    apart, sum_ = hidden_of(parts, release), hashlib.sha256()
    with private(out) as work, work.open("wb") as file:
        for chunk in by_grant(release, grant, apart).message(parts, choice, language):
            file.write(chunk)
            sum_.update(chunk)
    note_used(parts, who, grant, release, sum(map(len, apart.values())), sum_.hexdigest())


def _file_name(release: Release, recipient: str) -> str:
    kind = "-SYNTHETIC" if release.origin == "synthetic" else ""
    return f"{release.dataflow.id}-{release.number}{kind}-{recipient}"
