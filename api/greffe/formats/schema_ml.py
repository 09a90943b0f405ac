"""XML schema of structure-specific data, made from a structure and what constraints leave of it (SDMX-ML 2.1, 3.0, 3.1).

Types derive by restriction from the standard's own, as section 3A (part IV) of the standard describes: a type per
component, then DataSetType, SeriesType and ObsType whose XML attributes are the components. Dimensions are
required, attributes and measures are not, whatever their usage: a message may hold a part of the data (ML21-09, ML3-04).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from greffe.formats.escaping import xml
from greffe.formats.namespaces import DECLARATION
from greffe.model.structures import Component
from greffe.model.validity import DataValidity

TIME: Final = "TIME_PERIOD"
FLAT: Final = "AllDimensions"
_XS: Final = "http://www.w3.org/2001/XMLSchema"
_BASE: Final = "http://www.sdmx.org/resources/sdmxml/schemas"
_FILES: Final = "https://raw.githubusercontent.com/sdmx-twg/sdmx-ml"

# Text type → type of XML schema; `common:` ones are the standard's (table of section 3A, part II).
_TYPES: Final = {
    "String": "xs:string", "Alpha": "common:AlphaType", "AlphaNumeric": "common:AlphaNumericType",
    "Numeric": "common:NumericType", "BigInteger": "xs:integer", "Integer": "xs:int", "Long": "xs:long",
    "Short": "xs:short", "Decimal": "xs:decimal", "Float": "xs:float", "Double": "xs:double", "Boolean": "xs:boolean",
    "URI": "xs:anyURI", "Count": "xs:integer", "InclusiveValueRange": "xs:decimal",
    "ExclusiveValueRange": "xs:decimal", "Incremental": "xs:decimal", "DateTime": "xs:dateTime", "Time": "xs:time",
    "Month": "xs:gMonth", "MonthDay": "xs:gMonthDay", "Day": "xs:gDay", "Duration": "xs:duration",
    "GregorianYear": "xs:gYear", "GregorianYearMonth": "xs:gYearMonth", "GregorianDay": "xs:date",
} | {
    name: f"common:{name}Type"
    for name in (
        "ObservationalTimePeriod", "StandardTimePeriod", "BasicTimePeriod", "GregorianTimePeriod",
        "ReportingTimePeriod", "ReportingYear", "ReportingSemester", "ReportingTrimester", "ReportingQuarter",
        "ReportingMonth", "ReportingWeek", "ReportingDay",
    )
}  # fmt: skip
_OBS: Final = '<xs:element name="Obs" type="ObsType" form="unqualified" minOccurs="0" maxOccurs="unbounded"/>'
_PROVIDER: Final = (
    '<xs:element name="DataProvider" type="common:DataProviderReferenceType" form="unqualified" minOccurs="0"/>'
)
_DAY: Final = "REPORTING_YEAR_START_DAY"
_NO_TIME: Final = f'<xs:attribute name="{TIME}" use="prohibited"/>'
_NO_CODE: Final = '<xs:pattern value="[^\\s\\S]"/>'  # nothing matches: an enumeration cannot be empty


@dataclass(frozen=True)
class Edition:
    """One version of SDMX-ML: its part of the namespaces, where its schemas lie, and whether Atts exist (3.x)."""

    name: str
    files: str
    third: bool

    @property
    def common(self) -> str:
        """Namespace of the common types."""
        return f"{_BASE}/{self.name}/common"

    @property
    def specific(self) -> str:
        """Namespace of the abstract types of structure-specific data."""
        return f"{_BASE}/{self.name}/data/structurespecific"


V21: Final = Edition("v2_1", f"{_FILES}/v2.1/schemas", third=False)
V30: Final = Edition("v3_0", f"{_FILES}/v3.0.0/schemas", third=True)
V31: Final = Edition("v3_1", f"{_FILES}/v3.1.0/schemas", third=True)


def write(valid: DataValidity, edition: Edition) -> Iterator[bytes]:
    """The schema of one context and one dimension at observation.

    Its namespace is the one that structure-specific messages declare, `URN of the structure:ObsLevelDim:DIMENSION`.
    """
    return iter(["".join(_document(valid, edition)).encode()])


def namespace(valid: DataValidity) -> str:
    """Target namespace: that of structure-specific messages with this dimension at observation."""
    return f"{valid.structure.urn}:ObsLevelDim:{valid.dimension_at_observation}"


def _document(valid: DataValidity, edition: Edition) -> Iterator[str]:
    own = xml(namespace(valid))
    yield (
        f'{DECLARATION}<xs:schema xmlns:xs="{_XS}" xmlns:common="{edition.common}" xmlns:dsd="{edition.specific}"'
        f' xmlns="{own}" targetNamespace="{own}" elementFormDefault="qualified" attributeFormDefault="unqualified">\n'
    )
    for name, file in ((edition.common, "SDMXCommon"), (edition.specific, "SDMXDataStructureSpecific")):
        yield f'<xs:import namespace="{name}" schemaLocation="{edition.files}/{file}.xsd"/>\n'
    for component in valid.structure.components:
        yield _simple(component, valid)
    yield from _containers(valid, edition)
    yield "</xs:schema>\n"


def _simple(component: Component, valid: DataValidity) -> str:
    """The type of a component's values, with its documentation: the concept's names."""
    found = component.representation
    base, facets = "xs:string", ""
    if component.id in valid.codes:
        facets = "".join(f'<xs:enumeration value="{xml(c)}"/>' for c in valid.codes[component.id]) or _NO_CODE
    else:
        base = _TYPES.get(found.text_type, "xs:string")
        facets += f'<xs:maxLength value="{found.max_length}"/>' if found.max_length is not None else ""
        facets += f'<xs:pattern value="{xml(found.pattern)}"/>' if found.pattern else ""
        if base == "xs:decimal" and found.decimals is not None:
            facets += f'<xs:fractionDigits value="{found.decimals}"/>'
    words = "".join(
        f'<xs:documentation xml:lang="{xml(language)}">{xml(text)}</xs:documentation>'
        for language, text in valid.names.get(component.id, {}).items()
    )
    note = f"<xs:annotation>{words}</xs:annotation>" if words else ""
    restriction = f'<xs:restriction base="{base}">{facets}</xs:restriction>'
    return f'<xs:simpleType name="{xml(component.id)}">{note}{restriction}</xs:simpleType>\n'


def _containers(valid: DataValidity, edition: Edition) -> Iterator[str]:
    """The types of data sets, series and observations for this dimension at observation."""
    dimension = valid.dimension_at_observation
    series, observation = _levels(valid)
    whole = [c for c in valid.structure.attributes if not c.relationship]
    flat = dimension == FLAT
    yield _dataset(
        "DataSetType", "ObsType" if flat else "SeriesType", [*_attributes(whole, valid), *_day(whole, edition)], edition
    )
    if not flat:
        yield _type("SeriesType", "SeriesType", _OBS, [*_attributes(series, valid), *_barred(series, edition)])
    barred = ['<xs:attribute name="type" use="prohibited"/>', *_barred(observation, edition)]
    yield _type("ObsType", "ObsType", "", [*_attributes(observation, valid), *barred])
    if edition.third:
        keys = [c for c in valid.structure.components if c.role in ("dimension", "time")]
        hung = [c for c in valid.structure.attributes if c.relationship and not c.on_observation]
        yield _type("AttsType", "AttsType", "", _attributes([*keys, *hung], valid, required=False))
    elif dimension == TIME:
        yield from _time_series(valid, series, observation, whole, edition)


def _levels(valid: DataValidity) -> tuple[list[Component], list[Component]]:
    """Components of a series and of an observation: dimensions, measures, attributes by what they hang on."""
    structure, at = valid.structure, valid.dimension_at_observation
    keys = [*structure.dimensions, *((structure.time,) if structure.time else ())]
    if at == FLAT:
        hung = [a for a in structure.attributes if a.relationship]
        return [], [*keys, *structure.measures, *hung]
    low = [a for a in structure.attributes if a.relationship and (a.on_observation or at in a.relationship)]
    high = [a for a in structure.attributes if a.relationship and a not in low]
    return [k for k in keys if k.id != at] + high, [k for k in keys if k.id == at] + [*structure.measures, *low]


def _attributes(
    found: Iterable[Component], valid: DataValidity, *, required: bool = True, always: str = ""
) -> list[str]:
    """One XML attribute per component. In a message that deletes, any part of a key may lack, and values are just marks.

    `always`: a component that the standard's own type requires, which no restriction of it may loosen.
    """
    out = []
    for one in found:
        key = one.role in ("dimension", "time")
        needed = one.id == always or (key and required and not valid.deletion)
        type_ = "xs:string" if valid.deletion and not key else one.id
        use = "required" if needed else "optional"
        out.append(f'<xs:attribute name="{xml(one.id)}" type="{xml(type_)}" use="{use}"/>')
    return out


def _barred(found: Iterable[Component], edition: Edition) -> list[str]:
    """Attributes of the standard's abstract series and observation that are no components here."""
    components = list(found)
    time = [] if any(c.id == TIME for c in components) else [_NO_TIME]
    return [*time, *_day(components, edition)]


def _day(found: Iterable[Component], edition: Edition) -> list[str]:
    """2.1 knows the first day of the reporting year everywhere, 3.x only as a component."""
    return (
        [] if edition.third or any(c.id == _DAY for c in found) else [f'<xs:attribute name="{_DAY}" use="prohibited"/>']
    )


def _dataset(name: str, inside: str, attributes: list[str], edition: Edition) -> str:
    """A type of data sets that hold elements of the type `inside`."""
    element = f'<xs:element name="{"Obs" if inside == "ObsType" else "Series"}" type="{inside}" form="unqualified"'
    if edition.third:
        atts = '<xs:element name="Atts" type="AttsType" form="unqualified"/>'
        body = f'<xs:choice minOccurs="0" maxOccurs="unbounded">{atts}{element}/></xs:choice>'
    else:
        body = f'<xs:choice minOccurs="0">{element} maxOccurs="unbounded"/></xs:choice>'
    return _type(name, name, _PROVIDER + body, attributes)


def _time_series(
    valid: DataValidity, series: list[Component], observation: list[Component], whole: list[Component], edition: Edition
) -> Iterator[str]:
    """The same for the messages of SDMX-ML 2.1 that hold nothing but time series."""
    yield _dataset(
        "TimeSeriesDataSetType", "TimeSeriesType", [*_attributes(whole, valid), *_day(whole, edition)], edition
    )
    inside = _OBS.replace('"ObsType"', '"TimeSeriesObsType"')
    yield _type("TimeSeriesType", "TimeSeriesType", inside, [*_attributes(series, valid), *_barred(series, edition)])
    last = [*_attributes(observation, valid, always=TIME), *_day(observation, edition)]
    yield _type("TimeSeriesObsType", "TimeSeriesObsType", "", last)


def _type(name: str, base: str, inside: str, attributes: Iterable[str]) -> str:
    return (
        f'<xs:complexType name="{name}"><xs:complexContent><xs:restriction base="dsd:{base}"><xs:sequence>'
        f'<xs:element ref="common:Annotations" minOccurs="0"/>{inside}</xs:sequence>{"".join(attributes)}'
        "</xs:restriction></xs:complexContent></xs:complexType>\n"
    )
