"""Yearly tables of prison beside the monthly stocks: refinements of 1 January, deaths, and who enters and leaves.

All are of France, but the design capacity. Refinements make the figure of prison.py and services.py that they refine.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import prison, services
from . import world as w
from .counts import split
from .frame import Axes, Lists, joined, table, with_totals

SEXES: Axes = [("sexe", ["1", "2", "T"])]
PENDING_CASE = 0.05  # sentenced prisoners with another case pending (condamnés-prévenus)
OUTSIDE_DDSE = 0.93  # of those under committal outside: under electronic monitoring
DEATHS_PER_1000 = 2.1
ENTRY_SEX, ENTRY_AGE = (0.94, 0.06), (0.035, 0.965)


def block(world: w.World, lists: Lists, year: int) -> pd.DataFrame:
    """All of one year."""
    now = prison.month(world, year, 1)
    january = {"periode": f"{year}-01", "freq": "M", "niveau_geo": "FR", "geo": "FR"}
    yearly = {"periode": str(year), "freq": "A", "niveau_geo": "FR", "geo": "FR"}
    random = world.random("detention", year)
    return joined(
        status(world, random, lists, year, now, january)
        + sentenced(world, random, lists, year, now, january)
        + places(world, random, lists, year, now, january)
        + movements(world, random, lists, year, now, yearly)
    )


def status(
    world: w.World, random: np.random.Generator, lists: Lists, year: int, now: prison.Month, known: dict[str, str]
) -> list[pd.DataFrame]:
    """Detained persons and those under committal by penal status and sex; the latter by nationality."""
    remand, held, outside = (x.sum(axis=(0, 2)) for x in (now.remand, now.sentenced, now.outside))
    both = random.binomial(held, PENDING_CASE)
    monitored = random.binomial(outside, OUTSIDE_DDSE)
    detained = np.stack([remand, held - both, both])
    committed = np.stack([remand, held - both + outside - monitored, both, monitored])
    blocks = []
    for name, counts, codes in (
        ("PRI_DETENUS", detained, ["PREV", "COND", "CPREV"]),
        ("PRI_ECROUES", committed, ["PREV", "COND", "CPREV", "DDSE"]),
    ):
        axes: Axes = [("statut_pen", codes), *SEXES]
        blocks.append(table(lists, year, with_totals(counts, 1), axes, indicateur=name, age="T", **known))
    kinds = ["AMG_DDSE", "AMG_PE"]
    by_kind = with_totals(np.stack([monitored, outside - monitored]), 1)
    axes = [("detail", kinds), *SEXES]
    blocks.append(table(lists, year, by_kind, axes, indicateur="PRI_NONDET", age="T", **known))
    nations = prison.splits(world, year, 1, now)[1] + split(random, outside.sum(), prison.NATIONALITY)
    axes = [("nationalite", w.NATIONALITIES)]
    blocks.append(table(lists, year, nations, axes, indicateur="PRI_ECROUES", sexe="T", age="T", **known))
    return blocks


def sentenced(
    world: w.World, random: np.random.Generator, lists: Lists, year: int, now: prison.Month, known: dict[str, str]
) -> list[pd.DataFrame]:
    """Sentenced prisoners by length of the sentence and by main offence, each by sex."""
    held = now.sentenced.sum(axis=(0, 2))
    lengths = w.DETAILS["quantum"]
    weight = world.random("prison offences").gamma(0.6, 1, len(world.offences))
    blocks = []
    for column, codes, shares in (
        ("detail", list(lengths), list(lengths.values())),
        ("infraction", world.offences, list(weight)),
    ):
        axes: Axes = [(column, codes), *SEXES]
        parts = with_totals(split(random, held, shares), 1)
        blocks.append(table(lists, year, parts, axes, indicateur="PRI_CONDAMNES", age="T", **known))
    return blocks


def places(
    world: w.World, random: np.random.Generator, lists: Lists, year: int, now: prison.Month, known: dict[str, str]
) -> list[pd.DataFrame]:
    """Design capacity, which is never below the operational one here, and operational places by type of wing."""
    norm = now.capacity + random.binomial(now.capacity, 0.015)
    plain = {k: v for k, v in known.items() if k not in ("niveau_geo", "geo")}
    wings = w.DETAILS["type_quartier"]
    parts = split(random, now.capacity.sum(), list(wings.values()))
    blocks = [table(lists, year, parts, [("detail", list(wings))], indicateur="PRI_CAPA", **known)]
    for level, matrix, names in prison.places(world):
        axes: Axes = [("geo", names)]
        blocks.append(table(lists, year, matrix @ norm, axes, indicateur="PRI_CAPA_NORME", niveau_geo=level, **plain))
    return blocks


def movements(
    world: w.World, random: np.random.Generator, lists: Lists, year: int, now: prison.Month, known: dict[str, str]
) -> list[pd.DataFrame]:
    """Deaths by cause and sex; entries by sex, age and nationality; exits by sex and reason, the deaths among them."""
    rate = DEATHS_PER_1000 / 1000
    deaths = random.poisson(now.detained.sum(axis=(0, 2)) * rate)
    causes = w.DETAILS["cause_deces"]
    by_cause = with_totals(split(random, deaths, list(causes.values())), 0, 1)
    axes: Axes = [("detail", [*causes, "T"]), *SEXES]
    blocks = [table(lists, year, by_cause, axes, indicateur="PRI_DECES", **known)]
    entries, exits = (flow.sum() for flow in services.flows(world, year))
    for column, codes, shares in (
        ("sexe", ["1", "2"], list(ENTRY_SEX)),
        ("age", ["MIN", "MAJ"], list(ENTRY_AGE)),
        ("nationalite", w.NATIONALITIES, prison.NATIONALITY),
    ):
        parts = split(random, entries, shares)
        blocks.append(table(lists, year, parts, [(column, codes)], indicateur="PRI_ENTREES", statut_pen="T", **known))
    reasons = w.DETAILS["motif_sortie"]
    other = split(random, exits - deaths.sum(), list(reasons.values()))
    parts = np.concatenate([other, [deaths.sum()]])
    for axes, counts in (
        ([("detail", [*reasons, w.DEATHS])], parts),
        ([("sexe", ["1", "2"])], split(random, exits, list(ENTRY_SEX))),
    ):
        blocks.append(table(lists, year, counts, axes, indicateur="PRI_SORTIES", statut_pen="T", **known))
    return blocks
