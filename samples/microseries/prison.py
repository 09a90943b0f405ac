"""Persons under committal on the first of each month: whole France, departments, regions and overseas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from . import world as w
from .frame import Axes, Lists, joined, table, with_totals

DURATION = [0.46, 0.21, 0.33]
NATIONALITY = [0.755, 0.062, 0.168, 0.0005, 0.0145]
LEVELS = ("DEP", "REG", "COM", "FR")
OPEN_APPEAL = 0.12  # remand prisoners who are sentenced at first instance, with an open appeal


@dataclass(frozen=True)
class Month:
    """Places (departments, then overseas) x sex x (minor, adult), and capacity by place."""

    remand: np.ndarray
    sentenced: np.ndarray
    outside: np.ndarray
    capacity: np.ndarray

    @property
    def detained(self) -> np.ndarray:
        return self.remand + self.sentenced


def month(world: w.World, year: int, m: int) -> Month:
    random = world.random("prison", year, m)
    weight = world.prison_weight
    health_crisis = 9_000 if year == 2020 and m >= 4 else 4_000 if year == 2021 else 0
    level = 66_000 + 1_150 * (year - 2012) + 60 * m - health_crisis

    def draw(share: float, cells: list[list[float]]) -> np.ndarray:
        return random.poisson((level * share * weight)[:, None, None] * np.array(cells))

    return Month(
        draw(0.27, [[0.007, 0.953], [0.0004, 0.0396]]),
        draw(0.73, [[0.003, 0.965], [0.0002, 0.0318]]),
        draw(0.19, [[0.001, 0.94], [0.0001, 0.0589]]),
        np.round(np.round(58_000 * weight * (1 + 0.0065 * (year - 2012))) * (1 + 0.0004 * m)).astype(np.int64),
    )


def places(world: w.World) -> list[tuple[str, np.ndarray, list[str]]]:
    """(level, matrix from places to areas, codes): regions and overseas together make France."""
    count, extra = len(world.departments), len(w.OVERSEAS)
    none = np.zeros((len(world.regions), extra), np.int64)
    each = np.eye(count + extra, dtype=np.int64)
    return [
        ("DEP", each[:count], world.departments),
        ("REG", np.concatenate([world.by_region, none], 1), world.regions),
        ("COM", each[count:], w.OVERSEAS),
        ("FR", np.ones((1, count + extra), np.int64), ["FR"]),
    ]


def block(
    world: w.World, lists: Lists, year: int, months: Sequence[int], levels: Sequence[str] = LEVELS
) -> pd.DataFrame:
    """Some months of a year, of those levels; the tables of France alone come with its level."""
    blocks = []
    for m in months:
        now = month(world, year, m)
        known = {"periode": f"{year}-{m:02d}", "freq": "M"}
        blocks += stocks(world, lists, year, now, known, levels)
        if "FR" not in levels:
            continue
        blocks += national(world, lists, year, m, now, known)
        if m == 1:
            blocks += january(world, lists, year, now, known)
    return joined(blocks)


def stocks(
    world: w.World, lists: Lists, year: int, now: Month, known: dict[str, str], levels: Sequence[str]
) -> list[pd.DataFrame]:
    """Persons by place, sex and age; places of prison and occupancy. Departments have no age."""
    everyone = now.detained + now.outside
    persons = {
        "PRI_PREVENUS": now.remand,
        "PRI_CONDAMNES": now.sentenced,
        "PRI_DETENUS": now.detained,
        "PRI_NONDET": now.outside,
        "PRI_ECROUES": everyone,
    }
    blocks = []
    for level, matrix, names in (p for p in places(world) if p[0] in levels):
        for name, counts in persons.items():
            values = np.tensordot(matrix, with_totals(counts, 1, 2), (1, 0))
            ages = ["MIN", "MAJ", "T"]
            if level == "DEP":
                values, ages = values[:, :, 2:], ["T"]
            axes: Axes = [("geo", names), ("sexe", ["1", "2", "T"]), ("age", ages)]
            blocks.append(table(lists, year, values, axes, indicateur=name, niveau_geo=level, **known))
        capacity, held = matrix @ now.capacity, matrix @ now.detained.sum(axis=(1, 2))
        for name, amounts in (("PRI_CAPA", capacity), ("PRI_DENSITE", occupancy(held, capacity))):
            blocks.append(table(lists, year, amounts, [("geo", names)], indicateur=name, niveau_geo=level, **known))
    return blocks


def occupancy(held: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Percent with one decimal, half away from zero, from whole numbers."""
    places_ = np.maximum(capacity, 1)
    return (2000 * held + places_) // (2 * places_) / 10


def splits(world: w.World, year: int, m: int, now: Month) -> tuple[np.ndarray, np.ndarray]:
    """France: remand prisoners by time spent, detained persons by nationality."""
    random = world.random("prison splits", year, m)
    time = random.multinomial(int(now.remand.sum()), DURATION)
    return time, random.multinomial(int(now.detained.sum()), NATIONALITY)


def national(world: w.World, lists: Lists, year: int, m: int, now: Month, known: dict[str, str]) -> list[pd.DataFrame]:
    """France only: remand by time spent, detained by nationality, minors by sex and status."""
    time, nationality = splits(world, year, m, now)
    young = np.stack([now.remand[:, :, 0].sum(0), now.sentenced[:, :, 0].sum(0)])
    here = {"niveau_geo": "FR", "geo": "FR", **known}
    by_status: Axes = [("statut_pen", ["PREV", "COND", "T"]), ("sexe", ["1", "2", "T"])]
    return [
        table(lists, year, time, [("detail", w.DURATIONS)], indicateur="PRI_PREVENUS", sexe="T", age="T", **here),
        table(
            lists,
            year,
            nationality,
            [("nationalite", w.NATIONALITIES)],
            indicateur="PRI_DETENUS",
            sexe="T",
            age="T",
            **here,
        ),
        table(lists, year, with_totals(young, 0, 1), by_status, indicateur="MIN_DETENUS", **here),
    ]


def january(world: w.World, lists: Lists, year: int, now: Month, known: dict[str, str]) -> list[pd.DataFrame]:
    """The yearly tables of 1 January: detained by main offence and sex, remand with an open appeal by sex."""
    weight = world.random("prison offences").gamma(0.6, 1, len(world.offences))
    random = world.random("prison january", year)
    by_sex = now.detained.sum(axis=(0, 2))
    offences = np.stack([random.multinomial(n, weight / weight.sum()) for n in by_sex], 1)
    appeal = random.binomial(now.remand.sum(axis=(0, 2)), OPEN_APPEAL)
    here = {"niveau_geo": "FR", "geo": "FR", **known}
    sexes: Axes = [("sexe", ["1", "2", "T"])]
    by_offence: Axes = [("infraction", [*world.offences, "T"]), *sexes]
    return [
        table(lists, year, with_totals(offences, 0, 1), by_offence, indicateur="PRI_DETENUS_INF", **here),
        table(lists, year, with_totals(appeal, 0), sexes, indicateur="PRI_PREV_APPEL", **here),
    ]
