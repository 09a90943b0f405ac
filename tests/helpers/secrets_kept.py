"""Two houses that differ in hidden figures alone: whatever anybody reads of them must be the same, byte for byte."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from house import House, new_house
from journey_tools import ROOT

FLOW = "ESTAT_CRIM_JUST_SEX"
SERIES = "A.PER_CNV.{sex}.NR.FR"
HEAD = (
    "indicateur,niveau_geo,geo,periode,freq,territoire,infraction,nataff,nac,sexe,age,nationalite,statut_pen,detail,valeur,"
    "unite,statut,conf,version,extrait_le"
)
POLICY = (
    "rule_id,flows,levels,units,breakdowns,kind,n,share,largest,method,base,confidence,reason,reference\n"
    "TEST-01,ESTAT_CRIM_JUST_SEX,all,person,,threshold,80000,,,suppress,,recalled,Large enough to be told from all else.,\n"
)


@dataclass(frozen=True)
class Secret:
    """What men and women of 2020 count; both are hidden (the first is below 80,000), their sum is published."""

    men: int
    women: int

    @property
    def texts(self) -> tuple[str, ...]:
        """How they would be written."""
        found = []
        for n in (self.men, self.women):
            found += [str(n), f"{n:,}", f"{n:,}".replace(",", "\u202f"), f"{n:,}".replace(",", " ")]
        return tuple(found)


def row(year: int, sex: str, value: int) -> str:
    return f"CJN_CONDAMNES,FR,FR,{year},A,fr_met_drom,T,,,{sex},T,T,,,{value},personne,D,,1,2026-11-23"


def extract(folder: Path, secret: Secret, last: int) -> Path:
    """Years up to `last`; 2020 holds the secret, the other years are alike in both houses."""
    lines = [HEAD]
    for year in range(2018, last + 1):
        men, women = (secret.men, secret.women) if year == 2020 else (210_000 + year, 180_000 + 2 * year)
        lines += [row(year, "1", men), row(year, "2", women)]
    path = folder / f"extract-{last}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def house_with(folder: Path, secret: Secret) -> House:
    """Two releases of the flow under a policy that hides what is below 80,000."""
    folder.mkdir(parents=True)
    house = new_house(folder / "home")
    edited = folder / "edited"
    for name in ("sdmx", "mappings"):
        shutil.copytree(ROOT / name, edited / name)
    (edited / "mappings/policies/protection.csv").write_text(POLICY, encoding="utf-8")
    house.change(edited, "A threshold for a test")
    house.take(ROOT / "samples/published/population.csv", "INT_POPULATION")
    house.approve_map(FLOW)
    house.take(extract(folder, secret, 2021), "INT_JUSTICE")
    house.released(FLOW)
    house.clock.forward(days=30)
    house.take(extract(folder, secret, 2022), "INT_JUSTICE")
    house.released(FLOW, reason="A further year")
    house.clock.forward(days=1)
    return house
