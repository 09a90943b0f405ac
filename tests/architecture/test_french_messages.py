"""Every message of the code stands in French too, and is told so: a new English message without its French fails here."""

from __future__ import annotations

import csv
import io
import re
import time

import pytest
from message_templates import templates

from greffe.errors import BadDefinition, BadInput, Denied, GreffeError
from greffe.french import tell, tell_text
from greffe.french.read import FOLDER, catalogue, read
from greffe.french.tell import french
from greffe.transmission.contributions.compared import not_taken
from greffe.web.pages.words import FOLDER as WORDS
from greffe.web.pages.words import table

NB = "\u00a0"
# Single words, which are looked for in what is told and not in the code; and what the option parser says.
ELSEWHERE = ("words.csv", "typer.csv")


def line(english: str, told: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow((english, told))
    return out.getvalue()


def test_every_message_of_the_code_has_its_french():
    """The failure says which line to add to which file."""
    there = {t.english for t in catalogue()}
    missing = [
        f"api/greffe/french/messages/{min(where)}.csv: {line(english, '…')}"
        for english, where in sorted(templates().items())
        if english not in there
    ]
    assert not missing, "write the French of:\n" + "\n".join(missing)


def test_no_french_is_left_of_a_message_that_the_code_does_not_say():
    said = templates()
    stale = [
        f"{file.name}, line {row}: {template.english}"
        for file in sorted(FOLDER.glob("*.csv"))
        if file.name not in ELSEWHERE
        for row, template in read(file)
        if template.english not in said
    ]
    assert not stale, "no message says:\n" + "\n".join(stale)


def test_messages_are_found_through_helpers_constants_and_branches():
    """By hand: a plain one, a constant hint, a branch of a conditional, the parameter of a function that raises, a dictionary."""
    found = templates()
    assert "The column stands twice." in found
    assert "{!r} is not a code of {}." in found
    assert "{} decimals, and the structure holds {}." in found  # mapping/operands.py hands its reason to a function
    assert "It has no versions." in found  # one branch
    assert "It is UTF-16: save it as UTF-8." in found  # a value of a table, run through by items()
    assert "No results found" in found  # a title
    assert "Proposal {} is made." in found  # what a command says once it is done
    assert "{} approved draft {}: {} of 2." in found  # by way of a name
    assert len(found) > 1_300


def test_french_is_written_as_the_pages_write_it():
    """Typographic apostrophes, and blanks that do not break before : ; ? ! and within « »."""
    for template in catalogue():
        bare = re.sub(r"\{\d+\}|https?:\S*|\S+=\S*|\S*/\S*", "x", template.french)
        assert not re.search(r"[a-zà-ÿ]'[a-zà-ÿ]", bare), bare
        assert not re.search(r" [:;?!](\s|$)|« | »", bare), bare


@pytest.mark.parametrize(
    ("english", "told"),
    [
        ("'X9' is not a code of CL_SEX.", f"«{NB}X9{NB}» n’est pas un code de CL_SEX."),
        ('"l\'an" is no day.', f"«{NB}l'an{NB}» n’est pas un jour."),
        ("There is no draft d9.", "Il n’existe pas de projet d9."),
        (
            "Proposal p3 is withdrawn by Ana on 2026-01-01: The sum is wrong. See page 3.",
            f"La proposition p3 est retirée par Ana le 2026-01-01{NB}: The sum is wrong. See page 3.",
        ),
        ("2027-01-01 00:00:00 in Paris is past.", "2027-01-01 00:00:00 (heure de Paris) est passé."),
        (
            "With proposal p2, effective 2026-01-01: a.csv, row 12, column x: 'F9' is not a code of Y. Nearest: F. Write it out.",
            f"Avec la proposition p2, en vigueur le 2026-01-01{NB}: a.csv, ligne 12, colonne x{NB}: «{NB}F9{NB}» n’est pas un "
            f"code de Y. Valeurs proches{NB}: F. L’écrire en entier.",
        ),
        (
            "Ana is no approver (roles: author, releaser).",
            f"Ana n’a pas le rôle valideur (rôles{NB}: auteur, diffuseur).",
        ),
        ("decisions: 3 carried over, 1 new", f"décisions{NB}: 3 reprises, 1 nouvelles"),
        (
            "A#1, B#2 take effect at 2027-01-09 08:45:00 in Paris (07:45:00 UTC).",
            "A#1, B#2 prennent effet le 2027-01-09 08:45:00 (heure de Paris) (07:45:00 UTC).",
        ),
        (
            "1 map changes; 3 datasets are looked at, 2 are untouched.",
            f"1 table de passage change{NB}; 3 jeux de données sont regardés, 2 sont intacts.",
        ),
        (
            "2 places do not read:\n- a.csv, row 3: The column is missing.",
            f"2 endroits ne se lisent pas{NB}:\n- a.csv, ligne 3{NB}: La colonne manque.",
        ),
    ],
)
def test_a_message_is_told_in_french_with_what_is_in_it(english, told):
    """Names stay; what is quoted is quoted as in French; messages, lists and states within a message are told again; what
    somebody wrote (a reason) stays as it was written."""
    assert tell_text(english, "fr") == told
    assert tell_text(english, "en") == english


def test_an_error_is_told_whole():
    error = BadInput(
        "'X9' is not a code of CL_SEX.", file="a.csv", row=3, column="sexe", nearest=["F"], hint="Write it out."
    )
    told = tell(error, "fr")
    place = f"a.csv, ligne 3, colonne sexe{NB}: «{NB}X9{NB}» n’est pas un code de CL_SEX. Valeurs proches{NB}: F. L’écrire en entier."
    assert told.text == place
    assert (told.title, told.hint) == ("Fichier incorrect", "L’écrire en entier.")
    assert tell(error, "en").text == error.text()
    assert tell(Denied("Nobody knows."), "fr").text == "Nobody knows."  # no template: as it was said


def test_words_of_pages_are_written_so_too():
    """In every file of words, the blank before : ; ? ! and within « » does not break."""
    found = [
        f"{file.name} {key}: {texts['fr']}"
        for file in sorted(WORDS.glob("*.yaml"))
        for key, texts in table(file.stem).items()
        if re.search(rf"[ \u202f][:;?!»](?=[\s<.,)]|$)|«[^{NB}]|[^\W\d_)»][;?!](?=\s|$)", texts["fr"])
    ]
    assert not found, "\n".join(found)


def test_several_faults_are_told_line_by_line():
    error = BadDefinition("It is empty.", file="a.csv", row=1)
    error.others = (BadDefinition("The column is missing.", file="b.csv", column="x"),)
    lines = tell(error, "fr").text.split("\n")
    assert lines == [
        f"2 endroits sont erronés{NB}:",
        f"- a.csv, ligne 1{NB}: C’est vide.",
        f"- b.csv, colonne x{NB}: La colonne manque.",
    ]


@pytest.mark.parametrize(
    "hostile", [" is not " * 240, "'" + " of , and 'x' is : " * 95, "a. " * 600, "{1} {2} {*}", "<script>" * 200]
)
def test_what_people_type_costs_little_and_stays_as_it_is(hostile):
    """Text without end, made of the words of templates: told within a moment, changed in nothing but the words of ours."""
    assert french(f"{hostile[:1900]!r} is no day.") == f"«{NB}{repr(hostile[:1900])[1:-1]}{NB}» n’est pas un jour."
    assert tell_text("x" + hostile * 50, "fr") == "x" + hostile * 50  # longer than any message is


def test_many_faults_of_ours_cost_little():
    """What is told of a workbook with ten: each cut between sentences asks for the same parts again (six took 16 seconds)"""
    faults = (
        "Cases, row {}, column G: It is not clear where French ends and English begins: 'a / b / c'.",
        "Cases, row {}, column G: It holds '=A1', which is no text. Write the text itself.",
        "Cases, row {}, column J: It holds 'L' in place of 'a': a status is not typed. Write the text itself.",
    )
    body = " ".join(faults[n % 3].format(n) for n in range(10))
    start = time.process_time()
    assert french(f"back.xlsx is not taken: {body} Faults: 10.") is not None
    assert time.process_time() - start < 5


def test_each_of_many_faults_is_told_in_french():
    """Sentences that stand one after the other fit other sentences as well: `It est not clear …` was one of two."""
    told = ["oui / yes", "le total", "x"]
    unclear = [BadInput(f"It is not clear where French ends and English begins: {t!r}.", file="Q", row=3) for t in told]
    answer = tell(not_taken("back.xlsx", unclear), "fr").message
    says = f"On ne peut distinguer où finit le français et où commence l’anglais{NB}: «{NB}{{}}{NB}»."
    assert answer == (
        f"back.xlsx n’est pas repris{NB}: "
        + " ".join(f"Q, ligne 3{NB}: {says.format(t)}" for t in told)
        + f" Défauts{NB}: 3."
    )


def every_class(of: type[GreffeError] = GreffeError) -> list[type[GreffeError]]:
    return [of, *(c for sub in of.__subclasses__() for c in every_class(sub))]


def test_every_title_is_told():
    for one in every_class():
        assert french(one.title) is not None, one
