"""Reference metadata: reports in the format that was asked for (R2-META)."""

from __future__ import annotations

from dataclasses import replace

from greffe.errors import BadQuery, Unsupported
from greffe.formats.negotiation import negotiate
from greffe.model.reports import ReportMessage
from greffe.query.metadata import PARAMETERS, parse_metadata
from greffe.query.metadata import metadata as answered
from greffe.release.quality_kept import Reports
from greffe.web.rest.answers import Asked, Prepared, coded, header_of, headers_of, tag_of


def metadata(asked: Asked) -> Prepared:
    """`metadata/…` of 2.x. Nothing found is 204."""
    query = parse_metadata(asked.address[1:], asked.raw)
    given = asked.given(PARAMETERS)
    choice = negotiate(asked.accept, given.get("format", ""), "metadata", "v2", given.get("formatVersion", ""))
    parameters = choice.parameters
    if "labels" in given:
        allowed = choice.format.choices.get("labels", ("id",))
        if given["labels"] not in allowed:
            raise BadQuery("This format has no labels to choose.", parameter="labels", hint="Ask for format=csv.")
        parameters = replace(parameters, labels=given["labels"])
    catalogue, since = asked.definitions(query.as_of)
    reports = Reports(asked.parts, catalogue, query.as_of)
    found = answered(query, catalogue, reports.outlines, reports.whole)
    since = max(since, reports.modified or since)
    language, encoding = asked.language(given), asked.encoding(given)
    tag = tag_of(
        catalogue.checksum,
        reports.state,
        since,
        "v2",
        asked.address,
        asked.raw,
        choice.content_type,
        repr(parameters),
        language,
    )
    headers = headers_of(coded(tag, encoding), language, since)
    if asked.unchanged(headers):
        return Prepared.bare(304, headers)
    if not found:
        return Prepared.bare(204, headers)
    test = reports.synthetic([one.set for one in found])
    message = ReportMessage(header_of(tag, since, test=test), found, language)
    return Prepared(choice.format.write(message, parameters), choice.content_type, headers, encoding=encoding)


def metadata_of_1_5(_asked: Asked) -> Prepared:
    """`metadata/{flowRef}/{key}/{providerRef}`: on paper in 1.5, absent from its OpenAPI description (R1-META-01)."""
    raise Unsupported(
        "Metadata sets of SDMX 2.1 are not offered: reports here are those of 3.x, which 2.1 cannot say.",
        parameter="metadata",
        hint="Ask /sdmx/v2/metadata/metadataflow/….",
    )
