"""Availability queries: what data there are, as constraints in a structure message (R1-AVL, R2-AVL)."""

from __future__ import annotations

from greffe.errors import NotFound
from greffe.formats.negotiation import negotiate
from greffe.model.releases import origin_of
from greffe.query.availability import V1_PARAMETERS, V2_PARAMETERS, parse_availability
from greffe.query.available import available, matches
from greffe.query.flows import named_flows
from greffe.web.rest.answers import Asked, Prepared, changed_at, coded, header_of, headers_of, tag_of


def availability(asked: Asked) -> Prepared:
    """`availableconstraint/…` of 1.5, `availability/…` of 2.x. Without such data: 404, or 204 on 2.x."""
    parts, api = asked.parts, asked.api
    query = parse_availability(asked.address[1:], asked.raw, 1 if api == "v1" else 2)
    asked.check_size(query.data)
    given = asked.given(V1_PARAMETERS if api == "v1" else V2_PARAMETERS, components=api == "v2")
    choice = negotiate(asked.accept, given.get("format", ""), "structure", api, given.get("formatVersion", ""))
    catalogue, ledger, now = parts.catalogue(), parts.ledger(), parts.clock()
    named = named_flows(query.data, catalogue)
    found = matches(query, named, catalogue, lambda flow: ledger.releases_of(flow.reference), now)
    language, encoding = asked.language(given), asked.encoding(given)
    releases = [p.release for m in found for p in m.pieces]
    since = max([changed_at(parts), *(r.effective_at for r in releases)])
    state = [(m.context.reference, m.pieces) for m in found]
    tag = tag_of(repr(state), since, catalogue.checksum, api, asked.address, asked.raw, choice.content_type, language)
    # A withdrawal brings back what is older: the date goes on, lest a client that has the withdrawn one hear 304.
    flows = {one.dataflow.reference for one in named}
    modified = max([since, *(i for flow in flows for r in ledger.releases_of(flow) for i in r.instants(now))])
    headers = headers_of(coded(tag, encoding), language, modified)
    origin = origin_of(releases)
    headers |= {"Data-Origin": origin}
    if asked.unchanged(headers):
        return Prepared.bare(304, headers)
    told = available(query, found, catalogue, parts.observations)
    if not told and api == "v1":
        raise NotFound("There are no such data.", hint="Ask for fewer conditions.")
    if not told:
        return Prepared.bare(204, headers)
    chunks = choice.format.write(header_of(tag, since, test=origin == "synthetic"), told, language)
    return Prepared(chunks, choice.content_type, headers, encoding=encoding)
