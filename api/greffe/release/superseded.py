"""A map on a superseded structure or list runs with a warning until the date of change, and not after (D14)."""

from __future__ import annotations

from datetime import date

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.superseded import Superseded, superseded
from greffe.model.findings import ERROR, WARNING, Finding
from greffe.model.maps import StructureMap

RULE = "superseded"


def superseded_findings(catalogue: Catalogue, map_: StructureMap, today: date | None) -> tuple[Finding, ...]:
    """A finding for everything under the map that has a newer version; without a date all of them are warnings."""
    return tuple(_finding(one, map_, today) for one in superseded(catalogue, map_))


def in_force(one: Superseded, today: date | None) -> bool:
    """The newer version counts already."""
    return bool(one.since) and today is not None and one.since <= today.isoformat()


def _finding(one: Superseded, map_: StructureMap, today: date | None) -> Finding:
    since = one.since or "?"
    if in_force(one, today):
        english = f"{map_.reference} uses {one.used}, replaced by {one.newer} since {since}: the map must follow."
        french = (
            f"{map_.reference} utilise {one.used}, remplacé par {one.newer} depuis le {since} : la carte doit suivre."
        )
        return Finding(RULE, ERROR, {}, "", {"en": english, "fr": french}, where=map_.file)
    english = f"{map_.reference} uses {one.used}; {one.newer} is there"
    french = f"{map_.reference} utilise {one.used} ; {one.newer} existe"
    english += f" and counts from {since}." if one.since else ", its date of change is not said."
    french += f" et s'applique à partir du {since}." if one.since else ", sans date d'application."
    return Finding(RULE, WARNING, {}, "", {"en": english, "fr": french}, where=map_.file)
