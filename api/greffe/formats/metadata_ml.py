"""Reference metadata as SDMX-ML 3.0 and 3.1 GenericMetadata messages (ML3-01, R2-META-06)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from greffe.formats.escaping import xml
from greffe.formats.ml_header import header
from greffe.formats.namespaces import DECLARATION, NAMESPACES
from greffe.formats.parameters import Parameters
from greffe.model.artefacts import Annotation, Texts
from greffe.model.metadata import ReportedAttribute, Value
from greffe.model.reports import Report, ReportMessage

Version: TypeAlias = Literal["3.0", "3.1"]


def write(message: ReportMessage, _parameters: Parameters, version: Version) -> Iterator[bytes]:
    """The message. A stub has its names alone. Raises NotAcceptable for a character that XML 1.0 cannot carry.

    A further value of an attribute is an element of its own with the same id (3.1 allows one value in each). Markup in a
    value stays text: StructuredText wants elements that only a schema of XHTML, which the standard's lacks, could judge.
    """
    used = NAMESPACES[version]
    flows = {str(report.metadataflow.urn): f"M{n}" for n, report in enumerate(message.reports, 1)}
    structures = "".join(
        f'<mes:Structure structureID="{id_}"><com:StructureUsage>{xml(urn)}</com:StructureUsage></mes:Structure>'
        for urn, id_ in flows.items()
    )
    head = header(message.header, structures, message.language)
    parts = [
        f'{DECLARATION}<mes:GenericMetadata xmlns:mes="{used.message}" xmlns:com="{used.common}"'
        f' xmlns:met="{used.metadata}">{head}'
    ]
    parts += [_set(report) for report in message.reports]
    parts.append("</mes:GenericMetadata>\n")
    return (part.encode() for part in parts)


def _set(report: Report) -> str:
    found = report.set
    said = {
        "id": found.reference.id,
        "agencyID": found.reference.agency,
        "version": found.reference.version,
        "urn": str(found.urn),
        "isExternalReference": "true" if found.stub else "",
        "validFrom": _instant(found.valid_from, "00:00:00"),
        "validTo": _instant(found.valid_to, "23:59:59"),
        "reportingBeginDate": found.reporting_begin,
        "reportingEndDate": found.reporting_end,
    }
    attributes = "".join(f' {name}="{xml(text)}"' for name, text in said.items() if text)
    names = _notes(found.annotations) + _texts("Name", found.names) + _texts("Description", found.descriptions)
    return f"<mes:MetadataSet{attributes}>{names}{'' if found.stub else _content(report)}</mes:MetadataSet>"


def _content(report: Report) -> str:
    found = report.set
    if found.agreement is not None:
        under = f"<met:MetadataProvisionAgreement>{xml(str(found.agreement))}</met:MetadataProvisionAgreement>"
    else:
        under = f"<met:Metadataflow>{xml(str(report.metadataflow.urn))}</met:Metadataflow>"
    targets = "".join(f"<met:Target>{xml(str(urn))}</met:Target>" for urn in found.targets)
    return under + targets + "".join(_attribute(one) for one in found.attributes)


def _attribute(found: ReportedAttribute) -> str:
    below = "".join(_attribute(child) for child in found.children)
    first, *more = [_value(value) for value in found.values] or [""]
    id_ = xml(found.id)
    own = f'<met:Attribute id="{id_}">{_notes(found.annotations)}{first}{below}</met:Attribute>'
    return own + "".join(f'<met:Attribute id="{id_}">{value}</met:Attribute>' for value in more)


def _value(value: Value) -> str:
    return f"<met:Value>{xml(value)}</met:Value>" if isinstance(value, str) else _texts("Text", value)


def _notes(annotations: tuple[Annotation, ...]) -> str:
    if not annotations:
        return ""
    found = []
    for one in annotations:
        id_ = f' id="{xml(one.id)}"' if one.id else ""
        title = f"<com:AnnotationTitle>{xml(one.title)}</com:AnnotationTitle>" if one.title else ""
        type_ = f"<com:AnnotationType>{xml(one.type)}</com:AnnotationType>" if one.type else ""
        found.append(f"<com:Annotation{id_}>{title}{type_}{_texts('AnnotationText', one.texts)}</com:Annotation>")
    return f"<com:Annotations>{''.join(found)}</com:Annotations>"


def _texts(name: str, texts: Texts) -> str:
    return "".join(f'<com:{name} xml:lang="{xml(code)}">{xml(text)}</com:{name}>' for code, text in texts.items())


def _instant(text: str, time: str) -> str:
    """A date as the dateTime that the schema wants; a dateTime stays."""
    return text if "T" in text or not text else f"{text}T{time}Z"
