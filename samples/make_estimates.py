#!/usr/bin/env python3
"""Synthetic figures that are no counts: a weighted survey, a drawn sample of decisions, a forecast with its bounds.

    python samples/make_estimates.py            writes samples/estimates/estimates.csv, the same bytes each time

Standard library only. The two samples are stratified: in stratum h, n of N units are drawn, each stands for N / n (a whole
number here). Delivered are, by stratum, the sums of weights, and for all strata the size of the sample, the standard
error and the bounds at 95 %, which only who holds the sample can work out:

    p = sum of weights of those with the answer / sum of weights
    variance = sum over h of (N / sum of N)² · (1 - n / N) · p_h · (1 - p_h) / (n - 1);  bounds = p ± 1.96 · standard error

The share itself is not delivered: the map makes it from the sums. All values are made up.
"""

from __future__ import annotations

import argparse
import csv
import random
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

HEADER = [
    "indicateur",
    "periode",
    "freq",
    "territoire",
    "strate",
    "mesure",
    "valeur",
    "unite",
    "statut",
    "conf",
    "version",
    "extrait_le",
]
INTO = Path(__file__).resolve().parent / "estimates"
QUANTILE = Fraction(196, 100)


@dataclass(frozen=True)
class Stratum:
    """`drawn` units, each standing for `weight`; `share` of them have the answer, about."""

    code: str
    drawn: int
    weight: int
    share: float


USERS = (Stratum("TJ", 900, 310, 0.58), Stratum("CPH", 300, 140, 0.49), Stratum("TC", 300, 95, 0.66))
DECISIONS = (Stratum("GRANDE", 800, 42, 0.14), Stratum("PETITE", 400, 38, 0.10))
SAMPLES = (("ENQ_SATISFACTION", "personne", USERS), ("ECH_RESIDENCE_ALT", "decision", DECISIONS))
YEARS = (2022, 2023, 2024)
FORECAST = {2025: (80_100, 900), 2026: (81_900, 1_500), 2027: (83_200, 2_100)}  # 1 January: value, half width


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", default=str(INTO), help="folder to write to")
    folder = Path(parser.parse_args().out)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "estimates.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for indicator, unit, strata in SAMPLES:
            for year in YEARS:
                writer.writerows(sampled(indicator, unit, strata, year))
        for year, (value, half) in FORECAST.items():
            for measure, amount in (("PREVISION", value), ("IC_BAS", value - half), ("IC_HAUT", value + half)):
                row = ["PREV_DETENUS", str(year), "A", "fr_all", "", measure, str(amount), "personne", "PV"]
                writer.writerow([*row, "", "1", "2024-11-15"])


def sampled(indicator: str, unit: str, strata: tuple[Stratum, ...], year: int) -> list[list[str]]:
    """The rows of one sample and year."""
    draw = random.Random(f"{indicator} {year}")
    found = {s.code: sum(draw.random() < s.share + 0.01 * (year - 2022) for _ in range(s.drawn)) for s in strata}
    rows = []
    for s in strata:
        for measure, amount in (("POIDS_OUI", found[s.code] * s.weight), ("POIDS_TOTAL", s.drawn * s.weight)):
            rows.append((s.code, measure, str(amount), unit))
    share, error = precision(strata, found)
    for measure, amount in (
        ("ERREUR_TYPE", percent(error)),
        ("IC_BAS", percent(share - QUANTILE * error)),
        ("IC_HAUT", percent(share + QUANTILE * error)),
    ):
        rows.append(("T", measure, amount, "pourcent"))
    rows.append(("T", "ECHANTILLON", str(sum(s.drawn for s in strata)), unit))
    known = [indicator, str(year), "A", "fr_met_drom"]
    return [[*known, *row, "E", "", "1", f"{year + 1}-06-15"] for row in rows]


def precision(strata: tuple[Stratum, ...], found: dict[str, int]) -> tuple[Fraction, Fraction]:
    """Estimated share and its standard error, of a stratified sample drawn without replacement."""
    size = sum(s.drawn * s.weight for s in strata)
    share = Fraction(sum(found[s.code] * s.weight for s in strata), size)
    variance = Fraction(0)
    for s in strata:
        p = Fraction(found[s.code], s.drawn)
        part = Fraction(s.drawn * s.weight, size)
        variance += part**2 * (1 - Fraction(1, s.weight)) * p * (1 - p) / (s.drawn - 1)
    root = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
    return share, Fraction(root)


def percent(share: Fraction) -> str:
    """Percent with two decimals, half away from zero."""
    exact = Decimal(share.numerator * 100) / Decimal(share.denominator)
    return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


if __name__ == "__main__":
    main()
