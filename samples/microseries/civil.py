"""Cases of the courts: new, resolved and pending, where pending(t) = pending(t-1) + new(t) - resolved(t), exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from . import world as w
from .frame import Axes, Lists, joined, table, with_totals


@dataclass(frozen=True)
class Court:
    """One family of indicators `{prefix}_{suffix}`."""

    prefix: str
    yearly: int  # new cases of a year
    backlog: float  # pending cases at the start, in years of new ones
    groups: tuple[str, ...]  # codes of `column`
    column: str = "nac"
    suffixes: tuple[str, ...] = ("NOUV", "TERM", "STOCK")
    quarterly: bool = True
    national: bool = False  # one court for the whole country
    weights: tuple[float, ...] = ()


COURTS = [
    Court(
        "CIV_TJ",
        1_440_000,
        0.95,
        ("FAMILLE", "PERSONNES", "CONTRATS", "IMPAYES", "LOGEMENT", "SOCIAL", "PROTECTION", "AUTRES"),
    ),
    Court("CIV_TC", 125_000, 0.85, ("CONTENTIEUX", "REFERE", "INJONCTION")),
    Court("CIV_CPH", 105_000, 1.15, ("LICENCIEMENT", "SALAIRES", "AUTRES")),
    Court("CIV_CA", 205_000, 1.35, ("FAMILLE", "TRAVAIL", "CONTRATS", "AUTRES")),
    Court("CIV_CC", 16_500, 1.2, (), national=True, quarterly=False),
    Court("PEN_CA", 48_000, 0.8, (), quarterly=False),
    Court("PEN_CC", 7_200, 0.4, (), suffixes=("NOUV",), national=True, quarterly=False),
    Court("FAM_DIV", 75_000, 1.6, ("ACC", "ALT", "FAU", "CMJ", "CSC"), suffixes=("NOUV", "PRON", "STOCK")),
    Court("ENT_PC", 52_000, 1.1, ("SVG", "RJ", "LJI", "LJC"), suffixes=("OUV", "TERM", "STOCK")),
    Court(
        "PEN_JUG",
        980_000,
        0.6,
        tuple(w.COURTS_OF_CRIME),
        column="detail",
        quarterly=False,
        weights=(0.002, 0.004, 0.58, 0.054, 0.36),
    ),
]
CRIMINAL_COURTS_SINCE = 2019  # departmental criminal courts (CCD): no cell before their creation
OLD_CASES = 0.18  # share of pending cases older than two years

Year = tuple[int, np.ndarray, np.ndarray, np.ndarray]


def years(world: w.World, court: Court) -> Iterator[Year]:
    """(year, new, resolved, pending): quarter x court x group twice, then court x group at 31 December."""
    random = world.random("cases", court.prefix)
    place = np.ones(1) if court.national else world.court_weight
    groups = len(court.groups) or 1
    share = np.array(court.weights) if court.weights else random.dirichlet(np.full(groups, 4.0))
    level = court.yearly / 4 * place[:, None] * share[None]
    pending = np.round(level * 4 * court.backlog).astype(np.int64)
    newborn = np.array([code == "CCD" for code in court.groups or [""]])
    pending[:, newborn] = 0
    for year in range(w.FIRST, w.LAST + 1):
        exists = ~newborn | (year >= CRIMINAL_COURTS_SINCE)
        mean = level * (0.82 if year == 2020 else 1.0) * (1 + 0.004 * (year - 2015)) * exists
        new = random.poisson(np.repeat(mean[None], 4, 0)).astype(np.int64)
        pace = np.clip(random.normal(0.985 + 0.02 * (year >= 2021), 0.03, new.shape), 0.7, 1.25)
        resolved = np.minimum(np.round(new * pace), pending[None] // 4 + new).astype(np.int64)
        pending = pending + new.sum(0) - resolved.sum(0)
        yield year, new, resolved, pending


@lru_cache(maxsize=8)
def flows(world: w.World, court: Court) -> dict[int, np.ndarray]:
    """New cases of each year: court x group."""
    return {year: new.sum(0) for year, new, _, _ in years(world, court)}


@lru_cache(maxsize=2)
def national(world: w.World, court: Court) -> dict[int, tuple[int, int]]:
    """New and resolved cases of each year, France."""
    return {year: (int(new.sum()), int(resolved.sum())) for year, new, resolved, _ in years(world, court)}


def annual(world: w.World, lists: Lists, court: Court) -> pd.DataFrame:
    """Every year of one family, by court of appeal and for France."""
    blocks = []
    for year, new, resolved, pending in years(world, court):
        for suffix, cases in zip(court.suffixes, (new.sum(0), resolved.sum(0), pending), strict=False):
            blocks += levels(world, lists, court, year, f"{court.prefix}_{suffix}", cases, str(year), "A")
        if court.prefix == "CIV_TJ":
            old = world.random("old cases", year).binomial(pending, OLD_CASES)
            blocks += levels(world, lists, court, year, "CIV_TJ_STOCK_2ANS", old, str(year), "A")
    return joined(blocks)


def quarters(world: w.World, lists: Lists, court: Court, first: int, last: int) -> pd.DataFrame | None:
    """The quarterly flows of some years, or nothing where a family has none."""
    if not court.quarterly:
        return None
    blocks = []
    for year, new, resolved, _ in years(world, court):
        if first <= year <= last:
            for suffix, flow in zip(court.suffixes[:2], (new, resolved), strict=True):
                for q in range(4):
                    name, period = f"{court.prefix}_{suffix}", f"{year}-Q{q + 1}"
                    blocks += levels(world, lists, court, year, name, flow[q], period, "Q")
    return joined(blocks)


def levels(
    world: w.World, lists: Lists, court: Court, year: int, name: str, cases: np.ndarray, period: str, freq: str
) -> list[pd.DataFrame]:
    """One indicator and period: its courts of appeal, and France as their sum."""
    known: dict[str, str] = {"indicateur": name, "periode": period, "freq": freq}
    if court.national:
        return [table(lists, year, cases[0], [("geo", ["FR"])], niveau_geo="FR", **known)]
    if not court.groups:
        here: Axes = [("geo", world.courts)]
        whole = table(lists, year, cases.sum(0), [("geo", ["FR"])], niveau_geo="FR", **known)
        return [table(lists, year, cases[:, 0], here, niveau_geo="CA", **known), whole]
    codes = [*court.groups, "T"]
    keep = np.array([code != "CCD" or year >= CRIMINAL_COURTS_SINCE for code in codes])
    values = with_totals(cases, 1)
    axes: Axes = [("geo", world.courts), (court.column, codes)]
    return [
        table(lists, year, values, axes, keep, niveau_geo="CA", **known),
        table(lists, year, values.sum(0), axes[1:], keep, niveau_geo="FR", geo="FR", **known),
    ]
