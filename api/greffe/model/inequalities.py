"""What cannot be more than something else, and what lies between bounds: declared once, read by the rules that check it and by
the VTL that says them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

Codes: TypeAlias = tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """All else equal, the figure of code `part` of a component is at most that of code `whole`. `counted`: of amounts only,
    no rates or means; `where`: for some codes of another component."""

    rule: str
    component: str
    part: str
    whole: str
    counted: bool = False
    where: tuple[str, Codes] = ("", ())


@dataclass(frozen=True)
class Bound:
    """A figure is at least `low` and at most `high`: names of thresholds of the rule, '' no bound; `floor`: at least zero.
    `where` and `without`: for which codes of components, and for which not; `counted` as in Pair."""

    rule: str
    low: str = ""
    high: str = ""
    floor: bool = False
    where: tuple[tuple[str, Codes], ...] = ()
    without: tuple[tuple[str, Codes], ...] = ()
    counted: bool = False


PAIRS: Final[tuple[Pair, ...]] = (
    Pair("QR-SUB-01", "AGE", "MIN", "T", counted=True),
    Pair("QR-SUB-01", "age", "JUV", "TOTAL", counted=True),
    Pair("QR-SUB-01", "AGE", "Juveniles", "Total", counted=True),
    Pair("QR-SUB-04", "INDICATEUR", "PRI_DETENUS", "PRI_ECROUES"),
    Pair("QR-SUB-05", "INDICATEUR", "CJN_CONDAMNES", "CJN_CONDAMN"),
    Pair("QR-SUB-06", "INDICATEUR", "PEN_PQ_POURS", "PEN_PQ_AUT_POURSUIV"),
    Pair("QR-SUB-06", "INDICATEUR", "PEN_PQ_AUT_POURSUIV", "PEN_PQ_AUT_TRAIT"),
    Pair("QR-SUB-06", "INDICATEUR", "PEN_PQ_POURS", "PEN_PQ_AUT_TRAIT"),
    Pair("QR-SUB-10", "CASE_STATUS", "GT2", "P1"),
    Pair("QR-SUB-11", "UNIT", "FTE", "COUNT", where=("QUESTION", ("Q46", "Q52", "Q55"))),
)
BOUNDS: Final[tuple[Bound, ...]] = (
    Bound("QR-FMT-03", floor=True, counted=True),
    Bound("QR-RAT-07", "low", "high", where=(("UNITE", ("pourcent",)),), without=(("INDICATEUR", ("PRI_DENSITE",)),)),
    Bound("QR-RAT-08", "low", "high", where=(("INDICATEUR", ("PRI_DENSITE",)), ("NIVEAU_GEO", ("FR",)))),
)
