"""Data queries: the matching data sets of the releases in effect, in the format that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from greffe.formats.negotiation import negotiate, refined
from greffe.model.dataset import DataMessage, DataSet
from greffe.model.releases import Release, origin_of
from greffe.query import answer, rest_v1, rest_v2
from greffe.query.queries import ALL_DIMENSIONS
from greffe.web.notices import link_of, notice
from greffe.web.rest.answers import Asked, Prepared, changed_at, coded, header_of, headers_of, tag_of

ORIGIN = "DATA_ORIGIN"


def data(asked: Asked) -> Prepared:
    """`data/…` of either generation."""
    parts, api = asked.parts, asked.api
    dialect = rest_v1 if api == "v1" else rest_v2
    query = dialect.parse_data(asked.address[1:], asked.raw)
    asked.check_size(query)
    given = asked.given(dialect.DATA_PARAMETERS, components=True)
    choice = refined(
        negotiate(asked.accept, given.get("format", ""), "data", api, given.get("formatVersion", "")), given
    )
    catalogue, ledger, now = parts.catalogue(), parts.ledger(), parts.clock()
    found = answer.data(
        query,
        catalogue,
        lambda flow: ledger.releases_of(flow.reference),
        now,
        parts.observations,
        parts.settings.http.series_limit,
        gathered=choice.format.syntax in ("json", "xml") and query.dimension_at_observation != ALL_DIMENSIONS,
    )
    language = asked.language(given)
    encoding = asked.encoding(given, packed=choice.format.packed)
    tag = tag_of(
        found.state,
        found.modified,  # it stands in the message: when a withdrawal brings back what was before, other bytes
        catalogue.checksum,
        api,
        asked.address,
        asked.raw,
        choice.content_type,
        repr(choice.parameters),
        language,
        # Some formats print the address, with ours before it, which a setting may change.
        "" if choice.content_type.startswith("application/vnd.sdmx.") else asked.url,
    )
    modified = max(found.modified, changed_at(parts))
    headers = headers_of(coded(tag, encoding), language, modified)
    if found.releases:
        headers |= {"Release": ", ".join(map(str, found.releases)), "Data-Origin": origin_of(found.releases)}
        headers |= link_of(parts, found.releases)
    if asked.unchanged(headers):
        return Prepared.bare(304, headers)
    if found.empty:
        return Prepared.bare(204, headers)
    suffix = choice.format.suffix or choice.format.syntax
    headers["Content-Disposition"] = f'inline; filename="{_file_name(found.releases, suffix)}"'
    test = origin_of(found.releases) == "synthetic"
    header = header_of(tag, found.modified, test=test, source=source_of(found.releases, language))
    datasets = tuple(_marked(d, choice.format.syntax) for d in found.datasets)
    message = DataMessage(header, datasets, language, query.dimension_at_observation, asked.url)
    chunks = choice.format.write(message, choice.parameters)
    return Prepared(chunks, choice.content_type, headers, encoding=encoding, ranged=choice.format.ranged)


def source_of(releases: Sequence[Release], language: str) -> str:
    """Who provides those releases, why they revise what was published, and that they are synthetic when they are."""
    names = "; ".join(filter(None, (", ".join(map(str, releases)), notice(releases, language))))
    if origin_of(releases) == "synthetic":
        words = {"fr": "Chiffres SYNTHÉTIQUES, inventés pour essai"}
        return f"{words.get(language, 'SYNTHETIC figures, invented for trials')}; {names}"
    return f"{', '.join(dict.fromkeys(r.provider for r in releases))}; {names}"


def _marked(dataset: DataSet, syntax: str) -> DataSet:
    """CSV has no header that says Test: invented figures keep their mark whatever attributes were asked for (D13)."""
    known = [a.id for a in dataset.structure.attributes]
    if syntax != "csv" or dataset.origin != "synthetic" or dataset.action == "D" or ORIGIN not in known:
        return dataset
    return replace(dataset, attributes=tuple(a for a in known if a in (*dataset.attributes, ORIGIN)))


def _file_name(releases: Sequence[Release], suffix: str) -> str:
    kind = "-SYNTHETIC" if origin_of(releases) == "synthetic" else ""
    flows = dict.fromkeys(r.dataflow.id for r in releases)
    numbers = "-".join(str(r.number) for r in releases[:10])
    name = f"{next(iter(flows))}-{numbers}" if len(flows) == 1 else f"DATA-OF-{len(flows)}-FLOWS"
    return f"{name}{kind}.{suffix}"
