"""Rounding and equal values excuse nothing: where definitions differ and no step bridges them, it is said and stays open."""

from __future__ import annotations

from pathlib import Path

import pytest
from bridge_asked import asked
from journey_tools import inside

CONVICTIONS = """s,p,v
"Condamnations 2017 (arrondi, provisoire)",2017,558000
"Condamnations (définitif, hors tribunaux de police)",2017,557700
Condamnations inscrites au Casier,2013,610000
Condamnations (définitif),2013,606000
Condamnations définitives (provisoire),2024,559400
dont majeurs,2024,520000
dont mineurs,2024,39500
"""
FILES = (
    ("SSM Justice", "Condamnations", CONVICTIONS),
    ("SSM Justice", "Prison mensuel", "s,p,v\nDensité au 1er novembre,2022,120\n"),
    ("Eurostat", "crim_pris_cap", "s,p,v\noccupancy rate,2022,120\n"),
)


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publications whose figures come near each other, or are equal, by chance."""
    folder = tmp_path_factory.mktemp("near")
    home = folder / "var"
    assert inside(home, "people", "--add", "camille", "--role", "author").code == 0
    for body, dataset, text in FILES:
        (folder / "p.csv").write_text(text, encoding="utf-8")
        added = inside(home, "publications", "add", str(folder / "p.csv"), "--body", body, "--dataset", dataset,
                       "--as", "camille", "--series", "s", "--period", "p", "--value", "v")  # fmt: skip
        assert added.code == 0, added.err
    return home


def test_another_edition_is_no_matter_of_rounding(near: Path):
    """558,000 to the thousand stands for 557,500 to 558,499, and 557,700 is one of them: but one counts the police courts
    and the other does not, and they are two editions. 610,000 to ten thousand and 606,000: an estimate and a final figure."""
    found = asked(near, "FP21")
    assert (found["difference"], found["state"], found["chains"]) == ("-300", "open", [])
    assert (found["open"], found["remainder"]) == ("-300", "-300")
    assert found["result"] == (
        "The difference of −300 is not explained: it stays open. Rounding could hide it, but is no cause: no step bridges in"
        " what they differ: edition (edition of December 2018 / final), scope (all courts / without police courts)."
    )
    found = asked(near, "FP19")
    assert (found["difference"], found["state"], found["open"]) == ("-4000", "open", "-4000")
    assert "no step bridges in what they differ: edition (first edition, with an estimate / final)." in found["result"]
    french = asked(near, "FP19", "--lang", "fr")["result"]
    assert (
        "aucune étape ne relie ce qui diffère : édition (première édition, avec une estimation / définitif)." in french
    )


def test_rounding_alone_explains_where_nothing_else_differs(near: Path):
    """559,400 and 520,000 + 39,500 = 559,500, each to the hundred, of one edition and one day."""
    found = asked(near, "FP22")
    assert (found["state"], found["open"]) == ("explained", "0")
    assert [(s["kind"], s["amount"]) for s in found["chains"][0]] == [("rounding", "100")]


def test_equal_values_of_two_days_are_not_one_figure(near: Path):
    """120 on 1 October and 120 on 1 November 2022."""
    found = asked(near, "FP12")
    assert (found["state"], found["difference"]) == ("equal", "0")
    assert found["result"] == (
        "Both figures are equal in value. They are not of the same thing: they differ in reference date"
        " (2022 = 2022-10-01 / 2022 = 2022-11-01)."
    )
