"""Standing orders for machines: /api/v1/orders, with a key for `orders`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.responses import FileResponse

from greffe.release.parts import Parts
from greffe.store.base import Actor
from greffe.transmission.orders import acts
from greffe.transmission.orders.acts import Wanted
from greffe.web.granted import KEYED_ERRORS
from greffe.web.keyed import NOT_KEPT, Keyed, Reader, denials
from greffe.web.language import chosen_language
from greffe.web.orders.feed import feed_of
from greffe.web.orders.models import DeliveryAct, DeliveryOut, NewOrder, OrderAct, OrderOut
from greffe.web.orders.told import delivery_out, file_of, made, order_out, secret_told
from greffe.web.strict import StrictJson, only

_FILE = {"schema": {"type": "string", "format": "binary"}}
Id = Annotated[str, Path(description="Id of an order", examples=["O-1a2b3c4d"], max_length=40)]
Number = Annotated[int, Path(description="Number of a delivery of the order", examples=[1], ge=1, le=1_000_000)]


def router(parts: Parts) -> APIRouter:
    """Routes under /api/v1/orders."""
    parts = parts.acting()
    routes = APIRouter(
        prefix="/api/v1/orders",
        tags=["With a key"],
        responses=KEYED_ERRORS,
        route_class=StrictJson,
        dependencies=[Depends(only())],
    )

    @routes.get("", operation_id="orders")
    def orders(request: Request, response: Response, who: Reader) -> list[OrderOut]:
        """The standing orders of the bodies that the key reads for, with their deliveries."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            return [order_out(one) for one in acts.own_orders(parts, who)]

    @routes.post("", operation_id="make_order", status_code=201)
    def make(request: Request, response: Response, who: Keyed, wanted: NewOrder) -> OrderOut:
        """Make a standing order. The current release is its first delivery; the secret of a webhook is told here alone."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            order = made(parts, who, Wanted(**wanted.model_dump()))
        return order_out(order, secret_told(parts, order))

    @routes.get("/{order}", operation_id="order")
    def one(request: Request, response: Response, who: Reader, order: Id) -> OrderOut:
        """One standing order, with its deliveries."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            return order_out(acts.own_order(parts, who, order))

    @routes.post("/{order}", operation_id="change_order")
    def change(request: Request, response: Response, who: Keyed, order: Id, wanted: OrderAct) -> OrderOut:
        """Pause, resume or end it."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            return order_out(acts.change(parts, who, order, wanted.act))

    @routes.get(
        "/{order}/feed",
        operation_id="order_feed",
        response_class=Response,
        responses={200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}}},
    )
    def feed(request: Request, who: Reader, order: Id) -> Response:
        """Its deliveries as Atom."""
        with denials(parts, who, request):
            found = acts.own_order(parts, who, order)
        return feed_of(parts, found, chosen_language("", request.headers.get("accept-language", "")))

    @routes.get(
        "/{order}/deliveries/{number}", operation_id="ordered_file", response_class=FileResponse,
        responses={200: {"content": {"*/*": _FILE}}},
    )  # fmt: skip
    def file(request: Request, who: Reader, order: Id, number: Number) -> Response:
        """The file of a delivery, unless its release was withdrawn. Each time is recorded."""
        with denials(parts, who, request):
            found = file_of(parts, who, order, number)
        found.headers.update(NOT_KEPT)
        return found

    @routes.post("/{order}/deliveries/{number}", operation_id="say_of_delivery")
    def say(
        request: Request, response: Response, who: Keyed, order: Id, number: Number, wanted: DeliveryAct
    ) -> DeliveryOut:
        """A receipt; or that it is to be tried again, or whether it arrived."""
        response.headers.update(NOT_KEPT)
        with denials(parts, who, request):
            say_of(parts, who, order, number, wanted.act, wanted.said)
            return delivery_out(*acts.delivery(parts, who, order, number))

    return routes


def say_of(parts: Parts, who: Actor, order: str, number: int, act: str, said: str) -> None:
    """What a body says of a delivery: see models.DeliveryAct."""
    if act == "again":
        acts.try_again(parts, who, order, number)
    elif act in ("arrived", "lost"):
        acts.settle(parts, who, order, number, arrived=act == "arrived")
    else:
        acts.receipt(parts, who, order, number, act, said)
