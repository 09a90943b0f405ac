"""The synthetic estimates: the committed file is what the tool writes; precision by hand and as floating point gives it."""

import csv
import math
import subprocess
import sys
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "samples"
sys.path.insert(0, str(SAMPLES))

from make_estimates import SAMPLES as DRAWN  # noqa: E402
from make_estimates import Stratum, percent, precision  # noqa: E402

FILE = SAMPLES / "estimates/estimates.csv"


def test_the_committed_file_is_what_the_tool_writes(tmp_path):
    command = [sys.executable, str(SAMPLES / "make_estimates.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    for name in ("estimates.csv", "surveys_2.csv", "surveys_3.csv"):
        assert (tmp_path / name).read_bytes() == FILE.with_name(name).read_bytes()


def test_an_edition_differs_from_the_one_before_it_where_it_says_so():
    """Second: the users of 2023. Third: those of 2023 and 2024, the decisions of 2022 and 2024, and the year 2025. What did
    not change has the version it had."""
    first, second, third = (_rows(n) for n in ("estimates.csv", "surveys_2.csv", "surveys_3.csv"))
    places = [
        {(k[0], k[1]) for k in {*old, *new} if old.get(k) != new.get(k) and not k[0].startswith("PREV")}
        for old, new in ((first, second), (second, third))
    ]
    assert places[0] == {("ENQ_SATISFACTION", "2023")}
    assert places[1] == {
        (sample, year)
        for sample, years in (
            ("ENQ_SATISFACTION", ("2023", "2024", "2025")),
            ("ECH_RESIDENCE_ALT", ("2022", "2024", "2025")),
        )
        for year in years
    }
    assert {k for k in second if k not in third} == {
        ("ECH_RESIDENCE_ALT", "2022", "T", m) for m in ("ERREUR_TYPE", "IC_BAS", "IC_HAUT")
    }


def _rows(name):
    with FILE.with_name(name).open(encoding="utf-8", newline="") as stream:
        return {
            (r["indicateur"], r["periode"], r["strate"], r["mesure"]): tuple(r.values()) for r in csv.DictReader(stream)
        }


def test_precision_by_hand():
    """2 of 5 units, each one of two: p = 0.4, variance = (1 - 1/2) · 0.4 · 0.6 / 4 = 0.03, standard error 17.32 points."""
    share, error = precision((Stratum("A", 5, 2, 0.5),), {"A": 2})
    assert share == Fraction(2, 5)
    assert (percent(share), percent(error)) == ("40.00", "17.32")


@pytest.mark.parametrize(("indicator", "strata"), [(name, strata) for name, _, strata in DRAWN])
def test_what_is_delivered_follows_from_the_strata(indicator, strata):
    """The same formula in floating point, from the sums of weights in the file."""
    years = defaultdict(dict)
    with FILE.open(encoding="utf-8", newline="") as stream:
        for r in csv.DictReader(stream):
            if r["indicateur"] == indicator:
                assert r["statut"] == "E"
                years[r["periode"]][r["strate"], r["mesure"]] = float(r["valeur"])
    assert len(years) == 3
    for cells in years.values():
        size = sum(cells[s.code, "POIDS_TOTAL"] for s in strata)
        share = sum(cells[s.code, "POIDS_OUI"] for s in strata) / size
        variance = 0.0
        for s in strata:
            assert cells[s.code, "POIDS_TOTAL"] == s.drawn * s.weight
            p = cells[s.code, "POIDS_OUI"] / cells[s.code, "POIDS_TOTAL"]
            part = cells[s.code, "POIDS_TOTAL"] / size
            variance += part**2 * (1 - 1 / s.weight) * p * (1 - p) / (s.drawn - 1)
        error = math.sqrt(variance)
        assert cells["T", "ERREUR_TYPE"] == pytest.approx(100 * error, abs=0.0051)
        assert cells["T", "IC_BAS"] == pytest.approx(100 * (share - 1.96 * error), abs=0.0051)
        assert cells["T", "IC_HAUT"] == pytest.approx(100 * (share + 1.96 * error), abs=0.0051)
        assert cells["T", "ECHANTILLON"] == sum(s.drawn for s in strata)
