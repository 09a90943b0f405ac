"""Which components of the matching observations a data query wants written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from greffe.errors import BadSemantics, nearest
from greffe.model.structures import Component, DataStructure
from greffe.query.queries import DataQuery

_LEVELS: Final = ("dsd", "all", "msd", "dataset", "series", "obs", "none")


@dataclass(frozen=True)
class Written:
    """What of the matching series is written: ids of attributes, the measure, and observations at all."""

    attributes: tuple[str, ...]
    measures: bool
    observations: bool

    def whole(self, structure: DataStructure) -> bool:
        """Everything that is known of an observation."""
        return self.measures and self.observations and len(self.attributes) == len(structure.attributes)


def written(query: DataQuery, structure: DataStructure) -> Written:
    """The components that a query asks for; ids that this structure lacks are left out (see `check_written`).

    On 2.x measures=none leaves the attributes of observations when they are asked for (R2-DATA-23); on 1.5 that is
    detail=nodata, which has none (R1-DATA-16).
    """
    attributes = [a for a in structure.attributes if _asked(query.attributes, a)]
    measured = any(m == "all" or structure.component(m) is not None for m in query.measures if m != "none")
    observed = measured or (query.api == 2 and any(a.on_observation for a in attributes))
    shown = tuple(a.id for a in attributes if observed or not a.on_observation)
    return Written(shown, measured, observed)


def check_written(query: DataQuery, structures: Sequence[DataStructure]) -> None:
    """Raise BadSemantics for an attribute or a measure that none of the structures has."""
    attributes = [a.id for s in structures for a in s.attributes]
    measures = [m.id for s in structures for m in s.measures]
    for parameter, asked, words, known in (
        ("attributes", query.attributes, _LEVELS, attributes),
        ("measures", query.measures, ("all", "none"), measures),
    ):
        for one in asked:
            if one not in (*words, *known):
                raise BadSemantics(
                    f"{structures[0].reference.id} has no {one!r}.", parameter=parameter, nearest=nearest(one, known)
                )


def _asked(words: tuple[str, ...], attribute: Component) -> bool:
    level = "obs" if attribute.on_observation else "series" if attribute.relationship else "dataset"
    return bool({"dsd", "all", level, attribute.id} & set(words))
