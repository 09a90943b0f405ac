"""Schema queries: what is valid in a context, as a schema or as structures (R1-SCH, R2-SCH)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from greffe.errors import NotAcceptable, Unsupported
from greffe.formats.negotiation import negotiate
from greffe.model.dataset import Header
from greffe.model.validity import ValidityMessage
from greffe.query.schema import V1_PARAMETERS, V2_PARAMETERS, SchemaAnswer, parse_schema
from greffe.query.schema import schema as answered
from greffe.web.rest.answers import Asked, Prepared, coded, header_of, headers_of, tag_of


class _Chosen(NamedTuple):
    content_type: str
    write: Callable[[Header, SchemaAnswer, str], Iterator[bytes]]


def schema(asked: Asked) -> Prepared:
    """`schema/{context}/{agencyID}/{resourceID}/{version}` of either generation."""
    api = asked.api
    query = parse_schema(asked.address[1:], asked.raw, 1 if api == "v1" else 2)
    given = asked.given(V1_PARAMETERS if api == "v1" else V2_PARAMETERS)
    catalogue, since = asked.definitions(query.as_of)
    found = answered(query, catalogue)
    choose = _of_metadata if found.validity is None else _of_data
    choice = choose(asked, given)
    language, encoding = asked.language(given), asked.encoding(given)
    tag = tag_of(catalogue.checksum, since, api, asked.address, asked.raw, choice.content_type, language)
    headers = headers_of(coded(tag, encoding), language, since)
    if asked.unchanged(headers):
        return Prepared.bare(304, headers)
    chunks = choice.write(header_of(tag, since), found, language)
    return Prepared(chunks, choice.content_type, headers, encoding=encoding)


def _of_data(asked: Asked, given: dict[str, str]) -> _Chosen:
    choice = negotiate(asked.accept, given.get("format", ""), "schema", asked.api, given.get("formatVersion", ""))

    def write(header: Header, found: SchemaAnswer, language: str) -> Iterator[bytes]:
        if found.validity is None:  # `schema` asks this only where there is one
            raise Unsupported("There is no schema of data in this context.", parameter="context")
        return choice.format.write(ValidityMessage(header, found.validity, found.artefacts, language))

    return _Chosen(choice.content_type, write)


def _of_metadata(asked: Asked, given: dict[str, str]) -> _Chosen:
    """Reference metadata are exchanged in one form for all structures since 3.0: the structures say what is valid."""
    name, version = given.get("format", ""), given.get("formatVersion", "")
    try:
        choice = negotiate(asked.accept, name, "structure", asked.api, version)
    except NotAcceptable:
        negotiate(asked.accept, name, "schema", asked.api, version)
        raise Unsupported(
            "There is no schema of its own for a metadata structure: the standard's schemas judge these messages.",
            parameter="context",
            hint="Ask for a structure message.",
        ) from None
    return _Chosen(choice.content_type, lambda header, found, lang: choice.format.write(header, found.artefacts, lang))
