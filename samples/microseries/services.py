"""Yearly figures of the services: legal aid, staff, professions, budgets, flows of prison."""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import prison
from . import world as w
from .frame import Axes, Lists, joined, revised, table, with_totals

STAFF = {"RH_JUGES": (6_900, 0.69), "RH_PROCUREURS": (2_150, 0.61), "RH_GREFFE": (22_500, 0.84)}
PEOPLE = {
    "AUX_AVOCATS": (68_000, 0.57),
    "AUX_NOTAIRES": (15_500, 0.54),
    "AUX_COMJUST": (3_700, 0.42),
    "AUX_GTC": (245, 0.46),
    "AUX_AVCONS": (125, 0.3),
    "RH_PENIT": (41_000, 0.38),
    "RH_PJJ": (9_000, 0.64),
    "NAT_ACQ_DECL": (34_000, 0.49),
    "FAM_ADOPT": (10_500, 0.58),
}
HEADCOUNT = ("RH_JUGES", "RH_PROCUREURS", "RH_PENIT")
PART_TIME = 0.045  # heads per full-time equivalent, less one
BUDGETS = {"BUD_P166": 3.6e9, "BUD_P107": 4.2e9, "BUD_P182": 0.95e9, "AJ_BUDGET": 6.0e8}
SEXES: Axes = [("sexe", ["1", "2", "T"])]


def block(world: w.World, lists: Lists, year: int) -> pd.DataFrame:
    known = {"periode": str(year), "freq": "A"}
    blocks = legal_aid(world, lists, year, known) + staff(world, lists, year, known)
    return joined(blocks + budgets(world, lists, year, known) + prison_flows(world, lists, year, known))


def legal_aid(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Admissions, refusals and applications by type and court of appeal; late admissions are a revision."""
    random = world.random("legal aid", year)
    courts, weight = everywhere(world)
    share = np.array([0.44, 0.37, 0.05, 0.14])
    granted = random.poisson(950_000 * (0.8 if year == 2020 else 1) * weight[:, None] * share)
    refused, other = random.binomial(granted, 0.09), random.binomial(granted, 0.03)
    late = random.binomial(granted, 0.004)
    late[random.random(len(late)) < 0.7] = 0  # most courts had sent everything
    axes: Axes = [("geo", courts), ("detail", [*w.AID, "T"])]

    def made(name: str, counts: np.ndarray) -> pd.DataFrame:
        values = with_totals(counts, 1)
        local = table(lists, year, values, axes, indicateur=name, niveau_geo="CA", **known)
        whole = table(lists, year, values.sum(0), axes[1:], indicateur=name, niveau_geo="FR", geo="FR", **known)
        return joined([local, whole])

    blocks = [made("AJ_REJ", refused)]
    for name, counts in (("AJ_ADM", granted), ("AJ_DEM", granted + refused + other)):
        first = made(name, counts)
        blocks.append(first if year >= w.LAST - 1 else revised(lists, first, made(name, counts + late), year))
    return blocks


def everywhere(world: w.World) -> tuple[list[str], np.ndarray]:
    """The courts of appeal of whole France, overseas collectivities included, and their weights."""
    return [*world.courts, *w.OVERSEAS_COURTS], np.concatenate([world.court_weight, [0.006, 0.005]])


def heads(world: w.World, year: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Staff of the courts (court of appeal x sex), and all staff and professions of France (sex)."""
    random = world.random("staff", year)
    _, weight = everywhere(world)
    local, france = {}, {}
    for name, (total, women) in STAFF.items():
        mean = total * (1 + 0.013 * (year - 2015)) * weight[:, None] * np.array([1 - women, women])
        local[name] = random.poisson(mean)
        france[name] = local[name].sum(0)
    for name, (total, women) in PEOPLE.items():
        france[name] = random.poisson(total * (1 + 0.02 * (year - 2019)) * np.array([1 - women, women]))
    for name in HEADCOUNT:
        france[name + "_PHYS"] = france[name] + random.binomial(france[name], PART_TIME)
    return local, france


def staff(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    """Staff and professions by sex; heads are never fewer than full-time equivalents."""
    local, france = heads(world, year)
    here = {"niveau_geo": "FR", "geo": "FR", **known}
    axes: Axes = [("geo", everywhere(world)[0]), *SEXES]
    blocks = [
        table(lists, year, with_totals(n, 1), axes, indicateur=i, niveau_geo="CA", **known) for i, n in local.items()
    ]
    return blocks + [table(lists, year, with_totals(n, 0), SEXES, indicateur=i, **here) for i, n in france.items()]


def euros(world: w.World, year: int) -> dict[str, float]:
    random = world.random("budget", year)
    return {n: round(total * (1 + 0.045 * (year - 2020)) + random.normal(0, 1e6), 2) for n, total in BUDGETS.items()}


def budgets(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    here: Axes = [("geo", ["FR"])]
    return [
        table(lists, year, np.array([amount]), here, indicateur=name, niveau_geo="FR", **known)
        for name, amount in euros(world, year).items()
    ]


def flows(world: w.World, year: int) -> tuple[np.ndarray, np.ndarray]:
    """Entries, and the exits that lead from the stock of 1 January to that of the next year, exactly: COND, PREV."""
    random = world.random("prison flows", year)
    entries = random.poisson(75_000 * (0.91 if year == 2020 else 1) * np.array([0.24, 0.76]))
    growth = int(prison.month(world, year + 1, 1).detained.sum() - prison.month(world, year, 1).detained.sum())
    total = int(entries.sum()) - growth
    return entries, np.array([total - round(0.7 * total), round(0.7 * total)])


def prison_flows(world: w.World, lists: Lists, year: int, known: dict[str, str]) -> list[pd.DataFrame]:
    entries, exits = flows(world, year)
    axes: Axes = [("statut_pen", ["COND", "PREV", "T"])]
    here = {"niveau_geo": "FR", "geo": "FR", **known}
    return [
        table(lists, year, with_totals(flow, 0), axes, indicateur=name, **here)
        for name, flow in (("PRI_ENTREES", entries), ("PRI_SORTIES", exits))
    ]
