"""A map that goes out for exchange: with the codes of its columns and what the register says of its rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from greffe.catalogue.catalogue import Catalogue
from greffe.mapping.exchange.sets import MappingSet, Signed, mapping_set, users_of
from greffe.model.instants import paris_day
from greffe.model.maps import RepresentationMap
from greffe.release.decisions import Decision, decisions_of
from greffe.release.parts import Parts


def base_of(parts: Parts, catalogue: Catalogue, table: RepresentationMap) -> MappingSet:
    """The map with its codes and what the register says of its rows."""
    return mapping_set(catalogue, table, _signed(parts, catalogue, table))


def _signed(parts: Parts, catalogue: Catalogue, table: RepresentationMap) -> Mapping[str, Signed]:
    """What the register says of each row: it is approved when two have signed it in every map that uses it. A map is
    what people sign: of a correspondence, which no map uses, nothing is said."""
    keys = tuple((table.file, row.row_id) for row in table.rows)
    by_map = [decisions_of(parts, map_, keys) for map_ in users_of(catalogue, table)]
    if not by_map:
        return {}
    return {key[1]: _together([decisions[key] for decisions in by_map]) for key in keys}


def _together(decisions: Sequence[Decision]) -> Signed:
    """The decisions on one row in several maps as one: common author and approvers, the latest day."""
    authors = {d.author for d in decisions}
    common = tuple(name for name in decisions[0].approvers if all(name in d.approvers for d in decisions))
    approved = all(d.since for d in decisions)
    said = [f"{c.person}, {paris_day(c.instant)}: {c.text}" for d in decisions for c in d.comments]
    return Signed(
        authors.pop() if len(authors) == 1 else "",
        common,
        "approved" if approved else "proposed",
        paris_day(max(d.since for d in decisions)) if approved else "",
        tuple(dict.fromkeys(said)),
    )
