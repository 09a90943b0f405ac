"""Quality reports as SDMX reference metadata: what the system has measured, beside what people have written.

A report of a release has the id `RELEASE_QUALITY_<dataflow>` and the number of the release as its version, so that the
latest is that of the current release. Under each heading what is written about the dataflow comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from greffe.catalogue.catalogue import Catalogue
from greffe.formats.languages import best
from greffe.model.artefacts import Annotation, Texts
from greffe.model.instants import paris_date
from greffe.model.metadata import (
    MetadataAttribute,
    Metadataflow,
    MetadataSet,
    MetadataStructure,
    ReportedAttribute,
    Value,
)
from greffe.model.periods import span
from greffe.model.references import Reference, Urn
from greffe.model.releases import Release
from greffe.model.structures import Codelist, Dataflow
from greffe.release import quality_words as words
from greffe.release.quality import Quality
from greffe.release.revisions import leading

FLOW: Final = Urn("metadataflow", Reference("SSER", "QUALITY_REPORTS"))
PREFIX: Final = "RELEASE_QUALITY_"
LANGUAGES: Final = ("en", "fr")
Say = Callable[[Quality, str], str]


def reference_of(release: Release) -> Reference:
    """`SSER:RELEASE_QUALITY_ESTAT_CRIM_OFF_CAT(7.0.0)`."""
    return Reference("SSER", f"{PREFIX}{release.dataflow.id}", f"{release.number}.0.0")


def outline(release: Release, flow: Dataflow) -> MetadataSet:
    """The report without what it says: which release, which dataflow."""
    origin = (Annotation(type="DATA_ORIGIN", title="synthetic"),) if release.origin == "synthetic" else ()
    return MetadataSet(
        reference_of(release),
        {
            "en": f"Quality report by the system: {best(flow.names, 'en')}, {release}",
            "fr": f"Rapport qualité établi par le système : {best(flow.names, 'fr')}, {release}",
        },
        annotations=origin,
        metadataflow=FLOW,
        targets=(flow.urn,),
    )


def reported(q: Quality, catalogue: Catalogue) -> MetadataSet:
    """The whole report, under the headings of the metadata structure that is effective."""
    base = outline(q.release, q.dataflow)
    flow = catalogue.get(Metadataflow, FLOW.reference)
    assert flow.structure is not None  # the catalogue does not load otherwise
    structure = catalogue.get(MetadataStructure, flow.structure.reference)
    texts = written(catalogue, q.dataflow)
    attributes = tuple(_attribute(one, q, catalogue, texts) for one in structure.attributes)
    first, last = q.counts.periods
    return MetadataSet(
        base.reference,
        base.names,
        annotations=base.annotations,
        metadataflow=base.metadataflow,
        targets=base.targets,
        attributes=tuple(a for a in attributes if a is not None),
        reporting_begin=span(first).first.isoformat() if first else "",
        reporting_end=span(last).last.isoformat() if last else "",
    )


def _attribute(
    heading: MetadataAttribute,
    q: Quality,
    catalogue: Catalogue,
    written: Mapping[str, tuple[Value, ...]],
    above: str = "",
) -> ReportedAttribute | None:
    """A heading with what is written and measured under it; None when nothing is."""
    path = f"{above}{heading.id}"
    below = (_attribute(one, q, catalogue, written, f"{path}.") for one in heading.children)
    children = tuple(one for one in below if one is not None)
    values = () if heading.presentational else _values(heading, q, catalogue, written.get(path, ()))
    if not values and not children and not (heading.presentational and heading.least):
        return None
    return ReportedAttribute(heading.id, values, children)


def _values(
    heading: MetadataAttribute, q: Quality, catalogue: Catalogue, written: tuple[Value, ...]
) -> tuple[Value, ...]:
    if heading.id in _CODES:
        list_ = heading.representation.enumeration
        allowed = {i.id for i in catalogue.get(Codelist, list_.reference).items} if list_ is not None else set()
        found = [c for c in _CODES[heading.id](q) if c in allowed]
        return tuple(found[: heading.most]) or written[: heading.most]
    if heading.id == "META_LAST_UPDATE":
        return (paris_date(q.release.effective_at).isoformat(),)
    measured = _MEASURED.get(heading.id)
    told: dict[str, str] = {lang: measured(q, lang) for lang in LANGUAGES} if measured else {}
    if not any(told.values()):
        return written or (_otherwise(heading, q) if heading.least else ())
    if not written:
        return (told,)
    return (_joined(written[0], told), *written[1:])


def _joined(written: Value, told: Texts) -> Value:
    texts = dict.fromkeys(LANGUAGES, written) if isinstance(written, str) else written
    return {lang: " ".join(w for w in (texts.get(lang, ""), told.get(lang, "")) if w) for lang in {*texts, *told}}


def _otherwise(heading: MetadataAttribute, q: Quality) -> tuple[Value, ...]:
    """What stands under a heading that must be there, about which nothing is written."""
    say = _MANDATORY.get(heading.id, _unwritten)
    return ({lang: say(q, lang) for lang in LANGUAGES},)


def written(catalogue: Catalogue, flow: Dataflow) -> dict[str, tuple[Value, ...]]:
    """What the reports that people wrote about the dataflow say, by dotted heading."""
    found: dict[str, tuple[Value, ...]] = {}
    for report in catalogue.all(MetadataSet):
        if report.metadataflow == FLOW and flow.urn in report.targets:
            for path, values in _paths(report.attributes, ""):
                found[path] = (*found.get(path, ()), *values)
    return found


def _paths(attributes: Iterable[ReportedAttribute], above: str) -> Iterable[tuple[str, tuple[Value, ...]]]:
    for one in attributes:
        yield f"{above}{one.id}", one.values
        yield from _paths(one.children, f"{above}{one.id}.")


def _units(q: Quality, lang: str) -> str:
    """The units that occur."""
    _, unit = leading(q.structure)
    return ", ".join(words.label(q, unit, code, lang) for code in q.counts.units) or words.says("unwritten", lang)


def _unwritten(_: Quality, lang: str) -> str:
    return words.says("unwritten", lang)


def _confidential(q: Quality, lang: str) -> str:
    c = q.counts
    return words.says(
        "confidential", lang, c.confidential, c.observations, words.share(c.confidential, c.observations, lang)
    )


def _revised(q: Quality, lang: str) -> str:
    if not q.vintages:
        return words.says("first", lang) if q.release.number == 1 else ""
    return " ".join(words.vintage(q, one, lang) for one in q.vintages)


def _comment(q: Quality, lang: str) -> str:
    day = paris_date(q.release.effective_at).isoformat()
    synthetic = words.says("synthetic", lang) if q.release.origin == "synthetic" else ""
    return " ".join(w for w in (synthetic, words.says("released", lang, q.release, day)) if w)


# Heading → codes that occur.
_CODES: Final[Mapping[str, Callable[[Quality], list[str]]]] = {
    "FLAGS_USED": lambda q: [
        *(f"OBS_{c}" for c in q.counts.statuses if c), *(f"CONF_{c}" for c in q.counts.confidentialities if c),
    ],
    "FREQ_DISS": lambda q: list(q.counts.frequencies),
}  # fmt: skip
# Heading → what the system has measured; it comes after what is written.
_MEASURED: Final[Mapping[str, Say]] = {
    "COVERAGE_TIME": lambda q, lang: words.says("periods", lang, *q.counts.periods),
    "CONF_DATA_TR": _confidential,
    "COMPLETENESS": words.completeness,
    "KNOWN_ANOMALIES": words.waived,
    "TIMELINESS": words.timeliness,
    "COMPAR_TIME": words.breaks,
    "REV_POLICY": words.policy,
    "REV_PRACTICE": _revised,
    "SOURCE_TYPE": words.sources,
    "DATA_VALIDATION": words.validation,
    "DATA_COMP": words.compilation,
    "COMMENT_DSET": _comment,
}
# Heading that must be there → what stands under it when nothing is written.
_MANDATORY: Final[Mapping[str, Say]] = {
    "CONTACT_ORGANISATION": lambda q, lang: words.says("provider", lang, q.release.provider),
    "DATA_DESCR": lambda q, lang: best(q.dataflow.descriptions, lang) or best(q.dataflow.names, lang),
    "STAT_UNIT": lambda q, lang: ", ".join(q.counting_units) or words.says("unwritten", lang),
    "REF_PERIOD": lambda q, lang: ", ".join(q.moments) or words.says("unwritten", lang),
    "UNIT_MEASURE": _units,
    "CONF_POLICY": lambda _, lang: words.says("confidentiality_policy", lang),
    "REL_POLICY": lambda _, lang: words.says("release_policy", lang),
    "REV_POLICY": lambda _, lang: words.says("revision_policy", lang),
}
