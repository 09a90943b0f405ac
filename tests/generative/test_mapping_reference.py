"""The engine and the row-by-row reference agree on random small tables and maps: values, texts, statuses, findings."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
import reference_mapping as reference
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_maps import (
    BASE,
    DEFAULTS,
    POPULATION,
    SOURCE_DIMENSIONS,
    STATUSES,
    TARGET_ATTRIBUTES,
    TARGET_DIMENSIONS,
    calendar,
    catalogue,
    complement,
    convert,
    copy,
    counted,
    dated,
    fetch,
    flagged,
    formula,
    lag,
    load,
    over,
    rate,
    small_map,
    split,
    total,
)

from greffe.engine import opened
from greffe.mapping.apply import apply, apply_to
from greffe.mapping.condensed import condense, form_of
from greffe.mapping.explain import trace
from greffe.mapping.lineage import NUMBER, lineage, statement
from greffe.mapping.onward import family, onward
from greffe.mapping.resolve import let_go, plan, resolve
from greffe.mapping.sql import Parameters
from greffe.model.maps import ComponentMap, MapRow, NotProvided, RepresentationMap, SourceValue
from greffe.model.references import Reference
from greffe.settings import EngineSettings

EXAMPLES = examples(60)
KEY = (*TARGET_DIMENSIONS, "TIME_PERIOD")
DOMAINS = {
    "INDICATEUR": ["A1", "A2", "B1", "B12"],
    "SEXE": ["1", "2", "9"],
    "AGE": ["MIN", "MAJ"],
    "GEO": ["a", "b"],
    "TERRITOIRE": ["fr_met"] * 9 + ["fr_all"],
    "TIME_PERIOD": ["2021", "2022", "2023", *(f"2022-Q{n}" for n in (1, 2, 3, 4))],
    "STATUT": ["D", "D", "D", "PR", "E", "B"],
    "CONF": ["", "", "", "C1"],
    "NOTE": ["", "", "n1", "n2"],
}
DATED = ["14/07/2022", "31/12/2022", "30/02/2022", "2022", "2022", "2021", "2022-Q4", "19000", "avril 2022", ""]
PATTERNS = {
    "INDICATEUR": ["(.)(.)", "A.", "B(.+)", ".*", "[AB]1"],
    "SEXE": ["[12]", "(.)", "."],
    "AGE": ["M(A|I).", ".*"],
    "TIME_PERIOD": [r"(\d{4})-Q\d", r"(\d+)", "2022.*"],
}
VALUES = ["5", "7.5", "1.25", "12.50", "-3", "0", "100000", "0.01", "3", "40", "6.12", "2", "77", "1.5", "0.125", ""]
DATES = ["", "", "", "", "", "2022-01-01", "2022-07-01", "2022-12-31", "2021-12-31"]


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    """A safe connection."""
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as found:
        yield found


def domain(name):
    """A value of a source column."""
    return st.sampled_from(DOMAINS[name])


GRID = ("INDICATEUR", "SEXE", "AGE", "GEO", "TIME_PERIOD")


@st.composite
def source_rows(draw):
    """A grid of codes with a few holes, up to 24 rows; a row may even come twice, which must be seen."""
    codes = [
        draw(st.lists(domain(d), min_size=least, max_size=most, unique=True))
        for d, (least, most) in zip(GRID, WIDTH, strict=True)
    ]
    keys = [key for key in product(*codes) if draw(st.integers(0, 11))][:24]
    keys += keys[: draw(st.sampled_from([0] * 9 + [1]))]
    field = draw(domain("TERRITOIRE"))
    rows = []
    for number, key in enumerate(keys):
        row = DEFAULTS | dict(zip(GRID, key, strict=True)) | {"row": str(number + 2), "TERRITOIRE": field}
        row |= {name: draw(domain(name)) for name in ("STATUT", "CONF", "NOTE")}
        row["OBS_VALUE"] = draw(st.sampled_from(VALUES))
        if not draw(st.integers(0, 30)):
            row["TERRITOIRE"] = "fr_all"
        if not row["OBS_VALUE"]:
            row["STATUT"] = draw(st.sampled_from(["NC", "SO", "S", "D"]))
        rows.append(row)
    return rows


WIDTH = ((2, 3), (2, 3), (1, 2), (1, 1), (1, 5))


@st.composite
def source_value(draw, column):
    """An exact value, a pattern or a substring."""
    kind = draw(st.sampled_from(["exact", "exact", "regex", "substring"]))
    if kind == "regex":
        return SourceValue(draw(st.sampled_from(PATTERNS[column])), "regex")
    value = draw(domain(column))
    if kind == "substring":
        start = draw(st.integers(1, len(value)))
        end = draw(st.integers(start, len(value)))
        return SourceValue(value[start - 1 : end], "substring", start, end)
    return SourceValue(value)


@st.composite
def map_row(draw, number, sources, targets, choices):
    """A row; its target may refer to a group, be empty, or be absent with a reason."""
    values = tuple(draw(source_value(s)) for s in sources)
    groups = sum(v.value.count("(") for v in values if v.match == "regex")
    kind = draw(st.sampled_from(["exact"] * 6 + ["not-available"]))
    made = []
    for target in targets:
        code = draw(st.sampled_from([*choices[target], *([f"G\\{groups}"] if groups and target == "kind" else [])]))
        made.append("" if kind == "not-available" else code)
    return MapRow(
        f"r{number}", values, tuple(made), kind,
        valid_from=draw(st.sampled_from(DATES)), valid_to=draw(st.sampled_from(DATES)), reason="why",
    )  # fmt: skip


@st.composite
def component(draw, sources, targets, choices):
    """A component map: some random rows, then most often plain ones that leave little without a target."""
    rows = [draw(map_row(n, sources, targets, choices)) for n in range(draw(st.integers(0, 4)))]
    if draw(st.integers(0, 4)) or not rows:
        for code, target in PLAIN[targets[0]].items():
            rest = [SourceValue(".*", "regex")] * (len(sources) - 1)
            made = (target, *(choices[t][0] for t in targets[1:]))
            rows.append(MapRow(f"p{code}", (SourceValue(code), *rest), made))
    reference_ = Reference("SSER", "_".join(targets).upper())
    map_ = RepresentationMap(reference_, "MAPS/x.csv", tuple(sources), tuple(targets), tuple(rows))
    return ComponentMap(tuple(sources), tuple(targets), map_)


PLAIN = {
    "kind": {"A1": "K", "A2": "L", "B1": "N", "B12": "K"},
    "sex": {"1": "M", "2": "F", "9": "U"},
    "TIME_PERIOD": {"2021": "2021", "2022": "2022", "2023": "2023", **{f"2022-Q{n}": "2022" for n in (1, 2, 3, 4)}},
    "freq": {"MIN": "A", "MAJ": "Q"},
}
CHOICES = {
    "kind": ["K", "L", "N"],
    "sex": ["M", "F", "T"],
    "unit": ["NR", "PC"],
    "FOOTNOTE": ["see", ""],
    "TIME_PERIOD": ["2022", "2023"],
    "freq": ["A", "Q", "X"],
}


@st.composite
def calculations(draw):
    """Up to three, in any order, on whatever codes there are."""
    where = st.sampled_from([{}, {}, {"sex": ("M", "F")}, {"unit": ("NR",)}, {"OBS_STATUS": ("A", "P")}])
    one = draw(
        st.lists(
            st.one_of(
                st.builds(
                    lambda w, p: total("sex", p, {"sex": "T"}, w),
                    where,
                    st.sampled_from([("M", "F"), ("M", "F"), ("F", "U", "M")]),
                ),
                st.builds(lambda w: total("kind", ("K", "L"), {"kind": "S", "unit": "PC"}, w), where),
                st.builds(
                    lambda w, e, d: formula("kind", e, {"kind": "CR", "unit": "PC"}, d, w),
                    where,
                    st.sampled_from(["100 * K / L", "K - 2 * L", "(K - L) / (K + L)", "K / 3 - L", "5 - K"]),
                    st.integers(0, 2),
                ),
                st.builds(lambda w, e: formula("kind", e, {"kind": "X"}, None, w), where, st.just("K - 2 * L + 3 * N")),
                st.builds(
                    lambda w, d, s: rate({**w, "unit": ("NR",)}, {"unit": "RT"}, 1000, d, status=s, reason="why"),
                    where, st.integers(0, 2), st.sampled_from(["", "E"]),
                ),
                st.builds(
                    lambda w, p: complement("sex", "T", p, {"sex": "R"}, w),
                    where, st.sampled_from([("M",), ("M", "F"), ("U", "F")]),
                ),
                st.builds(
                    lambda w, k, d: split("kind", "K", dict(zip("VWXY", k, strict=False)), d, w, {"unit": "SP"}),
                    where, st.sampled_from([("1/3", "2/3"), ("1/3", "1/3", "1/3"), ("0.5", "0.25", "0.125", "0.125")]),
                    st.integers(0, 2),
                ),
                st.builds(
                    lambda w, f, d: convert({**w, "unit": ("NR",)}, {"unit": "DAY"}, f, d),
                    where, st.sampled_from(["30.4375", "1/1000", "7/3"]), st.integers(0, 2),
                ),
                st.builds(lambda w: convert({**w, "unit": ("NR",)}, {"unit": "X"}, "12"), where),
                st.builds(
                    lambda w, p, m, least: calendar(
                        *p, m, {"freq": p[1]}, w, *((1, least) if m == "mean" else ()), reason="why"
                    ),
                    where, st.sampled_from([("Q", "A"), ("Q", "S"), ("S", "A")]),
                    st.sampled_from(["sum", "mean", "first", "last"]), st.sampled_from([0, 0, 1]),
                ),
                st.builds(lambda w, y: lag({**w, "kind": ("K",)}, {"kind": "Z"}, y), where, st.integers(1, 2)),
            ),
            min_size=draw(st.sampled_from([0, 1, 2])),
            max_size=3,
        )
    )  # fmt: skip
    return tuple(replace(c, id=f"{c.kind}_{n}") for n, c in enumerate(one))


CELLS = {"freq": "A", "kind": "L", "sex": "F", "unit": "NR", "geo": "a"}
ABSENT = (
    NotProvided(CELLS, "not-available", "not held", "a reference", publish=True),
    NotProvided(CELLS | {"sex": "Z"}, "not-applicable", "cannot be", publish=True, periods=("2019", "2022")),
    NotProvided({"sex": "O"}, "other-house", "theirs"),
)


@st.composite
def time_rules(draw):
    """One to three that read NOTE, of a fixed frequency or of the target's."""
    frequency = st.sampled_from(
        [{"frequency": "A"}, {"frequency": "Q"}, {"frequency": "M"}, {"frequency_dimension": "freq"}]
    )
    resolve = st.sampled_from(["startOfPeriod", "midPeriod", "endOfPeriod"])
    made = []
    for number in range(draw(st.integers(1, 3))):
        options = {**draw(frequency), "resolve": draw(resolve), "id": f"T{number}"}
        pattern = draw(st.sampled_from(["dd/MM/yyyy", "yyyy", "yyyy-Qn", "MMMM yyyy", "", ""]))
        made.append(dated(pattern, locale="fr", **options) if pattern else counted("day", **options))
    return tuple(made)


@st.composite
def maps(draw, timed=False):
    """A structure map that covers every target dimension. `timed`: its periods come from time rules."""
    sources = draw(st.sampled_from([["INDICATEUR"], ["INDICATEUR", "SEXE"], ["INDICATEUR", "AGE"]]))
    targets = draw(st.sampled_from([["kind"], ["kind", "unit"], ["kind", "FOOTNOTE"]]))
    parts = [draw(component(sources, targets, CHOICES))]
    if draw(st.integers(0, 3)):
        parts.append(draw(component(draw(st.sampled_from([["SEXE"], ["SEXE", "AGE"]])), ["sex"], CHOICES)))
    times = draw(time_rules()) if timed else ()
    if times and draw(st.booleans()):
        parts.append(draw(component(["AGE"], ["freq"], CHOICES)))
    if not times and draw(st.integers(0, 3)) == 0:
        parts.append(draw(component(["TIME_PERIOD"], ["TIME_PERIOD"], CHOICES)))
    if "FOOTNOTE" not in targets and draw(st.booleans()):
        parts.append(copy("NOTE", "FOOTNOTE"))
    if draw(st.booleans()):
        parts.append(copy("NOTE", "COMMENT_OBS"))
    dims = ["SEXE", "AGE", "INDICATEUR", "TIME_PERIOD", "TERRITOIRE"]
    declared = draw(st.sampled_from([None, dims, dims, dims, ["SEXE", "AGE", "INDICATEUR"], ["SEXE", "AGE"]]))
    types = draw(
        st.lists(
            st.builds(
                flagged,
                st.sampled_from([{"kind": "K"}, {"unit": "NR"}, {"sex": "M", "kind": "L"}]),
                st.sampled_from(["reason one", "reason two"]),
                *([st.sampled_from(["A1", "B1"])] if draw(st.booleans()) else []),
            ),
            max_size=2,
        )
    )
    select = draw(st.sampled_from([{}, {}, {"SEXE": ("1", "2")}, {"INDICATEUR": ("A1", "A2", "B1"), "AGE": ("MIN",)}]))
    absent = draw(st.sampled_from([(), (), ABSENT]))
    if absent:
        select = {**select, "TERRITOIRE": ("fr_met",)}
    return small_map(
        *parts,
        select=select,
        types=tuple(types),
        aggregate=over(*declared) if declared else None,
        calculations=draw(calculations()),
        times=times,
        formats=draw(st.sampled_from([{}, {"M": "yyyy-'M'MM"}])) if times else {},
        not_provided=absent,
        working=draw(st.sampled_from([{}, {}, {"sex": ("M",)}, {"kind": ("K", "S"), "unit": ("PC",)}])),
    )


@st.composite
def populations(draw):
    """Populations of some periods, sometimes missing, zero, provisional, doubled or of another field."""
    rows = []
    for number, period in enumerate(["2022", "2023", *draw(st.lists(st.sampled_from(["2021", "2022"]), max_size=2))]):
        value = draw(st.sampled_from(["3", "7", "64", "80", "0.8", "0", ""]))
        status = draw(st.sampled_from(["D", "PR"] if value else ["NC"]))
        field = draw(st.sampled_from(["fr_met", "fr_met", "fr_all"]))
        rows.append(
            DEFAULTS
            | {"row": str(number + 2), "INDICATEUR": "POP", "TIME_PERIOD": period, "OBS_VALUE": value}
            | {"STATUT": status, "TERRITOIRE": field}
        )
    return rows


def prepared(connection, rows, map_, people, decimals):
    """Apply on fresh tables, in one pass where no row comes twice."""
    load(connection, "random_rows", rows, 3)
    load(connection, "random_people", people, 1)
    books = catalogue(3, decimals)
    tables = {POPULATION: "random_people"}
    unique = len({tuple(r[d] for d in (*SOURCE_DIMENSIONS, "TIME_PERIOD")) for r in rows}) == len(rows)
    return books, apply(connection, map_, books, "random_rows", tables, "random_mapped", unique=unique)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=source_rows(), map_=maps(), people=populations(), decimals=st.sampled_from([2, 3, 3]))
def test_the_engine_equals_the_reference(connection, rows, map_, people, decimals):
    """Every observation with its text and attributes, every unmapped group with its weight, every finding."""
    agree(connection, rows, map_, people, decimals)


@pytest.mark.item("SM-30", "SM-31", "SM-32", "SM-33", "SM-34", "SM-35")
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=source_rows(), map_=maps(timed=True), dates=st.lists(st.sampled_from(DATED), min_size=24, max_size=24))
def test_the_engine_reads_dates_as_the_reference_does(connection, rows, map_, dates):
    """SM-30 to SM-35: the same with time rules, on notes that are dates of several forms, or none."""
    rows = [row | {"NOTE": note} for row, note in zip(rows, dates, strict=False)]
    agree(
        connection, rows, replace(map_, components=tuple(c for c in map_.components if c.sources != ("NOTE",))), [], 3
    )


def agree(connection, rows, map_, people, decimals):
    """The engine and the reference make the same of it."""
    expected = reference.run(map_, rows, people, decimals)
    _, mapped = prepared(connection, rows, map_, people, decimals)
    found = {tuple(r[k] for k in KEY): r for r in fetch(connection, "random_mapped")}
    assert len(found) == len(fetch(connection, "random_mapped"))
    assert set(found) == set(expected.observations)
    for key, wanted in expected.observations.items():
        row = found[key]
        assert (row["OBS_TEXT"], row["origin_kind"]) == (wanted.text, wanted.origin), key
        assert {a: row[a] for a in TARGET_ATTRIBUTES} == wanted.attributes, key
        value = row["OBS_VALUE"]
        assert (None if value is None else Fraction(Decimal(value))) == wanted.value, key
    assert Counter(
        (u.component, tuple(u.source.items()), u.indicator, u.row_id, u.rows, Fraction(u.total) if u.total else None)
        for u in mapped.unmapped
    ) == Counter(
        (
            *key,
            len(left),
            sum(map(reference.number, valued)) if (valued := [r for r in left if r["OBS_VALUE"]]) else None,
        )
        for key, left in expected.unmapped.items()
    )
    said = {
        (f.rule, f.severity, (*(f.key[d] for d in TARGET_DIMENSIONS), f.period) if f.key else f.period)
        for f in mapped.findings
        if f.rule != "QR-MAN-01"
    }
    assert said == expected.findings


@settings(max_examples=EXAMPLES // 6, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=source_rows(), map_=maps(), people=populations())
def test_a_trace_recomputes_what_was_mapped(connection, rows, map_, people):
    """Traced alone, every observation comes out as in the whole, with its parts adding up to it."""
    books, _ = prepared(connection, rows, map_, people, 3)
    for row in fetch(connection, "random_mapped"):
        key = {d: row[d] for d in TARGET_DIMENSIONS}
        tables = {POPULATION: "random_people"}
        made = trace(connection, map_, books, "random_rows", tables, key, row["TIME_PERIOD"])
        assert made is not None, key
        assert (made.text or None, made.attributes.get("OBS_STATUS")) == (row["OBS_TEXT"], row["OBS_STATUS"])
        assert made.attributes == {a: row[a] for a in TARGET_ATTRIBUTES if row[a] is not None}
        if row["origin_kind"] == "mapped":
            assert made.sources
            if made.text:
                assert sum(Fraction(s.text) for s in made.sources) == Fraction(made.text)
        elif row["origin_kind"] == "not_provided":
            assert made.calculation.startswith(("not-available: not held (a reference)", "not-applicable: cannot be"))
        else:
            assert made.calculation_id == row["origin_kind"]
            assert made.operands


def followed(connection, resolved, name, only):
    """The lineage of the map's result, limited to the target cells `only`: key → rows (source or people, number) with the
    role and the value, in a list, so that one that comes twice shows. Of two rates that one observation is made of, each
    has its denominator, of the cell that it divides: those are not the same row twice."""
    tables = {POPULATION: "random_people"}
    apply_to(connection, resolved, tables, name, only)
    parameters = Parameters()
    made = lineage(connection, resolved, tables, name)
    query = statement(made, parameters)
    keys = ", ".join(f"t.{k}" for k in KEY)
    found, seen = {}, set()
    for *key, role, dataflow, row, value, cell, period in connection.execute(
        f"SELECT {keys}, m.role, m.internal_dataflow, m.row, m.internal_value, m.cell, m.cell_period FROM ({query}) m "
        f"JOIN {made.table} t ON t.{NUMBER} = m.made",
        parameters.used(query),
    ).fetchall():
        parts = found.setdefault(tuple(key), [])
        place = ("people" if dataflow == str(POPULATION) else "source", str(row))
        again = (tuple(key), place, cell, period)
        if role != "none" and not (role == "denominator" and place in [p for p, _, _ in parts] and again not in seen):
            parts.append((place, role, value))
        seen.add(again)
    return found


@settings(max_examples=EXAMPLES // 5, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=source_rows(), map_=maps(), people=populations(), data=st.data())
def test_the_lineage_is_what_the_reference_made_it_of_both_ways(connection, rows, map_, people, data):
    """Every observation has the rows of the reference, each once, and a mapped one is their sum; a row that is followed
    onward alone leads to exactly the observations in whose lineage it is, or to the reason why there is none."""
    expected = reference.run(map_, rows, people, 3)
    prepared(connection, rows, map_, people, 3)
    plan_ = plan(map_, catalogue(3, 3))
    resolved = resolve(connection, plan_, "random_rows", "random_again")
    found = followed(connection, resolved, "random_again", {})
    for key, wanted in expected.observations.items():
        parts = [part for part, _, _ in found.get(key, ())]
        assert len(parts) == len(set(parts)), key
        assert set(parts) == wanted.parts, key
        if wanted.origin == "mapped":
            assert {role for _, role, _ in found[key]} == {"part"}
            assert wanted.value is None or sum(Fraction(value) for _, _, value in found.get(key, ())) == wanted.value
        else:
            assert all(role == ("denominator" if p[0] == "people" else "operand") for p, role, _ in found.get(key, ()))
    unmapped = {row["row"] for left in expected.unmapped.values() for row in left}
    for row in data.draw(st.lists(st.sampled_from(rows), max_size=2, unique_by=lambda r: r["row"])) if rows else ():
        goes = onward(plan_, row)
        selected = all(row[c] in codes for c, codes in map_.select.items())
        assert (goes.target is None) == (not selected or row["row"] in unmapped)
        place = ("source", row["row"])
        leads = set()
        if goes.target is not None:
            some = followed(connection, resolved, "random_again", family(map_, [goes.target]))
            leads = {key for key, parts in some.items() if place in [p for p, _, _ in parts]}
        else:
            assert goes.why
        assert leads == {key for key, parts in found.items() if place in [p for p, _, _ in parts]}
    let_go(connection, resolved)


@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=source_rows(), one=maps(), other=maps(), people=populations(), same=st.booleans())
def test_a_condensed_source_stands_for_its_source(connection, rows, one, other, people, same):
    """What a map makes of the source it makes of the rows condensed for it, or for another map that they serve."""
    tried = one if same else other
    books, mapped = prepared(connection, rows, tried, people, 3)
    wanted = sorted(map(str, fetch(connection, "random_mapped")))
    kept = form_of(plan(one, books))
    if not condense(connection, plan(one, books), "random_rows", kept, "random_condensed"):
        assert len({tuple(r[d] for d in (*SOURCE_DIMENSIONS, "TIME_PERIOD")) for r in rows}) < len(rows)
        return
    if same:
        assert kept.serves(plan(one, books))
    if kept.serves(plan(tried, books)):
        again = apply(connection, tried, books, "random_condensed", {POPULATION: "random_people"}, "random_mapped")
        assert sorted(map(str, fetch(connection, "random_mapped"))) == wanted
        assert Counter(map(str, again.unmapped)) == Counter(map(str, mapped.unmapped))
        assert (again.selected, again.mapped) == (mapped.selected, mapped.mapped)
        assert [(f.rule, f.key, f.period) for f in again.findings] == [
            (f.rule, f.key, f.period) for f in mapped.findings
        ]


def test_the_table_of_statuses_is_used_whole():
    """Guards the strategies: every internal status is drawn, and the plain rules of the helper are the base."""
    drawn = {*DOMAINS["STATUT"], "NC", "SO", "S"}
    assert drawn == set(STATUSES)
    assert {t for c in BASE for t in c.targets} >= {"OBS_STATUS", "CONF_STATUS", "TERRITORY"}


def made_of(connection, rows, map_):
    """What is made of the rows, and what apply says."""
    load(connection, "random_rows", rows, 3)
    said = apply(connection, map_, catalogue(3, 3), "random_rows", {}, "random_mapped")
    found = fetch(connection, "random_mapped")
    return sorted(tuple(sorted((k, v or "") for k, v in row.items())) for row in found), said


@pytest.mark.item("SM-19", "SM-20")
@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=source_rows(), map_=st.one_of(maps(), maps(timed=True)))
def test_mapped_and_unmapped_are_the_input(connection, rows, map_):
    """SM-19, SM-20: of an additive measure, what is written and what is reported add up to what was read, exactly."""
    keys, whole = set(), []
    for row in (r | {"TERRITOIRE": "fr_met"} for r in rows):
        key = tuple(row[d] for d in (*SOURCE_DIMENSIONS, "TIME_PERIOD"))
        if row["OBS_VALUE"] and key not in keys:
            keys.add(key)
            whole.append(row)
    map_ = replace(
        map_, calculations=(), not_provided=(), working={}, aggregate=over(*SOURCE_DIMENSIONS, "TIME_PERIOD")
    )
    _, said = made_of(connection, whole, map_)
    selected = [r for r in whole if all(r[c] in codes for c, codes in map_.select.items())]
    assert said.selected == len(selected) == said.mapped + sum(u.rows for u in said.unmapped)
    assert [f for f in said.findings if f.severity == "error"] == []
    written = sum(Fraction(Decimal(r["OBS_VALUE"])) for r in fetch(connection, "random_mapped"))
    left = sum(Fraction(u.total) for u in said.unmapped)
    assert written + left == sum(Fraction(r["OBS_VALUE"]) for r in selected)


@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=source_rows(), map_=st.one_of(maps(), maps(timed=True)), data=st.data())
def test_the_order_of_component_maps_decides_nothing(connection, rows, map_, data):
    """Rules read source values only: the same observations and findings in any order, and as many rows unmapped."""
    map_ = replace(map_, calculations=tuple(c for c in map_.calculations if c.kind != "rate"))
    shuffled = replace(map_, components=tuple(data.draw(st.permutations(map_.components))))
    one, said = made_of(connection, rows, map_)
    other, again = made_of(connection, rows, shuffled)
    assert one == other
    assert (said.selected, said.mapped) == (again.selected, again.mapped)
    assert {str(f) for f in said.findings} == {str(f) for f in again.findings}
