"""Prosecution and convictions: every margin is an exact sum of one cube of whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from . import world as w
from .frame import Axes, Lists, joined, revised, table, with_totals


@dataclass(frozen=True)
class Cube:
    """`persons`: department x code x sex (1, 2) x age x nationality; `legal`: department x code, or nothing."""

    persons: np.ndarray
    legal: np.ndarray | None


# indicator: (column of the code, persons of a year, share of women)
SPEC = {
    "CJN_CONDAMN": ("infraction", 545_000, 0.10),
    "CJN_CONDAMNES": ("infraction", 545_000, 0.10),
    "PEN_PQ_POURS": ("nataff", 1_850_000, 0.16),
    "PEN_PQ_AUT_TRAIT": ("nataff", 1_850_000, 0.16),
}
# The same figures, of the juvenile series.
MINORS = {"CJN_CONDAMN": "MIN_CONDAMN", "PEN_PQ_POURS": "MIN_POURS", "PEN_PQ_AUT_TRAIT": "MIN_PQ_AUT"}
AGE = np.array([0.001, 0.02, 0.035, 0.14, 0.17, 0.16, 0.22, 0.14, 0.075, 0.039])
NATIONALITY = np.array([0.835, 0.055, 0.10, 0.0005, 0.0095])
UNDER_18 = 3  # the first three ages
ONE_PERSON = 0.845  # persons convicted of a year per conviction
PROSECUTED = 0.346  # suspects who are prosecuted
LEGAL = 0.012  # legal persons per natural person
LATE = 60  # convictions of a year that reach the criminal record after its first edition, by cell


def codes_of(world: w.World, indicator: str) -> tuple[str, list[str]]:
    column = SPEC[indicator][0]
    return column, world.offences if column == "infraction" else world.natures


def cubes(world: w.World, indicator: str, year: int) -> tuple[Cube, Cube | None]:
    """The cube of an indicator and year, and its revision where one came (convictions, not the last two years)."""
    if indicator.startswith("PEN_PQ"):
        return prosecution(world, indicator, year), None
    base = drawn(world, "CJN_CONDAMN", year)
    convictions = world.random("late", year)
    cells = convictions.choice(base.size, LATE, p=base.reshape(-1) / base.sum())
    late = np.zeros(base.size, np.int64)
    np.add.at(late, cells, 1 + convictions.poisson(0.05 * base.reshape(-1)[cells]))
    late = late.reshape(base.shape)
    if indicator == "CJN_CONDAMNES":  # a person may have several convictions: fewer, in every cell
        base = world.random("persons", year).binomial(base, ONE_PERSON)
        late = world.random("late persons", year).binomial(late, ONE_PERSON)
    return Cube(base, None), Cube(base + late, None) if year < w.LAST - 1 else None


@lru_cache(maxsize=2)
def prosecution(world: w.World, indicator: str, year: int) -> Cube:
    """Suspects, or those of them who are prosecuted: never more, in any cell."""
    persons = drawn(world, "PEN_PQ_AUT_TRAIT", year)
    legal = world.random("legal persons", year).binomial(persons.sum(axis=(2, 3, 4)), LEGAL)
    if indicator == "PEN_PQ_POURS":
        share = PROSECUTED * world.random("response").uniform(0.6, 1.4, persons.shape[1])
        persons = world.random("prosecuted", year).binomial(persons, share[:, None, None, None])
        legal = world.random("prosecuted legal", year).binomial(legal, share)
    return Cube(persons, legal)


@lru_cache(maxsize=1)
def drawn(world: w.World, indicator: str, year: int) -> np.ndarray:
    _, codes = codes_of(world, indicator)
    _, total, women = SPEC[indicator]
    fixed = world.random(indicator)
    weight = fixed.gamma(0.6, 1, len(codes))
    female = np.clip(fixed.normal(women, 0.04, len(codes)), 0.02, 0.5)
    weight = weight / weight.sum() * np.exp(fixed.normal(0, 0.02, len(codes)) * (year - 2018))
    trend = 1 + 0.012 * (year - 2019) - (0.17 if year == 2020 else 0.03 if year == 2021 else 0)
    mean = (
        (total * trend * world.weight)[:, None, None, None, None]
        * (weight / weight.sum())[None, :, None, None, None]
        * np.stack([1 - female, female], 1)[None, :, :, None, None]
        * (AGE / AGE.sum())[None, None, None, :, None]
        * NATIONALITY
    )
    return world.random(indicator, year).poisson(mean).astype(np.int64)


def grown(cube: Cube) -> np.ndarray:
    """Department x code x sex x (minor, adult) x nationality."""
    young, adult = cube.persons[:, :, :, :UNDER_18].sum(3), cube.persons[:, :, :, UNDER_18:].sum(3)
    return np.stack([young, adult], 3)


def national(world: w.World, lists: Lists, indicator: str, year: int, cube: Cube) -> pd.DataFrame:
    """France: code x sex x minor or adult x nationality, all totals; legal persons as sex 9, age PM, nationality ND."""
    column, codes = codes_of(world, indicator)
    values = np.zeros((len(codes), 3, 3, len(w.NATIONALITIES)), np.int64)
    values[:, :2, :2] = grown(cube).sum(0)
    keep = np.ones((4, 4, len(w.NATIONALITIES) + 1), bool)  # sex x age x nationality, totals last
    keep[:2, 2] = keep[2, :2] = False
    if cube.legal is None:
        keep[2] = keep[:, 2] = False
    else:
        values[:, 2, 2, -1] = cube.legal.sum(0)
        keep[2, :, :-2] = keep[:, 2, :-2] = False
    axes: Axes = [
        (column, [*codes, "T"]),
        ("sexe", ["1", "2", "9", "T"]),
        ("age", ["MIN", "MAJ", "PM", "T"]),
        ("nationalite", [*w.NATIONALITIES, "T"]),
    ]
    known = {"indicateur": indicator, "niveau_geo": "FR", "geo": "FR", "periode": str(year), "freq": "A"}
    return table(lists, year, with_totals(values, 0, 1, 2, 3), axes, keep[None], **known)


def minors(world: w.World, lists: Lists, indicator: str, year: int, cube: Cube) -> pd.DataFrame:
    """The juvenile series of the same cube: France by code and sex; prosecution also by court of appeal."""
    column, codes = codes_of(world, indicator)
    young = cube.persons[:, :, :, :UNDER_18].sum(axis=(3, 4))
    known = {"indicateur": MINORS[indicator], "periode": str(year), "freq": "A"}
    axes: Axes = [(column, [*codes, "T"]), ("sexe", ["1", "2", "T"])]
    blocks = [table(lists, year, with_totals(young.sum(0), 0, 1), axes, niveau_geo="FR", geo="FR", **known)]
    if indicator.startswith("PEN_PQ"):
        local = with_totals(np.tensordot(world.by_court, young.sum(1), (1, 0)), 1)
        axes = [("geo", world.courts), ("sexe", ["1", "2", "T"])]
        blocks.append(table(lists, year, local, axes, niveau_geo="CA", nataff="T", **known))
    if indicator == "PEN_PQ_AUT_TRAIT":
        fine = with_totals(cube.persons[:, :, :, :UNDER_18].sum(axis=(0, 1, 4)), 0)
        axes = [("sexe", ["1", "2", "T"]), ("age", w.AGES[:UNDER_18])]
        blocks.append(table(lists, year, fine, axes, niveau_geo="FR", geo="FR", nataff="T", **known))
    return joined(blocks)


def local(world: w.World, lists: Lists, indicator: str, year: int, cube: Cube) -> pd.DataFrame:
    """Departments and regions by code and sex, courts of appeal by sex."""
    column, codes = codes_of(world, indicator)
    people = cube.persons.sum(axis=(3, 4))
    sexes = ["1", "2", "T"]
    if cube.legal is not None:
        people = np.concatenate([people, cube.legal[:, :, None]], 2)
        sexes = ["1", "2", "9", "T"]
    values = with_totals(people, 1, 2)
    known = {"indicateur": indicator, "periode": str(year), "freq": "A"}
    blocks = []
    for level, matrix, names in (
        ("DEP", np.eye(len(values), dtype=np.int64), world.departments),
        ("REG", world.by_region, world.regions),
    ):
        axes: Axes = [("geo", names), (column, [*codes, "T"]), ("sexe", sexes)]
        blocks.append(table(lists, year, np.tensordot(matrix, values, (1, 0)), axes, niveau_geo=level, **known))
    courts = world.by_court @ values[:, -1]
    known[column] = "T"
    blocks.append(table(lists, year, courts, [("geo", world.courts), ("sexe", sexes)], niveau_geo="CA", **known))
    return joined(blocks)


def fine(world: w.World, lists: Lists, indicator: str, year: int, cube: Cube) -> pd.DataFrame:
    """The whole cube by department."""
    column, codes = codes_of(world, indicator)
    axes: Axes = [("geo", world.departments), (column, codes), ("sexe", ["1", "2"]), ("age", w.AGES)]
    axes = [*axes, ("nationalite", w.NATIONALITIES)]
    known = {"indicateur": indicator, "niveau_geo": "DEP", "periode": str(year), "freq": "A"}
    return table(lists, year, cube.persons, axes, **known)


def block(world: w.World, lists: Lists, indicator: str, year: int, part: str) -> pd.DataFrame:
    """One part (`national`, `local`, `fine`) of an indicator and year, with its revision."""
    first, second = cubes(world, indicator, year)
    makers = {"national": [national], "local": [local], "fine": [fine]}[part]
    if part == "national" and indicator in MINORS:
        makers = [national, minors]
    blocks = []
    for make in makers:
        d = make(world, lists, indicator, year, first)
        blocks.append(d if second is None else revised(lists, d, make(world, lists, indicator, year, second), year))
    return joined(blocks)
