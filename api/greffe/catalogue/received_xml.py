"""The regions and keys of a constraint in SDMX-ML as the plain tree that SDMX-JSON has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from lxml import etree

from greffe.errors import BadDefinition

Wrong: TypeAlias = Callable[[etree._Element, str], BadDefinition]
Plain: TypeAlias = dict[str, object]


def plain_constraint(element: etree._Element, wrong: Wrong) -> Plain:
    """`cubeRegions` and `dataKeySets`. Raises BadDefinition, with the line, for an element that is none of them."""
    regions: list[Plain] = []
    keys: list[Plain] = []
    for one in element.iterchildren(tag=etree.Element):
        if _name(one) == "CubeRegion":
            regions.append(_region(one, wrong))
        elif _name(one) == "DataKeySet":
            inside = [_region(k, wrong) for k in one.iterchildren(tag=etree.Element) if _name(k) == "Key"]
            keys.append({**_attributes(one), "keys": inside})
    return {"cubeRegions": regions, "dataKeySets": keys}


def _region(element: etree._Element, wrong: Wrong) -> Plain:
    members = [e for e in element.iterchildren(tag=etree.Element) if _name(e) in ("KeyValue", "Attribute", "Component")]
    return {**_attributes(element), "keyValues": [_member(m, wrong) for m in members]}


def _member(element: etree._Element, wrong: Wrong) -> Plain:
    found = _attributes(element)
    values: list[Plain] = []
    for one in element.iterchildren(tag=etree.Element):
        if _name(one) == "Value":
            values.append({**_attributes(one), "value": (one.text or "").strip()})
        elif _name(one) == "TimeRange":
            found["timeRange"] = dict(_bounds(one))
        else:
            raise wrong(one, f"{_name(one)} in a region is not checked here: {element.get('id')}.")
    return found if "timeRange" in found else {**found, "values": values}


def _bounds(element: etree._Element) -> Iterator[tuple[str, Plain]]:
    for one in element.iterchildren(tag=etree.Element):
        name = _name(one)
        yield f"{name[0].lower()}{name[1:]}", {**_attributes(one), "period": (one.text or "").strip()}


def _attributes(element: etree._Element) -> Plain:
    """Attributes without a namespace: `xml:lang` says nothing of a code."""
    return {str(n): str(v) for n, v in element.items() if not str(n).startswith("{")}


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
