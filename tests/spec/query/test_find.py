"""Search: what each question finds and leads to, over a handful of terms written here."""

from __future__ import annotations

import pytest

from greffe.catalogue.load import load
from greffe.catalogue.policies.synonyms import COLUMNS, FILE, read_synonyms
from greffe.errors import BadDefinition
from greffe.query.find import Index
from greffe.query.find_terms import CODE, FLOW, SYNONYM, Place, Term, split, terms

HEADER = ",".join(COLUMNS)
CRIME, PRISON, JOBS = "CRIME", "PRISON", "JOBS"


def term(kind, text, language, *places):
    return Term(kind, text, language, places, {"en": text}, words=split(text))


def cell(flow, dimension, code):
    return Place(flow, ((dimension, code),))


INDEX = Index(
    [
        term(FLOW, "Infractions enregistrées", "fr", Place(CRIME)),
        term(FLOW, "Personnes détenues", "fr", Place(PRISON)),
        term(FLOW, "Personnels de la justice", "fr", Place(JOBS)),
        term(CODE, "Homicide volontaire", "fr", cell(CRIME, "iccs", "HOM"), cell(PRISON, "iccs", "HOM")),
        term(CODE, "Tentative d’homicide", "fr", cell(CRIME, "iccs", "TRY")),
        term(CODE, "Vol", "fr", cell(CRIME, "iccs", "THEFT")),
        term(CODE, "Volontaires", "fr", cell(JOBS, "job", "VOL")),
        term(CODE, "Femmes", "fr", cell(PRISON, "sex", "F"), cell(JOBS, "sex", "F")),
        term(CODE, "Women", "en", cell(PRISON, "sex", "F"), cell(JOBS, "sex", "F")),
        term(SYNONYM, "garde à vue", "fr", cell(CRIME, "leg", "SUSP")),
        term(SYNONYM, "taux d’occupation", "fr", Place(PRISON)),
    ],
    {CRIME: 0, PRISON: 1, JOBS: 0},
)


@pytest.mark.parametrize(
    ("question", "flow", "cells"),
    [
        ("homicide volontaire", CRIME, [("iccs", "HOM")]),
        ("HOMICIDES VOLONTAIRES", CRIME, [("iccs", "HOM")]),
        ("homcide volontaire", CRIME, [("iccs", "HOM")]),  # a letter is missing
        ("homicied volontiare", CRIME, [("iccs", "HOM")]),  # letters changed places
        ("homici volon", CRIME, [("iccs", "HOM")]),  # still being typed
        ("garde a vue", CRIME, [("leg", "SUSP")]),
        ("detenue", PRISON, []),
        ("détenus", PRISON, []),
        ("taux d'occupation", PRISON, []),
        ("women detenu", PRISON, [("sex", "F")]),  # a word of each language
        ("femmes détenues homicide", PRISON, [("sex", "F"), ("iccs", "HOM")]),
        ("vol", CRIME, [("iccs", "THEFT")]),
        ("zzzz homicide volontaire", CRIME, [("iccs", "HOM")]),
    ],
)
def test_the_first_answer(question, flow, cells):
    first = INDEX.find(question)[0]
    assert (first.flow, sorted(first.cells)) == (flow, sorted(cells))


def test_what_is_not_found():
    assert INDEX.find("zzzz") == []
    assert INDEX.find("") == []
    assert [h.flow for h in INDEX.find("vol")] == [CRIME, JOBS, PRISON]  # begun words come after whole ones
    assert "garde" not in [m.term.text for h in INDEX.find("garde") for m in h.met]  # half a synonym is another thing


def test_other_codes_are_offered_beside_and_years_are_periods():
    (first, *_) = INDEX.find("homicide 2019 2021")
    assert first.flow == CRIME
    assert first.years == ("2019", "2021")
    assert {*first.cells, *(c for m in first.also for c in m.place.cells)} == {("iccs", "HOM"), ("iccs", "TRY")}


def test_of_equal_answers_the_better_ranked_comes_first():
    found = INDEX.find("femmes")
    assert [h.flow for h in found] == [JOBS, PRISON]
    assert found[0].score == found[1].score


def catalogue(*rows):
    from small_catalogue import files

    return load({**files(), FILE: "\n".join((HEADER, *rows, "")).encode()})


def test_terms_of_a_catalogue_lead_to_what_is_released_only():
    small = catalogue("accused,en,CL_LEG,PROSECUTED,,same,,,inferred,", "jailed,en,CL_LEG,HELD,,same,,,inferred,")
    held = {"freq": ("A",), "leg": ("CONVICTED", "PROSECUTED"), "sex": ("F", "M"), "unit": ("NR",)}
    index = Index(terms(small, {"OUT": {**held, "TIME_PERIOD": ("2020", "2021")}}))
    (hit,) = index.find("accused")
    assert (hit.flow, hit.cells) == ("OUT", (("leg", "PROSECUTED"),))
    assert index.find("jailed") == []  # HELD is a code of the list and in no release
    assert index.find("HELD") == []
    (hit,) = index.find("POURS")  # an indicator, by its map's rows
    assert hit.cells == (("leg", "PROSECUTED"),)
    (hit,) = index.find("NR")
    assert hit.cells == ()  # there is no other unit to choose
    assert Index(terms(small, {})).find("accused") == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "x,en,CL_LEG,PROSECUTE,,same,,,inferred,",
            "row 2, column code: 'PROSECUTE' is no code of CL_LEG. Nearest: PROSECUTED",
        ),
        ("x,en,CL_LEGS,HELD,,same,,,inferred,", "column codelist: There is no codelist CL_LEGS. Nearest: CL_LEG"),
        ("x,en,,,OUTT,same,,,inferred,", "column flow: There is no dataflow OUTT. Nearest: OUT"),
        ("x,en,,,INT,same,,,inferred,", "column flow: INT is internal"),
        ("x,en,CL_LEG,HELD,OUT,same,,,inferred,", "column flow: A term means either"),
        ("x,en,CL_LEG,,,same,,,inferred,", "column code: A code needs its list"),
        ("x,de,CL_LEG,HELD,,same,,,inferred,", "column language: 'de' is not known here"),
        ("x,en,CL_LEG,HELD,,near,a note,,inferred,", "column note_fr: Say in both languages"),
        ("x,en,CL_LEG,HELD,,same,,,sure,", "column confidence"),
    ],
)
def test_a_wrong_synonym_is_refused_with_its_place(row, said):
    with pytest.raises(BadDefinition) as caught:
        catalogue(row)
    assert f"{FILE}, row 2" in str(caught.value)
    assert said in str(caught.value)


def test_a_synonym_stands_once():
    row = "x,en,CL_LEG,HELD,,same,,,inferred,"
    with pytest.raises(BadDefinition, match="stands in line 2 already"):
        read_synonyms("\n".join((HEADER, row, row.replace("x", "X", 1), "")).encode(), FILE)
