"""A plain reader of SDMX-ML data, generic and structure-specific, of any version: answers become rows of texts."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree
from plain_rows import Row

_SPECIFIC = "/data/structurespecific}"


@dataclass(frozen=True)
class ReadSet:
    """One data set: its rows, and what it says of itself (attributes without their namespace)."""

    rows: list[Row]
    told: dict[str, str]


def read(body: bytes) -> list[ReadSet]:
    """All data sets of a message; the dimension at observation comes from the header."""
    root = etree.fromstring(body)
    at = {
        s.get("structureID"): s.get("dimensionAtObservation") for s in root.iter("{*}Structure") if s.get("structureID")
    }
    return [_dataset(d, "Generic" in root.tag, at) for d in root.findall("{*}DataSet")]


def _dataset(found: etree._Element, generic: bool, at: dict[str, str]) -> ReadSet:
    own = {str(k): str(v) for k, v in found.attrib.items()}
    if generic:
        common = _values(found, "Attributes")
        rows = [r for s in found.findall("{*}Series") for r in _generic(s, common, at[own["structureRef"]])]
        for flat in found.findall("{*}Obs"):
            rows.append(common | _values(flat, "ObsKey") | _observed(flat))
        return ReadSet(rows, own)
    common = {k: v for k, v in own.items() if not k.startswith("{")}
    rows = [row for s in found.findall("Series") for row in _specific(s, common)]
    rows += [common | dict(flat.attrib) for flat in found.findall("Obs")]
    told = {k.split("}")[-1]: v for k, v in own.items() if _SPECIFIC in k}
    return ReadSet(rows, told)


def _generic(series: etree._Element, common: Row, at: str) -> list[Row]:
    own = common | _values(series, "SeriesKey") | _values(series, "Attributes")
    points = series.findall("{*}Obs")
    return [own | {at: p.find("{*}ObsDimension").get("value")} | _observed(p) for p in points] or [own]


def _observed(point: etree._Element) -> Row:
    value = point.find("{*}ObsValue")
    return ({} if value is None else {"OBS_VALUE": value.get("value")}) | _values(point, "Attributes")


def _values(parent: etree._Element, name: str) -> Row:
    return {v.get("id"): v.get("value") for v in parent.findall(f"{{*}}{name}/{{*}}Value")}


def _specific(series: etree._Element, common: Row) -> list[Row]:
    own = common | dict(series.attrib)
    return [own | dict(point.attrib) for point in series.findall("Obs")] or [own]
