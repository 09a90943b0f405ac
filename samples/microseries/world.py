"""What does not change from block to block: code lists, weights of the territories, seeded random numbers."""

from __future__ import annotations

import csv
import zlib
from functools import cached_property
from pathlib import Path

import numpy as np

SOURCE = Path(__file__).resolve().parent.parent / "source"
FIRST, LAST = 2012, 2024  # years of the series; the last one is provisional
OLDEST = 1995  # first year of the full cube by department, which only large extracts reach

AGES = ["00-12", "13-15", "16-17", "18-20", "21-24", "25-29", "30-39", "40-49", "50-59", "60+"]
NATIONALITIES = ["F", "UE", "HUE", "AP", "ND"]
COURTS_OF_CRIME = ["ASSISES", "CCD", "TCORR", "TPE", "TPOL"]
DURATIONS = ["LT6M", "M6_12", "GE12M"]
AID = ["CIV", "PEN", "ADM", "AUT"]
OVERSEAS = ["987", "988"]  # French Polynesia and New Caledonia: prisons outside the departments
OVERSEAS_COURTS = ["CA_NOUMEA", "CA_PAPEETE"]
LARGE = {"59": 2.6, "75": 2.1, "13": 2.0, "69": 1.9, "93": 1.7, "33": 1.6, "92": 1.6, "44": 1.5, "78": 1.5, "31": 1.4}


def read(name: str) -> list[dict[str, str]]:
    with (SOURCE / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


class World:
    """Lists and weights for one seed. Matrices have one row per group and one column per department."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rows = read("departments.csv")
        self.departments = [r["dep"] for r in rows]
        region, court = ["R" + r["insee_region"] for r in rows], [r["cour_appel"] for r in rows]
        self.regions, self.courts = sorted(set(region)), sorted(set(court))
        self.by_region = np.array([[int(a == b) for a in region] for b in self.regions])
        self.by_court = np.array([[int(a == b) for a in court] for b in self.courts])
        random = self.random("population")
        weight = np.array([LARGE.get(d, 0.25 + 0.9 * random.random()) for d in self.departments])
        self.weight = weight / weight.sum()
        self.court_weight = self.by_court @ self.weight
        self.offences = [r["code"] for r in read("infraction.csv")]
        # Discovery of a body, miscellaneous and non-criminal matters are no offences of a suspect.
        self.natures = [
            r["code"]
            for r in read("nataff.csv")
            if r["level"] == "2" and r["code"] != "A2" and r["code"][0] not in "KL"
        ]
        self.indicators = {r["id"]: r for r in read("indicators.csv")}

    def random(self, *parts: str | int) -> np.random.Generator:
        """Numbers that depend on the seed and on the names given, on nothing that was drawn before."""
        return np.random.default_rng([self.seed, *(zlib.crc32(str(p).encode()) for p in parts)])

    @cached_property
    def prison_weight(self) -> np.ndarray:
        """Share of the prison population: departments, then the two overseas collectivities."""
        weight = self.weight * self.random("prison map").uniform(0.3, 2.2, len(self.weight))
        overseas = np.array([0.0075, 0.0080])
        return np.concatenate([weight / weight.sum() * (1 - overseas.sum()), overseas])
