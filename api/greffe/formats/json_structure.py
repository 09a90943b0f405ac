"""What an SDMX-JSON data message says of its structure: components by level, and the values they take (J-05, J-09)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

from greffe.arrow import distinct
from greffe.errors import BadQuery, NotAcceptable
from greffe.formats.components import TIME, VALUE, Levels, context, levels
from greffe.formats.escaping import json_text
from greffe.formats.json_numbers import is_number
from greffe.formats.languages import best
from greffe.formats.small import FEW
from greffe.model.dataset import DataSet, SeriesBlock
from greffe.model.periods import span
from greffe.model.structures import Codelist, Component, Maintainable, Texts

Version: TypeAlias = Literal["1.0", "2.0", "2.1"]
Object: TypeAlias = dict[str, object]
_ID: Final = re.compile(r"[A-Za-z0-9_@$-]+")
_NUMERIC: Final = ("Numeric", "BigInteger", "Integer", "Long", "Short", "Decimal", "Float", "Double", "Count")


class Index:
    """Numbers of the values of one component, given in the order in which the values are first written."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def note(self, values: Iterable[str]) -> bool:
        """Whether any of the values is new."""
        before = len(self._numbers)
        for value in values:
            self._numbers.setdefault(value, len(self._numbers))
        return len(self._numbers) > before

    def __call__(self, value: str) -> str:
        """The number of a value as text; '' for one that does not occur and is never written."""
        return str(self._numbers.get(value, ""))

    def values(self) -> list[str]:
        """The values in the order of their numbers."""
        return list(self._numbers)


@dataclass
class Described:
    """One structure of a message, and what its data sets have written so far.

    `datasets`: their numbers in the message. Data sets with fewer attributes or without measures share the structure:
    they write null in those places.
    """

    version: Version
    at: str
    language: str
    members: list[tuple[int, DataSet]]
    indexes: dict[str, Index] = field(default_factory=dict)
    levels: Levels = field(init=False)  # all attributes that any of the data sets has

    def __post_init__(self) -> None:
        self.structure = self.members[0][1].structure
        asked = {id_ for _, d in self.members for id_ in d.attributes}
        self.attributes = tuple(a.id for a in self.structure.attributes if a.id in asked)
        # 1.0 always has its one measure, and no way to say that it was not asked for.
        self.measures = self.version == "1.0" or any(d.measures for _, d in self.members)
        self.whole = (*self.structure.dimension_ids, TIME)
        self.levels = levels(replace(self.first, attributes=self.attributes), self.at)
        for id_ in (*self.whole, *(a for a in self.attributes if not self.direct(a))):
            self.indexes[id_] = Index()

    def direct(self, id_: str) -> bool:
        """Whether values of the attribute stand in the observations, not their numbers: texts of 2.1 without a list.

        2.0 could do so too, but a known reader of it looks every attribute up in a list of values.
        """
        component = self.structure.component(id_)
        coded = component is None or component.representation.enumeration is not None
        return self.version == "2.1" and not coded and id_ in self.levels.observation

    @property
    def first(self) -> DataSet:
        """The first of its data sets."""
        return self.members[0][1]

    def render(self, id_: str) -> Callable[[str], str]:
        """How a value of the component is written in the data."""
        if id_ in self.indexes:
            return self.indexes[id_]
        component = self.structure.component(id_)
        kind = component.representation.text_type if component else "String"
        return lambda text: _typed(text, kind)

    def news(self, dataset: DataSet) -> Callable[[SeriesBlock], set[str]]:
        """Notes the values of each block; gives the columns that have new ones."""

        def note(block: SeriesBlock) -> set[str]:
            return {
                id_
                for series in ((True, False) if dataset.observations else (True,))
                for id_ in (block.series if series else block.observations).column_names
                if id_ in self.indexes and self.indexes[id_].note(_occurring(block, id_, series=series))
            }

        return note

    def to_json(self) -> Object:
        """The structure object. Written after the data, when all values are known."""
        found = self.levels
        parts = _Parts(self)
        told = self._identity()
        dimensions: Object = {
            "dataSet": [],
            "series": parts.dimensions(found.key),
            "observation": parts.dimensions(found.point),
        }
        attributes: Object = {"dataSet": parts.attributes(found.dataset)}
        attributes |= {"dimensionGroup": []} if self.version != "1.0" else {}
        attributes |= {
            "series": parts.attributes(found.series),
            "observation": parts.attributes(found.observation),
        }
        told["dimensions"] = dimensions
        if self.version != "1.0":
            told["measures"] = {"observation": parts.measures() if self.measures else []}
        told["attributes"] = attributes
        told["annotations"] = self._annotations()
        if self.version != "1.0":
            told["dataSets"] = [number for number, _ in self.members]
        return told

    def _identity(self) -> Object:
        asked = self._asked
        found: Object = {"links": links(self.first)} | named(
            asked.names, self.language, context(self.first).reference.id
        )
        if not asked.descriptions:
            return found
        best_one = best(asked.descriptions, self.language)
        return found | {"description": best_one, "descriptions": dict(asked.descriptions)}

    @property
    def _asked(self) -> Maintainable:
        """What was asked for; of an agreement only the flow is at hand."""
        return self.structure if self.first.context == "datastructure" else self.first.dataflow

    def _annotations(self) -> list[Object]:
        """First that figures are invented, if they are (D13): data sets refer to it by its number. Then those of the flow
        or structure that was asked for."""
        origins = {d.origin for _, d in self.members} - {"real"}
        found: list[Object] = [{"type": "DATA_ORIGIN", "title": origin} for origin in sorted(origins)]
        for annotation in self._asked.annotations:
            told: Object = {"id": annotation.id, "type": annotation.type, "title": annotation.title}
            told |= {"text": best(annotation.texts, self.language), "texts": dict(annotation.texts)}
            found.append({name: value for name, value in told.items() if value})
        return found


def links(dataset: DataSet) -> list[Object]:
    """What was asked for first, then the flow and the structure."""
    urns = dict.fromkeys((context(dataset), dataset.dataflow.urn, dataset.structure.urn))
    return [{"rel": urn.kind, "urn": str(urn)} for urn in urns]


def named(texts: Texts, language: str, otherwise: str) -> Object:
    """`name` in the best language, `names` in all (J-03)."""
    name = best(texts, language)
    return {"name": name, "names": dict(texts)} if name else {"name": otherwise}


def _occurring(block: SeriesBlock, id_: str, *, series: bool) -> Iterable[str]:
    """The values of a column, in the order in which they first occur."""
    table = block.series if series else block.observations
    if len(table) > FEW:
        return distinct(table.column(id_))
    return (value for value in block.few(id_, series=series) if value is not None)


def _typed(text: str, kind: str) -> str:
    if kind in _NUMERIC and is_number(text):
        return text
    if kind == "Boolean" and text in ("true", "false"):
        return text
    return json_text(text)


class _Parts:
    """Components as JSON objects."""

    def __init__(self, described: Described) -> None:
        self._of, self._version = described, described.version

    def dimensions(self, ids: Sequence[str]) -> list[Object]:
        """Dimensions with their values. 2.0 wants at least one of them: a dimension without stays out there."""
        return [
            found
            for id_ in ids
            if self._version != "2.0" or self._of.indexes[id_].values()
            for found in [self._dimension(id_)]
        ]

    def _dimension(self, id_: str) -> Object:
        found = self._component(id_) | {"keyPosition": self._of.whole.index(id_)}
        found |= {"roles": [TIME]} if id_ == TIME else {}
        return found | self._values(id_)

    def attributes(self, ids: Sequence[str]) -> list[Object]:
        """Attributes with their relationship and, unless their values stand in the data, their values."""
        return [self._attribute(id_) for id_ in ids]

    def _attribute(self, id_: str) -> Object:
        component = self._of.structure.component(id_)
        found = self._component(id_) | {"relationship": self._relationship(component)}
        if self._version != "1.0" and component is not None:
            found["isMandatory"] = component.mandatory
        return found | (self._values(id_) if id_ in self._of.indexes else {})

    def measures(self) -> list[Object]:
        """The one measure, whose values stand in the data."""
        return [self._component(VALUE)]

    def _component(self, id_: str) -> Object:
        texts = self._of.first.names.get(id_, {})
        found: Object = {"id": id_} | named(texts, self._of.language, id_)
        component = self._of.structure.component(id_)
        if self._version == "1.0" or component is None or component.representation.enumeration is not None:
            return found
        return found | {"format": self._format(component)}

    def _format(self, component: Component) -> Object:
        representation = component.representation
        found: Object = {"dataType": representation.text_type}
        found |= {"decimals": representation.decimals} if representation.decimals else {}
        found |= {"maxLength": representation.max_length} if representation.max_length else {}
        return found | ({"pattern": representation.pattern} if representation.pattern else {})

    def _relationship(self, component: Component | None) -> Object:
        old = self._version == "1.0"
        if component is None or not component.relationship:
            return {"none": {}} if old else {"dataflow": {}}
        if VALUE in component.relationship:
            return {"primaryMeasure": VALUE} if old else {"observation": {}}
        return {"dimensions": list(component.relationship)}

    def _values(self, id_: str) -> Object:
        """`values`; an empty list is 1.0 only. 2.0 puts null in its place for attributes, see `Described.direct`."""
        values = self._of.indexes[id_].values()
        if not values and self._version != "1.0":
            return {"values": [None]} if self._version == "2.0" else {}
        if id_ == TIME:
            return {"values": [self._period(period) for period in values]}
        codelist = self._of.first.codelists.get(id_)
        if codelist is None:
            return {"values": [self._uncoded(value, id_) for value in values]}
        return {"values": [self._code(value, codelist, id_) for value in values]}

    def _code(self, code: str, codelist: Codelist, id_: str) -> Object:
        item = codelist.item(code)
        if item is None:
            return {"id": code, "name": code} if _ID.fullmatch(code) else self._uncoded(code, id_)
        name = named(item.names, self._of.language, code)
        if not _ID.fullmatch(code):
            return name | self._uncoded(code, id_)
        found: Object = {"id": code} | name
        found |= {"parent": item.parent} if item.parent else {}
        return found | {"order": codelist.places[code]}

    def _uncoded(self, value: str, id_: str) -> Object:
        """A value without a list. In 2.0 a known reader looks for its name."""
        if self._version == "1.0":
            if id_ not in self._of.whole:
                return {"name": value}
            if not _ID.fullmatch(value):
                raise NotAcceptable(f"SDMX-JSON 1.0 cannot say {value!r} for {id_}.", hint="Ask for version 2.1.0.")
            return {"id": value, "name": value}
        return {"value": value, "name": value} if self._version == "2.0" else {"value": value}

    def _period(self, period: str) -> Object:
        found: Object = {"value": period} if self._version == "2.1" else {"id": period, "name": period}
        if self._version != "2.1" and not _ID.fullmatch(period):
            found = self._uncoded(period, TIME)
        try:
            covered = span(period)
        except BadQuery:  # an instant or a range that is no reporting period has no such bounds
            return found
        return found | {"start": f"{covered.first}T00:00:00Z", "end": f"{covered.last}T23:59:59Z"}
