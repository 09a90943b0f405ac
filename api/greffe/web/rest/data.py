"""Data queries: the matching data sets of the releases in effect, in the format that was asked for."""

from __future__ import annotations

from greffe.catalogue.catalogue import Catalogue
from greffe.errors import TooLarge
from greffe.formats.negotiation import negotiate, refined
from greffe.model.dataset import DataMessage, DataSet
from greffe.model.releases import Release
from greffe.model.structures import ConceptScheme, DataStructure, Texts
from greffe.query import answer, rest_v1, rest_v2
from greffe.query.queries import DataQuery
from greffe.web.rest.answers import Asked, Prepared, changed_at, coded, header_of, headers_of, tag_of

ORIGIN = "DATA_ORIGIN"


def data(asked: Asked) -> Prepared:
    """`data/…` of either generation."""
    parts, api = asked.parts, asked.api
    dialect = rest_v1 if api == "v1" else rest_v2
    query = dialect.parse_data(asked.address[1:], asked.raw)
    _check_size(query, parts.settings.http.key_values_limit)
    given = asked.given(dialect.DATA_PARAMETERS, components=True)
    choice = refined(
        negotiate(asked.accept, given.get("format", ""), "data", api, given.get("formatVersion", "")), given
    )
    catalogue, ledger, now = parts.catalogue(), parts.ledger(), parts.clock()
    found = answer.data(
        query,
        catalogue,
        lambda flow: ledger.current(flow.reference, now),
        parts.observations,
        parts.settings.http.series_limit,
    )
    language, release = asked.language(given), found.release
    encoding = asked.encoding(given, packed=choice.format.packed)
    tag = tag_of(
        release.content_hash, catalogue.checksum, api, asked.address, asked.raw, choice.content_type, repr(choice.parameters),
        language,
    )  # fmt: skip
    modified = max(release.effective_at, changed_at(parts))
    headers = headers_of(coded(tag, encoding), language, modified)
    headers |= {"Release": str(release), "Data-Origin": release.origin}
    if asked.unchanged(headers):
        return Prepared.bare(304, headers)
    if found.empty:
        return Prepared.bare(204, headers)
    headers["Content-Disposition"] = (
        f'inline; filename="{_file_name(release, choice.format.suffix or choice.format.syntax)}"'
    )
    dataset = DataSet(
        dataflow=found.dataflow,
        structure=found.structure,
        codelists=found.codelists,
        names=_concepts(catalogue, found.structure),
        blocks=found.blocks,
        measures=found.written.measures,
        observations=found.written.observations,
        attributes=_attributes(found, choice.format.syntax),
        release=str(release),
        origin=release.origin,
    )
    header = header_of(tag, release.effective_at, test=release.origin == "synthetic", source=_source(release, language))
    message = DataMessage(header, (dataset,), language, query.dimension_at_observation, asked.url)
    chunks = choice.format.write(message, choice.parameters)
    return Prepared(chunks, choice.content_type, headers, encoding=encoding, ranged=choice.format.ranged)


def _concepts(catalogue: Catalogue, structure: DataStructure) -> dict[str, Texts]:
    """Component id → names of its concept: the labels of header lines."""
    found: dict[str, Texts] = {}
    for component in structure.components:
        urn = component.concept
        item = catalogue.get(ConceptScheme, urn.reference).item(urn.item)
        if item is not None:
            found[component.id] = item.names
    return found


def _check_size(asked: DataQuery, most: int) -> None:
    if asked.values > most:
        raise TooLarge(f"The question names {asked.values} codes; at most {most} are read.", hint="Use a wildcard.")


def _source(release: Release, language: str) -> str:
    if release.origin == "synthetic":
        words = {"fr": "Chiffres SYNTHÉTIQUES, inventés pour essai"}
        return f"{words.get(language, 'SYNTHETIC figures, invented for trials')}; {release}"
    return f"{release.provider}; {release}"


def _attributes(found: answer.DataAnswer, syntax: str) -> tuple[str, ...]:
    """CSV has no header that says Test: invented figures keep their mark whatever attributes were asked for (D13)."""
    asked = tuple(found.written.attributes)
    if syntax == "csv" and found.release.origin == "synthetic" and ORIGIN not in asked:
        return (*asked, ORIGIN)
    return asked


def _file_name(release: Release, suffix: str) -> str:
    kind = "-SYNTHETIC" if release.origin == "synthetic" else ""
    return f"{release.dataflow.id}-{release.number}{kind}.{suffix}"
