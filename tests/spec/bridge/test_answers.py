"""`greffe bridge` from the outside: numbers worked out by hand from the published figures."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import openpyxl
import pytest
from bridge_asked import asked
from journey_tools import inside


def steps(answer: dict) -> list[list[tuple[str, str]]]:
    return [[(s["kind"], s["amount"]) for s in chain] for chain in answer["chains"]]


def stays_open(home: Path, pair: str) -> list[tuple[str, str]]:
    """Amount and reason of the row for what stays open."""
    rows = csv.reader(io.StringIO(inside(home, "bridge", pair, "--format", "csv").out))
    return [(r[2], r[5]) for r in rows if r[0] == "Stays open"]


def test_the_first_case(home: Path):
    """64,003 by citizenship = 61,076 detained + 2,927 not housed on 1 January 2008."""
    found = asked(home, "FP01")
    assert (found["a"]["value"], found["b"]["value"], found["difference"]) == ("61076", "64003", "2927")
    assert (found["state"], found["open"]) == ("explained", "0")
    assert steps(found) == [[("population", "2927")]]
    (part,) = found["chains"][0][0]["parts"]
    assert (part["body"], part["series"], part["period"], part["value"]) == (
        "SSM Justice", "Écroués non hébergés au 1er janvier", "2008", "2927",
    )  # fmt: skip
    assert part["note"] == "Assemblée nationale, 13e législature, réponse à la question écrite 16230"
    assert {d["dimension"] for d in found["definitions_differ"]} == {"population", "composition"}
    assert found["result"].startswith(
        "The difference of +2,927 is explained to the last digit. It leaves a difference of definition that moves no figure "
        "here: composition (published total / nationals plus foreigners)."
    )
    assert [d["dimension"] for d in found["definitions_differ"] if d["moves_nothing"]] == ["composition"]


def test_no_explained_pair_hides_a_difference_of_definition(home: Path):
    """Of every explained pair each dimension in which the definitions differ has its step, is said to move no figure, or is
    one that rounding hides and that is told."""
    pairs = [p for p in asked(home)["pairs"] if p["state"] == "explained"]
    assert {p["pair"]: p["moves_nothing"] for p in pairs}["FP01"] == ["composition"]
    assert next(p for p in pairs if p["pair"] == "FP01")["verdict"] == "explained (moves no figure here: composition)"
    for one in pairs:
        if one["moves_nothing"] or not one["pair"].startswith("FP"):
            continue
        found = asked(home, one["pair"])
        told = {s["kind"] for s in (*found["chains"][0], *found["untold"])}
        assert {d["dimension"] for d in found["definitions_differ"]} - {"rounding"} <= told, one["pair"]


def test_three_amounts_in_two_steps(home: Path):
    """582142 - (31061 - 2529) + (552104 - 548649) + (2442 - 2432) = 557075."""
    found = asked(home, "FP20")
    assert steps(found) == [[("scope", str(2529 - 31061)), ("revision", str(3455 + 10))]]
    assert 582142 + 2529 - 31061 + 3455 + 10 == 557075
    assert found["state"] == "explained"


def test_one_stock_under_two_labels(home: Path):
    """UNODC's 2007 is 1 January 2008, and its 2022 is 1 October 2022: the same figures as the national ones."""
    for pair, day in (("FP02", "2008-01-01"), ("FP11", "2022-10-01")):
        found = asked(home, pair)
        assert found["a"]["reference_date"] == found["b"]["reference_date"] == day
        assert steps(found) == [[("reference_date", "0")]]
        assert found["result"] == (
            "It is the same figure under two labels. It rests on definitions or steps that nobody has confirmed: from memory."
        )
        assert (found["a"]["confidence"], found["b"]["confidence"], found["basis"]) == (
            "inferred",
            "recalled",
            "recalled",
        )
    # How sure the day is comes with it: 2007 by a written answer, 2022 by pages that quote the ministry.
    told = asked(home, "FP02", "--lang", "fr")["chains"][0][0]["reason"]
    assert told.startswith(
        "Les deux chiffres sont du 01/01/2008 ; le premier porte le millésime 2007, le second 2008\u00a0; UNODC 2007\u00a0: "
    )
    assert told.endswith("Égal au stock national de ce jour, written answer 16230, confiance\u00a0: vérifié")
    assert found["chains"][0][0]["reason"].endswith(
        "not to that of 1 January 2023, press quoting the ministry, confidence: read where it is quoted"
    )


def test_a_rate_over_an_older_population(home: Path):
    """99558 offences over 66,809,816 inhabitants are 149.017, over the 66,638,391 of 2016 149.4004, published 149.40."""
    found = asked(home, "FP24")
    (chain,) = found["chains"]
    assert [s["kind"] for s in chain] == ["population_vintage", "rounding"]
    assert found["a"]["value"].startswith("149.0170")
    assert chain[0]["amount"].startswith("0.3833")
    assert chain[1]["amount"].startswith("-0.0003659")


def test_what_stays_open(home: Path):
    """88 persons more than the national stock; 732 of a fall of 2016, once 2748 persons are located; 4 juveniles."""
    found = asked(home, "FP06")
    assert (found["state"], found["open"], found["remainder"]) == ("open", "88", "88")
    found = asked(home, "FP08")
    assert found["state"] == "partly"
    assert [(s["kind"], s["amount"]) for s in found["located"]] == [("appeal", str(18327 - 13923 - 7152))]
    assert (found["remainder"], found["open"]) == ("732", "-2016")
    said = (
        "The difference of −2,016 stays open: it is known where −2,748 lies but not why; +732 is not accounted for."
        " No step bridges in what they differ: reference date (2018 = 2019-01-01 / 2019 = 2020-01-01)."
    )
    assert found["result"] == said
    assert stays_open(home, "FP08") == [
        ("−2,016", "−2,748: it is known where it lies but not why; +732: nothing is known of it")
    ]
    found = asked(home, "FP16")
    assert [(s["kind"], s["amount"]) for s in found["located"]] == [("composition", str(692 - 671 - 17))]
    assert (found["state"], found["remainder"], found["open"]) == ("partly", "0", "4")
    assert found["result"] == "The difference of +4 stays open: it is known where it lies but not why."
    assert [amount for amount, _ in stays_open(home, "FP16")] == ["+4"]
    assert [amount for amount, _ in stays_open(home, "FP01")] == []


def test_two_chains_that_read_one_figure_are_one_proof(home: Path, tmp_path: Path):
    """What UNODC shows as other supervision and what a page quotes as not housed may both make the difference."""
    copy = tmp_path / "var"
    assert inside(copy, "people", "--add", "camille", "--role", "author").code == 0
    for body, dataset, lines in (
        ("SSM Justice", "Prison mensuel", ("Détenus au 1er janvier,2020,70651", "Écroués au 1er janvier,2020,82860",
                                           "Écroués non hébergés au 1er janvier,2020,12209")),
        ("UNODC", "data_cts_prisons_and_prisoners", (
            "FRA|Persons held under other types of supervision|Total|Total|Total|Total|Counts,2019,12209",)),
    ):  # fmt: skip
        file = tmp_path / "p.csv"
        file.write_text("\n".join(("s,p,v", *lines, "")))
        added = inside(copy, "publications", "add", str(file), "--body", body, "--dataset", dataset, "--as", "camille",
                       "--series", "s", "--period", "p", "--value", "v")  # fmt: skip
        assert added.code == 0, added.err
    found = asked(copy, "nat_detained_jan@2020", "nat_committed_jan@2020")
    assert [c[0]["step"] for c in found["chains"]] == ["not_housed", "under_supervision"]
    assert "There are 2 chains, but they read the same figure by 2 routes" in found["result"]
    back = asked(copy, "nat_committed_jan@2020", "nat_detained_jan@2020")
    assert steps(back) == [[("population", "-12209")], [("population", "-12209")]]
    assert back["chains"][0][0]["backwards"]


def test_every_pair_of_the_list(home: Path):
    """The named pairs come first; each pair stands once; the states are counted; filters hold."""
    found = asked(home)
    pairs = found["pairs"]
    assert [p["pair"] for p in pairs[:28]] == [f"FP{n:02}" for n in range(1, 29)]
    assert len({frozenset((p["a"], p["b"])) for p in pairs}) == len(pairs)
    assert sum(found["counts"].values()) == len(pairs)
    one = asked(home, "--concept", "prison_density", "--state", "explained")["pairs"]
    assert {(p["concept"], p["state"]) for p in one} == {("prison_density", "explained")}
    assert all(p["open"] == "0" for p in pairs if p["state"] in ("equal", "explained"))
    assert all(p["difference"] == "0" for p in pairs if p["state"] == "equal")


def test_a_table_to_send(home: Path, tmp_path: Path):
    """Title, both figures with source and date, steps with amount, reason and reference, result, day and what it was made
    of: in French, in every format."""
    page = inside(home, "bridge", "FP01", "--lang", "fr", "--format", "md").out
    assert page.startswith("## FP01: Population détenue 2007 : total et nationalités\n")
    for said in (
        "| Premier chiffre | UNODC\u00a0: Personnes détenues | 61\u202f076 |",
        "| 01/01/2008 | sous le millésime 2007\u00a0; définition\u00a0: déduit |",
        "| Étape | population\u00a0: Écroués non hébergés | +2\u202f927 |", "question écrite 16230\u00a0; confiance\u00a0: vérifié |",
        "(calculé\u00a0: 51\u202f766 + 12\u202f237) | 64\u202f003 |", "est expliqué au dernier chiffre près. Il reste une",
        "définition qui ne déplace ici aucun chiffre\u00a0: composition (total publié / nationaux plus étrangers). Cela repose",
        "| Définitions différentes | composition |  |  |  | total publié / nationaux plus étrangers\u00a0; ne déplace ici aucun",
        "n’a confirmées\u00a0: déduit. | expliqué |",
        "| Établi | à partir de UNODC-data_cts_prisons_and_prisoners-", "(relevé le 11/05/2023)",
    ):  # fmt: skip
        assert said in page, said
    rows = list(csv.reader(io.StringIO(inside(home, "bridge", "FP01", "--format", "csv").out)))
    assert rows[0] == ["Line", "What", "Value", "Source", "Date", "Reason and reference"]
    assert [r[2] for r in rows if r[0] in ("First figure", "Step", "Second figure")] == ["61,076", "+2,927", "64,003"]
    out = tmp_path / "answer.xlsx"
    assert inside(home, "bridge", "FP01", "--format", "xlsx", "--out", str(out)).code == 0
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [[c.value or "" for c in row] for row in sheet.iter_rows()] == rows
    screen = inside(home, "bridge", "FP01").out
    assert "The difference of +2,927 is explained to the last digit." in screen


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("FP99",), "There is no pair 'FP99'. Nearest: FP19"),
        (("unodc_hel@2007", "unodc_held@2008"), "There is no figure 'unodc_hel@2007'. Nearest: unodc_held@2007"),
        (("unodc_held@2007", "unodc_held@2007"), "a pair is of two figures"),
        (("unodc_held@2007", "unodc_capacity@2007"), "only figures of one concept are compared"),
        (("--state", "opened"), "parameter --state: 'opened' is not known here. Nearest: open, explained."),
        (("--concept", "prisons"), "parameter --concept: 'prisons' is not known here. Nearest: prison_rate"),
        (("FP01", "--format", "xls"), "parameter --format: 'xls' is not known here. Nearest: xlsx"),
        (("FP01", "--format", "xlsx"), "parameter --out: A workbook needs a file."),
        (("FP01", "--lang", "de"), "There are no labels in 'de'."),
    ],
)
def test_one_line_for_what_is_not_there(home: Path, arguments: tuple[str, ...], said: str):
    ran = inside(home, "bridge", *arguments)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
