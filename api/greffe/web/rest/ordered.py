"""The answer to the saved query of a standing order: as anybody gets it who asks at this moment, of one dataflow."""

from __future__ import annotations

from greffe.errors import BadQuery, NotFound
from greffe.model.structures import Dataflow
from greffe.query import rest_v1, rest_v2
from greffe.query.flows import named_flows
from greffe.query.parameters import path_parts
from greffe.release.parts import Parts
from greffe.transmission.orders.answers import Answer
from greffe.urls import parts_of_url
from greffe.web.rest.answers import Api, Asked
from greffe.web.rest.data import data

NOT_SAVED = ("asOf", "updatedAfter", "includeHistory")


def saved_answer(parts: Parts, address: str) -> Answer:
    """See transmission.orders.answers.Answers."""
    split = parts_of_url(address)
    api: Api = "v1" if split.path.startswith("/sdmx/v1/") else "v2"
    words = path_parts(split.path[len("/sdmx/v1") :])
    asked = Asked(parts, api, words, split.query, f"{parts.settings.public_url}{address}", encodings="identity")
    query = (rest_v1 if api == "v1" else rest_v2).parse_data(words[1:], split.query)
    for name, value in zip(NOT_SAVED, (query.as_of, query.updated_after, query.history), strict=True):
        if value:
            raise BadQuery("A standing order is of what is current.", parameter=name, hint="Leave it out.")
    flow = _flow(parts, [n.dataflow for n in named_flows(query, parts.catalogue())])
    current = parts.ledger().current(flow.reference, parts.clock())
    if current is None:
        return Answer(flow.reference, "", "", "", iter(()), empty=True)
    prepared = data(asked)
    name = prepared.headers.get("Content-Disposition", "").partition('filename="')[2].rstrip('"')
    release = prepared.headers.get("Release", str(current))
    return Answer(flow.reference, release, name, prepared.media_type, prepared.chunks, empty=prepared.status == 204)


def _flow(parts: Parts, flows: list[Dataflow]) -> Dataflow:
    if not flows:
        raise NotFound("There is no such dataflow.", parameter="query")
    if len({f.reference.id for f in flows}) > 1:
        raise BadQuery("A standing order is of one dataflow.", parameter="query", hint="Name it, and its version.")
    return flows[0]
