"""Structure queries: artefacts with their neighbours, in the format that was asked for."""

from __future__ import annotations

from greffe.formats.negotiation import negotiate
from greffe.query import rest_v1, rest_v2
from greffe.query.structures import structures as answered
from greffe.web.rest.answers import Asked, Prepared, coded, header_of, headers_of, tag_of


def structures(asked: Asked) -> Prepared:
    """`dataflow/…` of 1.5, `structure/dataflow/…` of 2.x."""
    api = asked.api
    dialect = rest_v1 if api == "v1" else rest_v2
    query = dialect.parse_structure(asked.address if api == "v1" else asked.address[1:], asked.raw)
    given = asked.given(dialect.STRUCTURE_PARAMETERS)
    choice = negotiate(asked.accept, given.get("format", ""), "structure", api, given.get("formatVersion", ""))
    catalogue, since = asked.definitions(query.as_of)
    found = answered(query, catalogue)
    language, encoding = asked.language(given), asked.encoding(given)
    tag = tag_of(catalogue.checksum, since, api, asked.address, asked.raw, choice.content_type, language)
    headers = headers_of(coded(tag, encoding), language, since)
    if asked.unchanged(headers):
        return Prepared.bare(304, headers)
    chunks = choice.format.write(header_of(tag, since), found.artefacts, language, asked=found.asked)
    return Prepared(chunks, choice.content_type, headers, encoding=encoding)
