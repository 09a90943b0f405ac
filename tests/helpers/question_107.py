"""An extract for question 107 of the CEPEJ: few rows, so that everything about it can be counted by hand."""

from __future__ import annotations

import csv
from pathlib import Path

from house import PUBLISHED, House

FLOW = "CEPEJ_PROSECUTION"
ROWS = """\
indicateur,niveau_geo,geo,periode,freq,territoire,nataff,sexe,age,nationalite,detail,valeur,unite,statut,conf,version,extrait_le
PEN_PQ_AFF_RECUES,FR,FR,2022,A,fr_met_drom,T,,,,,4000,affaire,D,,1,2023-05-11
PEN_PQ_ALT,FR,FR,2022,A,fr_met_drom,T,,,,,350,personne,D,,1,2023-05-11
PEN_PQ_COMPO,FR,FR,2022,A,fr_met_drom,T,,,,,70,personne,D,,1,2023-05-11
PEN_PQ_POURS,FR,FR,2022,A,fr_met_drom,T,T,T,T,,600,personne,D,,1,2023-05-11
PEN_PQ_POURS,FR,FR,2022,A,fr_met_drom,T,T,T,T,MODE_CRPC,90,personne,D,,1,2023-05-11
PEN_PQ_POURS,FR,FR,2022,A,fr_met_drom,,T,T,T,,5,personne,D,,1,2023-05-11
PEN_PQ_AFF_RECUES,FR,FR,2022,A,fr_met_drom,,,,,,7,affaire,D,,1,2023-05-11
PEN_PQ_AFF_STOCK,FR,FR,2022,A,fr_met_drom,,,,,,800,affaire,E,,1,2023-05-11
"""


def take(house: House, folder: Path, rows: str = ROWS) -> None:
    """Hand the rows over as an extract of INT_JUSTICE with the columns of the published one."""
    with (PUBLISHED / "prisons.csv").open(encoding="utf-8") as stream:
        header = next(csv.reader(stream))
    lines = list(csv.DictReader(rows.splitlines()))
    assert set(lines[0]) <= set(header)
    with (folder / "x.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, header, restval="")
        writer.writeheader()
        writer.writerows(lines)
    house.take(folder / "x.csv", "INT_JUSTICE")
