#!/usr/bin/env python3
"""Synthetic figures that are no counts: a weighted survey, a drawn sample of decisions, a forecast with its bounds.

    python samples/make_estimates.py            writes samples/estimates/*.csv, the same bytes each time

`estimates.csv` is the first edition. The samples alone have two more, each whole: in `surveys_2.csv` fifteen answers that had
been entered twice are taken out of 2023; in `surveys_3.csv` the year 2025 is new, answers and decisions entered twice are taken
out of 2024, 2023 is a break (the question was reworded), and of the decisions of 2022 precision is no longer given.

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
from dataclasses import dataclass, replace
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
FROM = 2022


@dataclass(frozen=True)
class Edition:
    """What an edition of the samples has otherwise than the first: `until` its last year. `left`: of a sample and year, the
    units of a stratum that are left of those drawn (they stand for as many as all did); `unsaid`: precision is not given."""

    number: int
    day: str
    until: int
    left: dict[tuple[str, int], dict[str, int]]
    breaks: tuple[tuple[str, int], ...] = ()
    unsaid: tuple[tuple[str, int], ...] = ()


FIRST = Edition(1, "", 2024, {})
DOUBLED_2023 = {("ENQ_SATISFACTION", 2023): {"TC": 285}}
DOUBLED_2024 = {("ENQ_SATISFACTION", 2024): {"CPH": 280}, ("ECH_RESIDENCE_ALT", 2024): {"PETITE": 380}}
EDITIONS = (
    Edition(2, "2025-09-15", 2024, DOUBLED_2023),
    Edition(
        3,
        "2026-06-15",
        2025,
        DOUBLED_2023 | DOUBLED_2024,
        breaks=(("ENQ_SATISFACTION", 2023),),
        unsaid=(("ECH_RESIDENCE_ALT", 2022),),
    ),
)
FORECAST = {2025: (80_100, 900), 2026: (81_900, 1_500), 2027: (83_200, 2_100)}  # 1 January: value, half width


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--out", default=str(INTO), help="folder to write to")
    folder = Path(parser.parse_args().out)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "estimates.csv", [*samples(FIRST), *forecast()])
    for edition in EDITIONS:
        write(folder / f"surveys_{edition.number}.csv", samples(edition))


def write(path: Path, rows: list[list[str]]) -> None:
    """A file of extract rows."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)


def samples(edition: Edition) -> list[list[str]]:
    """The rows of the two samples."""
    found = []
    for indicator, unit, strata in SAMPLES:
        for year in range(FROM, edition.until + 1):
            found += sampled(indicator, unit, strata, year, edition)
    return found


def forecast() -> list[list[str]]:
    """The rows of the forecast."""
    rows = []
    for year, (value, half) in FORECAST.items():
        for measure, amount in (("PREVISION", value), ("IC_BAS", value - half), ("IC_HAUT", value + half)):
            row = ["PREV_DETENUS", str(year), "A", "fr_all", "", measure, str(amount), "personne", "PV"]
            rows.append([*row, "", "1", "2024-11-15"])
    return rows


def sampled(indicator: str, unit: str, strata: tuple[Stratum, ...], year: int, edition: Edition) -> list[list[str]]:
    """The rows of one sample and year: the same draw in each edition, fewer units of it where some were taken out."""
    draw = random.Random(f"{indicator} {year}")
    answers = {s.code: [draw.random() < s.share + 0.01 * (year - FROM) for _ in range(s.drawn)] for s in strata}
    left = edition.left.get((indicator, year), {})
    strata = tuple(
        replace(s, drawn=left.get(s.code, s.drawn), weight=s.drawn * s.weight // left.get(s.code, s.drawn))
        for s in strata
    )
    found = {s.code: sum(answers[s.code][: s.drawn]) for s in strata}
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
        if (indicator, year) not in edition.unsaid:
            rows.append(("T", measure, amount, "pourcent"))
    rows.append(("T", "ECHANTILLON", str(sum(s.drawn for s in strata)), unit))
    broken = (indicator, year) in edition.breaks
    known = [indicator, str(year), "A", "fr_met_drom"]
    last = max(
        (e.number for e in (FIRST, *EDITIONS) if e.number <= edition.number and touched(e, indicator, year)), default=1
    )
    day = next((e.day for e in EDITIONS if e.number == last), f"{year + 1}-06-15")
    return [[*known, *row, "B" if broken else "E", "", str(last), day] for row in rows]


def touched(edition: Edition, indicator: str, year: int) -> bool:
    """Whether an edition changed something of a sample and year."""
    place = (indicator, year)
    return (
        place in edition.breaks
        or place in edition.unsaid
        or (
            place in edition.left
            and all(e.left.get(place) != edition.left[place] for e in EDITIONS if e.number < edition.number)
        )
    )


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
