"""A question about structures or data as a value, the same whichever dialect of SDMX REST it was asked in.

Empty tuples mean "any". Versions are patterns in the spelling of REST 2.x (`versions.py`): `~` is what 1.5 calls
latest, `*` what it calls all. `api` (1 or 2) only decides how strict the answer is; it is no part of the question.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

TIME: Final = "TIME_PERIOD"
# What `dimension_at_observation` says of a flat answer: no series, every observation with its whole key.
ALL_DIMENSIONS: Final = "AllDimensions"
SERIES_KEY: Final = "series_key"  # sort: all dimensions that do not stand with the observation
ALL_COMPONENTS: Final = "*"  # sort: all dimensions, time last
NEW_YEAR: Final = "--01-01"

Slot: TypeAlias = frozenset[str]  # codes that are allowed; empty = any
Key: TypeAlias = tuple[Slot, ...]


@dataclass(frozen=True)
class Condition:
    """`ge:2020-01`: operator (eq ne lt le gt ge co nc sw ew) and value."""

    operator: str
    value: str


@dataclass(frozen=True)
class Filter:
    """What a component may be: alternatives (OR) of conditions that hold together (AND)."""

    component: str
    alternatives: tuple[tuple[Condition, ...], ...]


@dataclass(frozen=True)
class Sorting:
    """`TIME_PERIOD:desc`. component: an id, or SERIES_KEY, or ALL_COMPONENTS."""

    component: str
    descending: bool = False


@dataclass(frozen=True)
class DataQuery:
    """Which series and observations of which dataflows, and which components of them are written.

    keys: alternatives; a key of 2.x may have fewer slots than the structure has dimensions, one of 1.5 may not.
    dimension_at_observation: TIME_PERIOD, AllDimensions (which of both a format can write is the web's matter), or an id.
    attributes: dsd | all | msd | dataset | series | obs | none, or ids. measures: all | none, or ids.
    updated_after, as_of: moments in UTC. history: every dissemination. offset, limit: observations, or series when none
    are written. year_start: `--MM-DD` on which the reporting years begin that periods of the question name.
    """

    context: str = "dataflow"  # dataflow | datastructure | provisionagreement | *
    agencies: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("~",)
    keys: tuple[Key, ...] = ()
    providers: tuple[str, ...] = ()  # ID or AGENCY,ID
    filters: tuple[Filter, ...] = ()
    first: int | None = None
    last: int | None = None
    attributes: tuple[str, ...] = ("dsd",)
    measures: tuple[str, ...] = ("all",)
    dimension_at_observation: str = "TIME_PERIOD"
    updated_after: datetime | None = None
    as_of: datetime | None = None
    history: bool = False
    sort: tuple[Sorting, ...] = ()
    offset: int = 0
    limit: int | None = None
    year_start: str = NEW_YEAR
    api: int = field(default=2, compare=False)

    @property
    def values(self) -> int:
        """How many codes and conditions it names: what a limit on the size of a question counts."""
        in_keys = sum(len(slot) for key in self.keys for slot in key)
        return in_keys + sum(len(a) for f in self.filters for a in f.alternatives)


@dataclass(frozen=True)
class StructureQuery:
    """Which artefacts, which of their neighbours (`references`), and how much of each (`detail`).

    kinds: words of `model.references.KINDS`; `role` narrows constraints (Allowed | Actual).
    items: ids, nested ones with dots. as_of: the moment whose catalogue answers, None = now.
    references: none | parents | parentsandsiblings | ancestors | children | descendants | all, or kinds.
    detail: full | raw | allstubs | referencestubs | allcompletestubs | referencecompletestubs | referencepartial.
    """

    kinds: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    versions: tuple[str, ...] = ("~",)
    items: tuple[str, ...] = ()
    references: tuple[str, ...] = ("none",)
    detail: str = "full"
    role: str = ""
    as_of: datetime | None = None
    api: int = field(default=2, compare=False)


def merged(keys: Iterable[Key]) -> tuple[Key, ...]:
    """The same series with as few keys as slots can be joined: `A.X,B.X` becomes `A+B.X`."""
    found = list(dict.fromkeys(keys))
    for slot in range(max((len(k) for k in found), default=0)):
        groups: dict[tuple[Key, Key], list[Slot]] = {}
        short = [k for k in found if len(k) <= slot]
        for key in found:
            if len(key) > slot:
                groups.setdefault((key[:slot], key[slot + 1 :]), []).append(key[slot])
        joined = [(*before, _either(slots), *after) for (before, after), slots in groups.items()]
        found = short + joined
    return tuple(found)


def _either(slots: list[Slot]) -> Slot:
    return frozenset() if frozenset() in slots else frozenset().union(*slots)
