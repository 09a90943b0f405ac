"""Receipts over HTTP: POST /api/v1/receipts, with a key for `receipts` or signed in for a recipient."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from greffe.release.parts import Parts
from greffe.transmission.handed_in import hand_in, own_receipts
from greffe.web.granted import KEYED_ERRORS
from greffe.web.keyed import NOT_KEPT, Reader, Writer, denials
from greffe.web.receipts.models import ReceiptOut, TakenOut
from greffe.web.strict import only

FILE: Final[dict[str, object]] = {"schema": {"type": "string", "format": "binary"}}
BODY: Final[dict[str, object]] = {
    "required": True,
    "description": "The file as it is, whatever its content type: JSON, or CSV with a column for each dimension",
    "content": dict.fromkeys(("application/octet-stream", "application/json", "text/csv"), FILE),
}


def router(parts: Parts) -> APIRouter:
    """The route /api/v1/receipts."""
    parts = parts.acting()
    routes = APIRouter(
        prefix="/api/v1/receipts",
        tags=["With a key"],
        responses=KEYED_ERRORS,
    )

    @routes.get("", operation_id="receipts", dependencies=[Depends(only())])
    def taken(request: Request, response: Response, who: Reader) -> list[TakenOut]:
        """The receipts that were taken of a recipient's own deliveries, the last one first."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            found = [
                TakenOut(transmission=t.id, verdict=r.verdict, name=r.name, sha256=r.sha256, at=r.instant)
                for t in own_receipts(parts, who).values()
                for r in t.receipts
            ]
        return sorted(found, key=lambda r: r.at, reverse=True)

    @routes.post(
        "", operation_id="hand_in_receipt", status_code=201, openapi_extra={"requestBody": BODY},
        dependencies=[Depends(only("name", "transmission"))],
    )  # fmt: skip
    async def handed_in(
        request: Request,
        response: Response,
        who: Writer,
        name: Annotated[
            str, Query(description="Its name; its ending says what it is", max_length=150)
        ] = "receipt.json",
        transmission: Annotated[
            str, Query(description="The delivery, where the receipt does not say", max_length=100)
        ] = "",
    ) -> ReceiptOut:
        """Hand in a receipt of a delivery: an acknowledgement, a refusal, a report. One that is of other files, of no delivery
        or cannot be read is refused, kept, and looked at by a person."""
        response.headers.update(NOT_KEPT)
        content = await request.body()
        with denials(parts, who, request):
            one, read = await run_in_threadpool(hand_in, parts, who, (name, content), transmission)
        last = one.receipts[-1]
        return ReceiptOut(
            transmission=one.id, state=one.state, verdict=last.verdict, sha256=last.sha256, findings=len(read.remarks),
            not_sent=sum(not r.known for r in read.remarks),
        )  # fmt: skip

    return routes
