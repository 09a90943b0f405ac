"""The VTL of our calculations, run by vtlengine, makes the figures that the maps make; that of every map is accepted."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from shipped_catalogue import shipped_catalogue
from small_maps import (
    POPULATION,
    SOURCE_DIMENSIONS,
    TARGET_DIMENSIONS,
    calendar,
    catalogue,
    complement,
    convert,
    fetch,
    formula,
    lag,
    load,
    rate,
    rows_of,
    small_map,
    split,
    total,
)
from vtl_runs import columns, period, vtl

from greffe.catalogue.vtl_schemes import transformation_scheme
from greffe.engine import opened
from greffe.mapping.apply import apply
from greffe.model.structures import Dataflow
from greffe.model.transformations import Transformation, TransformationScheme
from greffe.settings import EngineSettings

KEY = (*TARGET_DIMENSIONS, "TIME_PERIOD")
PEOPLE = """
    INDICATEUR | SEXE | TIME_PERIOD | OBS_VALUE
    POP        | T    | 2022        | 65000000
    POP        | T    | 2023        | 64007193
    POP        | 1    | 2023        | 31000000
"""
BY_SEX = """
    INDICATEUR | SEXE | TIME_PERIOD | OBS_VALUE
    IN         | T    | 2022        | 1000
    IN         | M    | 2022        | 600
    IN         | U    | 2022        | 7.5
    IN         | T    | 2023        | 2000
    IN         | M    | 2023        |
    IN         | U    | 2023        | 20
    IN         | T    | 2024        | 100
    IN         | M    | 2024        | 40
    RES        | T    | 2022        | 985
    RES        | T    | 2023        | 0
    RES        | T    | 2024        | 33
"""
QUARTERS = """
    FREQ | SEXE | TIME_PERIOD | OBS_VALUE
    Q    | T    | 2022-Q1     | 1
    Q    | T    | 2022-Q2     | 2
    Q    | T    | 2022-Q3     | 4
    Q    | T    | 2022-Q4     | 4
    Q    | T    | 2023-Q1     | 1
    Q    | T    | 2023-Q2     |
    Q    | T    | 2023-Q3     | 4
    Q    | T    | 2023-Q4     | 9
    Q    | M    | 2022-Q1     | 5
"""
ALL = {"FREQ": ("A",)}
BY_QUARTER = {"FREQ": ("Q",)}


def quarters(to, method, **more):
    return calendar("Q", to, method, {"freq": to}, {"freq": ("Q",)}, **more)


CASES = {
    "total": (BY_SEX, ALL, [total("sex", ("M", "U"), {"sex": "MU"})]),
    "total of one": (BY_SEX, ALL, [total("sex", ("M",), {"sex": "Z", "unit": "X"}, {"unit": ("NR",)})]),
    "complement": (BY_SEX, ALL, [complement("sex", "T", ("M", "U"), {"sex": "F"})]),
    "rate": (BY_SEX, ALL, [rate({"unit": ("NR",), "sex": ("T", "M")}, {"unit": "RT"})]),
    "ratio": (BY_SEX, ALL, [formula("kind", "100 * IN / RES", {"kind": "CR"}, 2)]),
    "formula of sums": (BY_SEX, ALL, [formula("sex", "(T - 2 * M) / (T + M)", {"sex": "S"}, 1)]),
    "linear formula": (BY_SEX, ALL, [formula("sex", "T / 3 - M + 0.5 * U", {"sex": "S"}, 1)]),
    "formula with a constant": (BY_SEX, ALL, [formula("kind", "5 - IN", {"kind": "S"})]),
    "split": (BY_SEX, ALL, [split("sex", "T", {"A": "1/3", "B": "1/3", "C": "1/3"}, 0)]),
    "split by unequal weights": (BY_SEX, ALL, [split("sex", "T", {"A": "0.171", "B": "0.329", "C": "0.5"}, 1)]),
    "convert": (BY_SEX, ALL, [convert({"unit": ("NR",)}, {"unit": "DAY"}, "30.4375", 1)]),
    "convert exactly": (BY_SEX, ALL, [convert({"unit": ("NR",)}, {"unit": "DZ"}, "12")]),
    "lag": (BY_SEX, ALL, [lag({"sex": ("T",)}, {"sex": "BEFORE"})]),
    "sum of quarters": (QUARTERS, BY_QUARTER, [quarters("A", "sum")]),
    "mean of quarters": (QUARTERS, BY_QUARTER, [quarters("A", "mean", decimals=2)]),
    "mean of some quarters": (QUARTERS, BY_QUARTER, [quarters("A", "mean", decimals=2, least=3, reason="why")]),
    "first quarter": (QUARTERS, BY_QUARTER, [quarters("A", "first")]),
    "last of half-years": (QUARTERS, BY_QUARTER, [quarters("S", "last")]),
    "one after the other": (
        BY_SEX,
        ALL,
        [
            complement("sex", "T", ("M",), {"sex": "F"}),
            total("sex", ("M", "F"), {"sex": "BOTH"}),
            rate({"unit": ("NR",), "sex": ("BOTH",)}, {"unit": "RT"}),
        ],
    ),
}  # fmt: skip


def script(scheme: TransformationScheme) -> str:
    """The transformations as one text."""
    items = [i for i in scheme.items if isinstance(i, Transformation)]
    return "\n".join(f"{i.result} {'<-' if i.persistent else ':='} {i.expression};" for i in items)


def point(row: dict[str, str | None], dimensions: tuple[str, ...]) -> list[object]:
    value = row["OBS_VALUE"]
    return [*(row[d] for d in (*dimensions, "TIME_PERIOD")), float(value) if value else None]


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Of every case: the rows of the map's calculations, and what vtlengine makes of the same mapped rows."""
    expected, cases = {}, []
    with opened(EngineSettings(), tmp_path_factory.mktemp("spill"), []) as connection:
        for name, (rows, select, calculations) in CASES.items():
            map_ = small_map(select=select, calculations=tuple(calculations))
            people = rows_of(PEOPLE)
            load(connection, "source_rows", rows_of(rows))
            load(connection, "people", people, 0)
            apply(connection, map_, catalogue(2, 3), "source_rows", {POPULATION: "people"}, "mapped")
            found = fetch(connection, "mapped")
            expected[name] = [r for r in found if r["origin_kind"] != "mapped"]
            scheme = transformation_scheme(map_)
            assert scheme is not None
            mapped = [point(r, TARGET_DIMENSIONS) for r in found if r["origin_kind"] == "mapped"]
            cases.append(
                {
                    "script": script(scheme),
                    "structures": {"TARGET": columns(TARGET_DIMENSIONS), "PEOPLE": columns(SOURCE_DIMENSIONS)},
                    "rows": {"TARGET": mapped, "PEOPLE": [point(r, SOURCE_DIMENSIONS) for r in people]},
                }
            )
    return expected, dict(zip(CASES, vtl(cases), strict=True))


@pytest.mark.parametrize("name", CASES)
def test_vtl_makes_the_same_figures(answers, name):
    """Every key and every value, missing ones too: what is missing in the map is null in VTL."""
    expected, made = answers[0][name], answers[1][name]
    assert set(made) == {f"made_{c.id}" for c in CASES[name][2]}
    for calculation in CASES[name][2]:
        wanted = {
            tuple(r[d] for d in KEY): None if r["OBS_VALUE"] is None else Decimal(r["OBS_VALUE"])
            for r in expected if r["origin_kind"] == calculation.id
        }  # fmt: skip
        found = {
            (*(str(r[d]) for d in TARGET_DIMENSIONS), period(str(r["TIME_PERIOD"]))): None
            if r["OBS_VALUE"] is None
            else round(Decimal(repr(r["OBS_VALUE"])), 6)
            for r in made[f"made_{calculation.id}"]
        }
        assert found == wanted
        assert wanted


def test_the_vtl_of_every_shipped_map_is_accepted():
    """Syntax and semantics: names, roles and types of every transformation of every map."""
    books = shipped_catalogue()
    maps = [map_ for map_ in books.maps.values() if map_.calculations]
    cases = []
    for map_ in maps:
        flows = {map_.target, *(c.population.dataflow for c in map_.calculations if c.population)}
        cases.append(
            {
                "script": script(
                    books.get(TransformationScheme, replace(map_.reference, id=f"VTL_{map_.reference.id}"))
                ),
                "structures": {f.id: columns(books.structure(books.get(Dataflow, f)).dimension_ids) for f in flows},
            }
        )
    made = vtl(cases)
    for map_, results in zip(maps, made, strict=True):
        assert {f"made_{c.id}" for c in map_.calculations} <= set(results)
        dimensions = books.structure(books.get(Dataflow, map_.target)).dimension_ids
        for calculation in map_.calculations:
            assert results[f"made_{calculation.id}"] == sorted([*dimensions, "TIME_PERIOD", "OBS_VALUE"])
