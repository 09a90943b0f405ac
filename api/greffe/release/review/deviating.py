"""Conversions that a map would have to declare before a row may lead to a target: it counts otherwise than what reaches it.

Which conversion covers a difference is settled by the types (`catalogue.types`): at most one does. Its author gives the reason,
which is published with the figures that it makes deviate (flag_D).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from greffe.catalogue.trial import alike
from greffe.catalogue.types import Unlike
from greffe.errors import BadDefinition, BadQuery, nearest
from greffe.model.maps import CONVERSIONS, CellType, Conversion

_TO_BE_SAID = "–"  # the reason while only is looked at what it would take


@dataclass(frozen=True)
class Deviation:
    """A conversion to be declared on the type of a map, for `indicators` (all when empty). `axis` on which they differ, with the
    words of both; '' where the row itself says so. `text`: what is wrong without it."""

    file: str
    type: CellType
    kind: str
    indicators: tuple[str, ...]
    text: str
    axis: str = ""
    have: str = ""
    wants: str = ""

    def type_(self, reason: str) -> CellType:
        """The type with that conversion alone, which `catalogue.trial.joined` adds to those that it has."""
        return replace(self.type, conversions=(Conversion(self.kind, reason or _TO_BE_SAID, self.indicators),))

    def is_in(self, file: str, type_: CellType) -> bool:
        """That type of that map declares it."""
        return (
            self.file == file
            and alike(self.type, type_)
            and any(c.kind == self.kind and self._covered(c.indicators) for c in type_.conversions)
        )

    def _covered(self, indicators: Sequence[str]) -> bool:
        return not indicators or (bool(self.indicators) and set(self.indicators) <= set(indicators))


def deviating(faults: Iterable[BadDefinition], known: Sequence[Deviation]) -> list[Deviation]:
    """What conversions would mend of those faults, beside what is known already; of several axes of one type the first."""
    found: list[Deviation] = []
    for fault in faults:
        if not isinstance(fault, Unlike):
            continue
        told = (fault.kind, fault.indicators, fault.axis, fault.have, fault.wants)
        kind, indicators, axis, have, wants = told
        one = Deviation(fault.map, fault.type, kind, indicators, fault.message, axis, have, wants)
        if not any(_same(one, other) for other in (*known, *found)):
            found.append(one)
    return found


def _same(one: Deviation, other: Deviation) -> bool:
    key = (one.file, one.kind, one.indicators)
    return key == (other.file, other.kind, other.indicators) and alike(one.type, other.type)


def check_reasons(deviations: Sequence[Deviation], said: Mapping[str, str]) -> None:
    """Each conversion has its reason, and no reason is given for one that is not asked for. Raises BadQuery."""
    asked = {one.kind: one for one in reversed(deviations)}
    for kind, one in asked.items():
        if not said.get(kind, "").strip():
            raise BadQuery(
                one.text, parameter=kind, hint=f"Say why it is published so: {kind} declares it, with that reason."
            )
    for kind in CONVERSIONS:
        if said.get(kind, "").strip() and kind not in asked:
            raise BadQuery(f"Nothing here is to be declared as {kind}.", parameter=kind, nearest=nearest(kind, asked))
