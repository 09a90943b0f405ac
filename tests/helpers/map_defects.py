"""Seeded defects of shipped maps, and changes that leave them sound: what a methodologist's map may get wrong (D16).

A draft is a shipped map as plain values: its YAML document and the rows of its tables. A defect changes a draft in place
and says what it did, or says nothing when the map gives no occasion for it.
"""

from __future__ import annotations

import copy
import csv
import io
import posixpath
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import yaml

from greffe.catalogue.calculation_types import check_types
from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.map_coherence import check_map
from greffe.catalogue.map_files import read_map
from greffe.catalogue.map_view import MapView
from greffe.catalogue.representation_files import read_representation
from greffe.catalogue.tree import Node
from greffe.catalogue.type_words import TYPE_WORDS
from greffe.catalogue.types import Types
from greffe.errors import BadDefinition
from greffe.model.structures import Codelist

Row = dict[str, str]


@dataclass
class Draft:
    """A map that is being changed. `facts`: the types of every indicator, by axis."""

    path: str
    document: dict
    tables: dict[str, list[Row]]
    facts: Mapping[str, Mapping[str, str]]
    random: random.Random

    def table(self, component: dict) -> list[Row]:
        """The rows of a component's table."""
        return self.tables[posixpath.normpath(posixpath.join(posixpath.dirname(self.path), component["map"]))]

    def mapped(self, *, source: str = "", target: str = "") -> Iterator[dict]:
        """Components that have a table and such a column."""
        for component in self.document["components"]:
            if "map" in component and source in ("", *component["source"]) and target in ("", *component["target"]):
                yield component

    def types(self, *without: str) -> list[dict]:
        """Types without a conversion of these kinds."""
        return [t for t in self.document["types"] if not {c["kind"] for c in t.get("conversions", ())} & set(without)]

    def pick(self, found: list) -> object | None:
        """One of them, or nothing when there is none."""
        return self.random.choice(found) if found else None


class Bench:
    """The shipped maps as drafts, and the judge: the checks that `load` makes of one map."""

    def __init__(self, files: Mapping[str, bytes], catalogue: Catalogue) -> None:
        self.files, self.catalogue = files, catalogue
        self.known: dict[str, tuple[dict, dict[str, list[Row]]]] = {}
        # A map that leads to no cell at all declares types that nothing is held against.
        self.paths = [m.file for m in catalogue.maps.values() if Types(MapView.of(catalogue, m)).check()]
        items = catalogue.latest(Codelist, "CL_INDICATEUR").items
        axes = (*TYPE_WORDS, "additive_over", "total_of")
        self.facts = {i.id: {axis: i.annotation(axis.upper()) for axis in axes} for i in items}

    def draft(self, path: str, seed: int) -> Draft:
        """A fresh draft of a shipped map."""
        if path not in self.known:
            document = yaml.safe_load(self.files[path])
            folder = posixpath.dirname(path)
            named = {posixpath.normpath(posixpath.join(folder, c["map"])) for c in document["components"] if "map" in c}
            tables = {n: list(csv.DictReader(io.StringIO(self.files[n].decode(), newline=""))) for n in sorted(named)}
            self.known[path] = document, tables
        return Draft(path, *copy.deepcopy(self.known[path]), self.facts, random.Random(seed))

    def refusal(self, draft: Draft) -> BadDefinition | None:
        """Why the draft does not load."""
        tables = {}

        def table(node: Node):
            name = posixpath.normpath(posixpath.join(posixpath.dirname(draft.path), node.text()))
            if name not in tables:
                tables[name] = read_representation(_csv(draft.tables[name]), name)
            return tables[name]

        try:
            map_ = read_map(Node(draft.document, draft.path), table)
            alone = replace(self.catalogue, maps={map_.reference: map_})
            check_map(MapView.of(alone, map_))
            check_types(alone)
        except BadDefinition as error:
            return error
        return None


def _csv(rows: list[Row]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


Change = Callable[[Draft], str]
_COVERED = ("flag_D", "to_ratio")


def _other(draft: Draft, axis: str, *but: str) -> str:
    return draft.random.choice([w for w in TYPE_WORDS[axis] if w not in but])


def wrong_unit(draft: Draft) -> str:
    """A cell counts something else than what leads to it."""
    type_ = draft.pick(draft.types(*_COVERED))
    if type_ is None:
        return ""
    before = type_["counting_unit"]
    type_["counting_unit"] = _other(draft, "counting_unit", before)
    return f"{type_['cells']} counts {type_['counting_unit']} instead of {before}"


def counts_called_a_rate(draft: Draft) -> str:
    """Counts go out in the unit of a rate."""
    fixed = draft.document.get("fixed", {})
    unit = next((u for u in ("unit", "UNIT") if fixed.get(u) in ("NR", "Counts")), "")
    if not unit:
        return ""
    fixed[unit] = {"NR": "P_HTHAB", "Counts": "RT_100K"}[fixed[unit]]
    return f"counts are said to be {fixed[unit]}"


def wrong_population(draft: Draft) -> str:
    """A cell is of another population."""
    type_ = draft.pick(draft.types("flag_D"))
    if type_ is None:
        return ""
    before = type_["population"]
    type_["population"] = _other(draft, "population", before)
    return f"{type_['cells']} is of {type_['population']} instead of {before}"


def wrong_indicator(draft: Draft) -> str:
    """Another indicator of another unit is read in the place of one."""
    rows = [
        (c, r)
        for c in draft.mapped(source="INDICATEUR")
        for r in draft.table(c)
        if r["source:INDICATEUR"] in draft.facts
    ]
    rows = [
        (c, r) for c, r in rows if r["source:INDICATEUR"] in draft.document["select"]["INDICATEUR"] and _has_target(r)
    ]
    found = draft.pick(rows)
    if found is None or any("flag_D" in {c["kind"] for c in t.get("conversions", ())} for t in draft.document["types"]):
        return ""
    component, row = found
    before = row["source:INDICATEUR"]
    unit = draft.facts[before]["counting_unit"]
    after = draft.pick(sorted(i for i, f in draft.facts.items() if f["counting_unit"] not in ("", unit)))
    for one in draft.table(component):
        if one["source:INDICATEUR"] == before:
            one["source:INDICATEUR"] = after
    select = draft.document["select"]["INDICATEUR"]
    select[select.index(before)] = after
    return f"{after} is read instead of {before}"


def _has_target(row: Row) -> bool:
    return row["kind"] not in ("not-applicable", "not-available", "no-target")


def wrong_field(draft: Draft) -> str:
    """A cell is of another territorial field."""
    type_ = draft.pick(draft.types())
    before = type_["territory"]
    type_["territory"] = _other(draft, "territory", before)
    return f"{type_['cells']} is of {type_['territory']} instead of {before}"


def wrong_field_read(draft: Draft) -> str:
    """Rows of another territorial field are read."""
    select = draft.document["select"]
    if "TERRITOIRE" not in select:
        return ""
    before = list(select["TERRITOIRE"])
    select["TERRITOIRE"] = [_other(draft, "territory", *before)]
    return f"TERRITOIRE {select['TERRITOIRE']} instead of {before}"


def wrong_moment(draft: Draft) -> str:
    """A flow for a stock, a stock of another day."""
    type_ = draft.pick(draft.types("shift_1jan", "lag_1y"))
    if type_ is None:
        return ""
    before = type_["moment"]
    type_["moment"] = _other(draft, "moment", before)
    return f"{type_['cells']} is {type_['moment']} instead of {before}"


def wrong_year(draft: Draft) -> str:
    """The stock of 1 January stands for the wrong year."""
    rows = [
        r
        for c in draft.mapped(source="TIME_PERIOD", target="TIME_PERIOD")
        for r in draft.table(c)
        if r["source:TIME_PERIOD"].endswith("-01") and _has_target(r)
    ]
    row = draft.pick(rows)
    if row is None:
        return ""
    before = row["target:TIME_PERIOD"]
    row["target:TIME_PERIOD"] = str(int(before) + draft.random.choice([-2, -1, 1, 2]))
    return f"{row['source:TIME_PERIOD']} stands for {row['target:TIME_PERIOD']} instead of {before}"


def year_copied(draft: Draft) -> str:
    """A stock that is moved by a year is copied as it is."""
    for component in draft.mapped(source="TIME_PERIOD", target="TIME_PERIOD"):
        if component["source"] == ["TIME_PERIOD"] == component["target"]:
            del component["map"]
            return "TIME_PERIOD is copied"
    return ""


def overlapping_validity(draft: Draft) -> str:
    """Two decisions for one value at one time."""
    component = draft.pick(list(draft.mapped()))
    rows = draft.table(component)
    row = draft.pick([r for r in rows if _has_target(r)])
    if row is None:
        return ""
    other = {**row, "row_id": "X-OVERLAP", "valid_from": row["valid_from"] or "2015-01-01"}
    targets = [k for k in row if k.startswith("target:")]
    values = sorted({tuple(r[t] for t in targets) for r in rows if _has_target(r)} - {tuple(row[t] for t in targets)})
    if values:
        other |= dict(zip(targets, draft.random.choice(values), strict=True))
    rows.insert(rows.index(row) + 1, other)
    return f"{row['row_id']} and another row decide the same value"


def bounds_reversed(draft: Draft) -> str:
    """A row that ends before it begins."""
    row = draft.pick([r for c in draft.mapped() for r in draft.table(c)])
    row["valid_from"], row["valid_to"] = "2020-01-01", "2019-12-31"
    return f"{row['row_id']} ends before it begins"


def total_and_parts(draft: Draft) -> str:
    """The total of a breakdown is summed with its parts."""
    over = draft.document.get("aggregate", {}).get("over", [])
    mapped = {s for c in draft.document["components"] for s in c["source"]}
    dimension = draft.pick([d for d in over if d in draft.document["select"] and d != "INDICATEUR"])
    if dimension is None:
        return ""
    total = "T" if draft.random.random() < 0.5 else "_Z"
    select = draft.document["select"][dimension]
    if dimension not in mapped:
        select.append(total)
        return f"{dimension} {total} is read beside its parts" if total not in select[:-1] else ""
    component = draft.pick(list(draft.mapped(source=dimension)))
    rows = draft.table(component)
    row = draft.pick(
        [r for r in rows if _has_target(r) and r[f"source:{dimension}"] in select and r["match"] == "exact"]
    )
    if row is None or row[f"source:{dimension}"] in ("T", "_Z"):
        return ""
    others = [d for d in component["source"] if d != dimension]
    if any(
        all(r[f"source:{d}"] == row[f"source:{d}"] for d in others) and r[f"source:{dimension}"] == total for r in rows
    ):
        return ""
    rows.insert(0, {**row, f"source:{dimension}": total, "row_id": "X-TOTAL"})
    if total not in select:
        select.append(total)
    return f"{dimension} {total} is added to the key of {row['row_id']}"


def indicator_in_indicator(draft: Draft) -> str:
    """An indicator is summed with one that it contains."""
    if "INDICATEUR" not in draft.document.get("aggregate", {}).get("over", []):
        return ""
    component = draft.pick(list(draft.mapped(source="INDICATEUR")))
    rows = draft.table(component)
    wholes = [r for r in rows if _has_target(r) and draft.facts.get(r["source:INDICATEUR"], {}).get("total_of")]
    row = draft.pick(wholes)
    if row is None:
        return ""
    part = draft.random.choice(draft.facts[row["source:INDICATEUR"]]["total_of"].split(";"))
    if part in draft.document["select"]["INDICATEUR"]:
        return ""
    rows.append({**row, "source:INDICATEUR": part, "row_id": "X-PART"})
    draft.document["select"]["INDICATEUR"].append(part)
    return f"{part} is added to {row['source:INDICATEUR']}, which contains it"


def total_in_total(draft: Draft) -> str:
    """A declared total has itself, or the whole, among its parts."""
    found = draft.pick([c for c in draft.document.get("calculations", ()) if c["kind"] == "total"])
    if found is None:
        return ""
    found["parts"].append(found["set"][found["over"]])
    return f"{found['id']} has its own total among its parts"


def share_not_whole(draft: Draft) -> str:
    """A cell shared out by weights that do not add up to one."""
    component = draft.pick(
        [c for c in draft.mapped() if c["target"][0] not in ("TIME_PERIOD", "OBS_STATUS", "CONF_STATUS")]
    )
    if component is None:
        return ""
    over = component["target"][0]
    codes = sorted({r[f"target:{over}"] for r in draft.table(component) if _has_target(r) and r[f"target:{over}"]})
    if len(codes) < 3:
        return ""
    whole, one, other = draft.random.sample(codes, 3)
    share = draft.random.randint(1, 98)
    weights = {one: f"0.{share:02}", other: f"0.{99 - share:02}"}
    entry = {"id": "share", "kind": "split", "over": over, "whole": whole, "weights": weights, "decimals": 0}
    draft.document.setdefault("calculations", []).append(entry | {"reason": "Census.", "reference": "C1"})
    return f"{whole} is shared out as {weights}"


def rate_summed(draft: Draft) -> str:
    """An indicator that does not add up is summed."""
    over = draft.document.get("aggregate", {}).get("over", [])
    component = draft.pick(list(draft.mapped(source="INDICATEUR")))
    if component is None or not over:
        return ""
    rows = [
        r
        for r in draft.table(component)
        if _has_target(r) and r["source:INDICATEUR"] in draft.document["select"]["INDICATEUR"]
    ]
    row = draft.pick(rows)
    never = sorted(i for i, f in draft.facts.items() if f["counting_unit"] in ("ratio", "percent", "day", "month"))
    rate = draft.pick([i for i in never if i not in draft.document["select"]["INDICATEUR"]])
    if row is None or rate is None:
        return ""
    draft.table(component).append({**row, "source:INDICATEUR": rate, "row_id": "X-RATE"})
    draft.document["select"]["INDICATEUR"].append(rate)
    return f"{rate} is summed with {row['source:INDICATEUR']}"


def percentages_added(draft: Draft) -> str:
    """A rate that the map computes is added up with another one."""
    rates = [c for c in draft.document.get("calculations", ()) if c["kind"] == "rate" and "unit" in c["set"]]
    rate = draft.pick(rates)
    tables = [c for c in draft.mapped() if c["target"][0] in ("sex", "age", "leg_stat", "citizen", "iccs")]
    component = draft.pick(tables)
    if rate is None or component is None:
        return ""
    over = component["target"][0]
    codes = sorted({r[f"target:{over}"] for r in draft.table(component) if _has_target(r)})
    if len(codes) < 2:
        return ""
    entry = {"id": "sum_of_rates", "kind": "total", "over": over, "parts": codes[:2], "set": {over: codes[0]}}
    draft.document["calculations"].append(entry | {"where": {"unit": [rate["set"]["unit"]]}})
    return f"rates of {codes[:2]} are added"


def half_a_person(draft: Draft) -> str:
    """A share passes as a formula or a change of unit."""
    component = draft.pick(
        [c for c in draft.mapped() if c["target"][0] in ("sex", "age", "leg_stat", "citizen", "iccs")]
    )
    if component is None:
        return ""
    over = component["target"][0]
    codes = sorted({r[f"target:{over}"] for r in draft.table(component) if _has_target(r)})
    if len(codes) < 2:
        return ""
    share = f"0.{draft.random.randint(11, 89)}"
    entry = {"id": "share", "kind": "formula", "over": over, "set": {over: codes[1]}, "decimals": 0}
    draft.document.setdefault("calculations", []).append(entry | {"expression": f'{share} * "{codes[0]}"'})
    return f"{share} of {codes[0]}"


def not_additive(draft: Draft) -> str:
    """A sum over a dimension over which the indicator does not add up."""
    aggregate = draft.document.get("aggregate")
    if aggregate is None:
        return ""
    mapped = {s for c in draft.document["components"] for s in c["source"]}
    free = ["NATAFF", "INFRACTION", "NAC", "DETAIL", "NATIONALITE", "STATUT_PEN", "AGE"]
    select = draft.document["select"]
    read = set(select["INDICATEUR"])
    dimension = draft.pick(
        [
            d
            for d in free
            if d in select
            and d not in mapped
            and not any(d in draft.facts[i]["additive_over"].split(";") for i in read)
        ]
    )
    if dimension is None:
        return ""
    codes = {"NATAFF": ["A", "B"], "INFRACTION": ["VIOLS", "HOMV"], "NAC": ["FAMILLE", "LOGEMENT"], "DETAIL": ["CIV", "PEN"],
             "NATIONALITE": ["F", "UE"], "STATUT_PEN": ["PREV", "COND"], "AGE": ["MIN", "MAJ"]}  # fmt: skip
    select[dimension] = codes[dimension]
    aggregate["over"] = list(dict.fromkeys([*aggregate["over"], dimension]))
    return f"{', '.join(sorted(read))} summed over {dimension}"


DEFECTS: tuple[Change, ...] = (
    wrong_unit, counts_called_a_rate, wrong_population, wrong_indicator, wrong_field, wrong_field_read, wrong_moment,
    wrong_year, year_copied,
    overlapping_validity, bounds_reversed, total_and_parts, indicator_in_indicator, total_in_total, share_not_whole,
    rate_summed, percentages_added, half_a_person, not_additive,
)  # fmt: skip


def components_reordered(draft: Draft) -> str:
    """The order of components does not matter."""
    draft.random.shuffle(draft.document["components"])
    return "components in another order"


def reasons_rewritten(draft: Draft) -> str:
    """Words are free."""
    for rows in draft.tables.values():
        for row in rows:
            row["reason"] = f"{row['reason']} Read again."
    return "other words"


def validity_divided(draft: Draft) -> str:
    """A decision in two parts that follow each other."""
    found = [(rows, r) for rows in draft.tables.values() for r in rows if not r["valid_from"] and not r["valid_to"]]
    found = [(rows, r) for rows, r in found if "regex" not in r["match"] and "substring" not in r["match"]]
    chosen = draft.pick(found)
    if chosen is None:
        return ""
    rows, row = chosen
    rows.insert(rows.index(row) + 1, {**row, "row_id": f"{row['row_id']}-B", "valid_from": "2020-01-01"})
    row["valid_to"] = "2019-12-31"
    return f"{row['row_id']} in two parts"


def version_raised(draft: Draft) -> str:
    """Another version."""
    draft.document["version"] = "1.1.0"
    return "version 1.1.0"


def calculation_left_out(draft: Draft) -> str:
    """The last calculation is taken back: nothing comes after it."""
    if not draft.document.get("calculations"):
        return ""
    return f"without {draft.document['calculations'].pop()['id']}"


def gap_declared(draft: Draft) -> str:
    """One more cell is said to be missing."""
    type_ = draft.pick(draft.document["types"])
    if not type_["cells"]:
        return ""
    entry = {"cells": dict(type_["cells"]), "kind": "not-available", "reason": "Not held for some years."}
    draft.document.setdefault("not_provided", []).append(entry)
    return f"{entry['cells']} not available"


def deviation_flagged(draft: Draft) -> str:
    """A cell is sent with the flag D although it need not be."""
    type_ = draft.pick(draft.document["types"])
    type_.setdefault("conversions", []).append({"kind": "flag_D", "reason": "Definition under review."})
    return f"{type_['cells']} flagged"


SOUND: tuple[Change, ...] = (
    components_reordered, reasons_rewritten, validity_divided, version_raised, calculation_left_out, gap_declared,
    deviation_flagged,
)  # fmt: skip


def seeded(bench: Bench, changes: tuple[Change, ...], count: int) -> Iterator[tuple[Change, str, Draft]]:
    """So many changed drafts, the kinds of change and the maps in turn. The same arguments give the same."""
    seed, made = 0, 0
    while made < count:
        change = changes[seed % len(changes)]
        path = bench.paths[(seed // len(changes)) % len(bench.paths)]
        draft = bench.draft(path, seed)
        said = change(draft)
        seed += 1
        if said:
            made += 1
            yield change, said, draft
