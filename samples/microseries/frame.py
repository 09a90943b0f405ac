"""Blocks of an extract: pandas tables whose breakdowns are categories of fixed lists, so that they are small."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from . import world as w

KEY = ["indicateur", "niveau_geo", "geo", "periode", "freq", "territoire", "infraction", "nataff", "nac", "sexe", "age"]
KEY += ["nationalite", "statut_pen", "detail"]
COLUMNS = [*KEY, "valeur", "unite", "statut", "conf", "version", "extrait_le"]
DISCLOSIVE = ["infraction", "nataff", "sexe", "age", "nationalite"]
SMALL = 5
PLACES = {"euro": 2, "pourcent": 1, "mois": 1}  # decimals of a value by unit; counts and days have none

Axes = Sequence[tuple[str, Sequence[str]]]


class Lists:
    """The code list of every text column, in an order that never depends on the data."""

    def __init__(self, world: w.World) -> None:
        years = [str(y) for y in range(w.OLDEST, w.LAST + 1)]
        periods = years + [f"{y}-Q{q}" for y in years for q in range(1, 5)]
        periods += [f"{y}-{m:02d}" for y in years for m in range(1, 13)]
        cases = ["FAMILLE", "PERSONNES", "CONTRATS", "IMPAYES", "LOGEMENT", "SOCIAL", "PROTECTION", "AUTRES"]
        cases += ["CONTENTIEUX", "REFERE", "INJONCTION", "LICENCIEMENT", "SALAIRES", "TRAVAIL"]
        cases += ["ACC", "ALT", "FAU", "CMJ", "CSC", "SVG", "RJ", "LJI", "LJC"]
        places = ["FR", *world.regions, *world.departments, *w.OVERSEAS, *world.courts, *w.OVERSEAS_COURTS]
        others = [w.JUVENILE_MODE, w.DEATHS, *(code for codes in w.DETAILS.values() for code in codes)]
        self.words: dict[str, list[str]] = {
            "indicateur": list(world.indicators),
            "niveau_geo": ["FR", "REG", "DEP", "CA", "COM"],
            "geo": places,
            "periode": periods,
            "freq": ["A", "Q", "M"],
            "territoire": ["fr_met", "fr_met_drom", "fr_all", "none"],
            "infraction": ["", "T", *world.offences],
            "nataff": ["", "T", *world.natures],
            "nac": ["", "T", *cases],
            "sexe": ["", "T", "1", "2", "9"],
            "age": ["", "T", "MIN", "MAJ", "PM", *w.AGES],
            "nationalite": ["", "T", *w.NATIONALITIES],
            "statut_pen": ["", "T", "COND", "PREV", "CPREV", "DDSE"],
            "detail": list(dict.fromkeys(["", "T", *w.AID, *w.COURTS_OF_CRIME, *w.DURATIONS, *others])),
            "unite": sorted({r["unit"] for r in world.indicators.values()}),
            "statut": ["D", "SD", "PR", "R", "E", "SO"],
            "conf": ["", "C1"],
            "extrait_le": [f"{int(y) + 1}-10-01" for y in years] + [f"{int(y) + 2}-03-15" for y in years],
        }
        self.types = {c: pd.CategoricalDtype(words) for c, words in self.words.items()}
        self.number = {c: {word: i for i, word in enumerate(words)} for c, words in self.words.items()}
        self.unit = [self.number["unite"][r["unit"]] for r in world.indicators.values()]
        self.field = [self.number["territoire"][r["territory"]] for r in world.indicators.values()]

    def unit_of(self, indicator: str) -> str:
        return self.words["unite"][self.unit[self.number["indicateur"][indicator]]]

    def column(self, name: str, codes: np.ndarray) -> pd.Categorical:
        return pd.Categorical.from_codes(codes, dtype=self.types[name])

    def constant(self, name: str, word: str, length: int) -> pd.Categorical:
        return self.column(name, np.full(length, self.number[name][word], np.int16))


def with_totals(values: np.ndarray, *axes: int) -> np.ndarray:
    """The same array with its sum appended along each axis named."""
    for axis in axes:
        values = np.concatenate([values, values.sum(axis=axis, keepdims=True)], axis=axis)
    return values


def table(
    lists: Lists, year: int, values: np.ndarray, axes: Axes, keep: np.ndarray | None = None, **constants: str
) -> pd.DataFrame:
    """A block of version 1: one row per cell of `values`, whose dimensions are `axes` (column, codes).

    `keep` masks cells that have no meaning; columns that are neither axis nor constant are empty. Unit and
    territorial field follow from the indicator; small counts of persons below the nation carry C1. A ratio of nothing
    (NaN) has no value and the status SO.
    """
    shape = tuple(len(codes) for _, codes in axes)
    mask = np.ones(values.size, bool) if keep is None else np.broadcast_to(keep, shape).reshape(-1)
    amount = np.asarray(values, float).reshape(-1)[mask]
    size = len(amount)
    codes: dict[str, np.ndarray] = {}
    for position, (name, words) in enumerate(axes):
        index = np.array([lists.number[name][word] for word in words], np.int16)
        side = [1] * len(shape)
        side[position] = -1
        codes[name] = np.broadcast_to(index.reshape(side), shape).reshape(-1)[mask]
    for name in KEY:
        if name not in codes:
            codes[name] = np.full(size, lists.number[name].get(constants.get(name, ""), 0), np.int16)
    codes["territoire"] = np.array(lists.field, np.int16)[codes["indicateur"]]
    data: dict[str, object] = {name: lists.column(name, codes[name]) for name in KEY}
    local = codes["niveau_geo"] != lists.number["niveau_geo"]["FR"]
    personal = np.any([codes[c] != 0 for c in DISCLOSIVE], axis=0)  # code 0 is the empty word
    status = "PR" if year >= w.LAST else "SD" if year == w.LAST - 1 else "D"
    data["valeur"] = amount
    data["unite"] = lists.column("unite", np.array(lists.unit, np.int16)[codes["indicateur"]])
    number = lists.number["statut"]
    data["statut"] = lists.column("statut", np.where(np.isnan(amount), number["SO"], number[status]).astype(np.int16))
    data["conf"] = lists.column("conf", (local & personal & (amount > 0) & (amount < SMALL)).astype(np.int16))
    data["version"] = np.ones(size, np.int8)
    data["extrait_le"] = lists.constant("extrait_le", f"{year + 1}-10-01", size)
    data["annee"] = np.full(size, year, np.int16)
    data["remplacee"] = np.zeros(size, bool)
    return pd.DataFrame(data)


def joined(blocks: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(blocks, ignore_index=True)


def revised(lists: Lists, first: pd.DataFrame, second: pd.DataFrame, year: int) -> pd.DataFrame:
    """`first`, then as version 2 those rows of `second` (same cells) that differ: a normal late revision, no error.

    Both tables are closed under addition, so what stands after the revision is too.
    """
    changed = (first["valeur"] != second["valeur"]).to_numpy()
    later = second[changed].copy()
    later["version"] = np.int8(2)
    later["statut"] = lists.constant("statut", "R", len(later))
    later["extrait_le"] = lists.constant("extrait_le", f"{year + 2}-03-15", len(later))
    return joined([first.assign(remplacee=changed), later])
