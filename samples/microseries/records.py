"""What else the criminal record says of the convictions of a year, France: sentences, recidivism, offences sanctioned.

All follow the convictions that stand, the late ones of a revised year included.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from . import penal
from . import world as w
from .counts import split
from .frame import Axes, Lists, joined, table, with_totals

AGES = ["MIN", "MAJ", "T"]
CUSTODIAL = np.array([0.13, 0.24])  # sentences with a custodial part per conviction: minors, adults
RECIDIVISM = np.array([0.02, 0.15])
BY_CONSENT = np.array([0.05, 0.11])
OFFENCES = 1.62  # offences sanctioned per conviction


def block(world: w.World, lists: Lists, year: int) -> pd.DataFrame:
    """All of one year."""
    first, second = penal.cubes(world, "CJN_CONDAMN", year)
    convictions = penal.grown(second or first).sum(axis=(0, 2, 4))  # offence x (minor, adult)
    random = world.random("criminal record", year)
    known = {"periode": str(year), "freq": "A", "niveau_geo": "FR", "geo": "FR"}
    offences = [*world.offences, "T"]
    by_age: Axes = [("infraction", offences), ("age", AGES)]
    firm = random.binomial(convictions, CUSTODIAL)
    blocks = [
        table(lists, year, with_totals(counts, 0, 1), by_age, indicateur=name, **known)
        for name, counts in (
            ("CJN_PEINE_FERME", firm),
            ("CJN_RECIDIVE", random.binomial(convictions, RECIDIVISM)),
            ("CJN_COMPO", random.binomial(convictions, BY_CONSENT)),
        )
    ]
    usual = world.random("length of sentences").uniform(2.5, 18.0, (len(offences), len(AGES)))
    length = np.round(usual * random.uniform(0.96, 1.04, usual.shape), 1)
    length[with_totals(firm, 0, 1) == 0] = np.nan
    blocks.append(table(lists, year, length, by_age, indicateur="CJN_QUANTUM", **known))
    sanctioned = convictions.sum(1) + random.poisson((OFFENCES - 1) * convictions.sum(1))
    of_offences: Axes = [("infraction", offences)]
    blocks.append(table(lists, year, with_totals(sanctioned, 0), of_offences, indicateur="CJN_INFR", **known))
    total = {"infraction": "T", "sexe": "T", "age": "T", "nationalite": "T"}
    young = {"infraction": "T", "sexe": "T"}
    for name, amount, detail, where in (
        ("CJN_CONDAMN", convictions.sum(), "type_peine", total),
        ("CJN_CONDAMN", convictions.sum(), "nature_inf", total),
        ("MIN_CONDAMN", convictions[:, 0].sum(), "peine_mineur", young),
        ("CJN_PEINE_FERME", firm.sum(), "quantum", {"infraction": "T", "age": "T"}),
        ("CJN_INFR", sanctioned.sum(), "nature_inf", {"infraction": "T"}),
    ):
        codes = w.DETAILS[detail]
        parts = split(random, amount, list(codes.values()))
        blocks.append(table(lists, year, parts, [("detail", list(codes))], indicateur=name, **where, **known))
    return joined(blocks)
