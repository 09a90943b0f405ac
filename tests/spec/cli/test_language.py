"""The language of commands: of the call, of the terminal; what programs read stays the same."""

from __future__ import annotations

import ast
import json

import pytest
from journey_tools import ROOT, begun
from typer.testing import CliRunner

from greffe.cli.language import heading, here, of_terminal
from greffe.cli.whole import app

NB = "\u00a0"


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return str(begun(tmp_path_factory.mktemp("language") / "var"))


def run(home: str, *words: str, **variables: str):
    env = {"GREFFE_LANG": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "C.UTF-8", "GREFFE_HOME": home, "COLUMNS": "200"}
    return CliRunner().invoke(app, [*words], env={**env, **variables})


@pytest.mark.parametrize(
    ("before", "variables"),
    [(("--lang", "fr"), {}), ((), {"LANG": "fr_FR.UTF-8"}), ((), {"LC_ALL": "fr_BE", "LANG": "en_GB"})],
)
def test_an_error_is_told_in_the_language_of_the_call_or_the_terminal(home, before, variables):
    """The exit code and the error as JSON are the same in both languages."""
    french = run(home, *before, "findings", "nowhere", **variables)
    english = run(home, "findings", "nowhere")
    assert french.exit_code == english.exit_code == 2
    assert f"Aucun résultat{NB}: Il n’existe pas de projet nowhere." in " ".join(french.stderr.split(" "))
    assert "There is no draft nowhere." in english.stderr
    as_json = run(home, *before, "findings", "nowhere", "--json", **variables)
    assert json.loads(as_json.stderr) == json.loads(run(home, "findings", "nowhere", "--json").stderr)


def test_tables_have_french_headings_and_json_has_its_names(home):
    told = run(home, "--lang", "fr", "extracts")
    assert "extraction" in told.stdout
    assert "lignes" in told.stdout
    assert run(home, "--lang", "fr", "extracts", "--json").stdout == run(home, "extracts", "--json").stdout


def test_what_was_done_is_said_in_french(home):
    """Sentences on standard output, and on standard error; the same in English; nothing of it in what programs read."""
    for words, french, english in (
        (("store",), f"0 diffusions{NB}: 0 octets conservés, 0 dérivés", "0 releases: 0 bytes kept, 0 derived"),
        (("transmissions", "channels"), "Aucun n’est configuré dans channels.toml", "None is set up in channels.toml"),
        (("transmissions", "verify"), "0 livraisons, 0 défauts", "0 deliveries, 0 faults"),
        (("identities",), "Elles ne gardent rien, faute de deux chiffres", "They guard nothing, for they find no two"),
    ):
        told = run(home, "--lang", "fr", *words)
        assert french in told.output, words
        assert english in run(home, *words).output, words
        assert run(home, "--lang", "fr", *words, "--json").stdout == run(home, *words, "--json").stdout


@pytest.mark.parametrize(
    ("call", "french", "english"),
    [
        (("extracts", "--hom", "x"), "Il n’y a pas d’option --hom. Options proches", "No such option: --hom"),
        (("prepar",), f"Il n’y a pas de commande «{NB}prepar{NB}». Était-ce", "No such command 'prepar'."),
        (("approve",), f"Argument manquant{NB}: «{NB}subject{NB}».", "Missing argument 'subject'."),
        (("findings", "d", "--most", "x"), "ce n’est pas un nombre entier", "Input should be a valid integer"),
        (("extracts", "a", "b"), f"Arguments en trop{NB}: a b", "Got unexpected extra argument"),
        (("effect", "--json=1"), "L’option «\u00a0--json\u00a0» ne prend pas de valeur.", "does not take a value"),
        (("rounds",), "Commande manquante.", "Missing command."),
    ],
)
def test_a_call_that_cannot_be_read_is_told_in_the_language(home, call, french, english):
    for before, variables, told in (
        (("--lang", "fr"), {}, french),
        ((), {"LANG": "fr_FR.UTF-8"}, french),
        ((), {}, english),
    ):
        ran = run(home, *before, *call, **variables)
        assert ran.exit_code == 2
        assert told in ran.stderr, ran.stderr
        assert ("Erreur" if told == french else "Error") in ran.stderr


def test_drafts_of_answers_are_in_the_language_of_the_command(home):
    refused = [
        run(home, *before, "transmissions", "questions", "NO", "2024").stderr for before in ((), ("--lang", "fr"))
    ]
    assert "There is no" in refused[0]
    assert "pas de" in refused[1]


def test_a_language_that_is_not_offered_is_refused(home):
    refused = run(home, "--lang", "xx", "extracts")
    assert (refused.exit_code, "There are no labels in 'xx'." in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("variables", "lang"),
    [
        ({}, "en"), ({"LANG": "fr_FR.UTF-8"}, "fr"), ({"LANG": "C"}, "en"), ({"LANG": "de_DE"}, "en"), ({"LANG": "fr"}, "fr"),
        ({"LC_ALL": "C", "LANG": "fr_FR"}, "en"), ({"GREFFE_LANG": "fr", "LC_ALL": "C"}, "fr"),
    ],
)  # fmt: skip
def test_the_first_variable_that_is_set_decides(variables, lang):
    assert of_terminal(variables) == lang


def test_a_command_s_own_language_counts_most():
    assert (here("fr"), here("en")) == ("fr", "en")


def test_columns_of_tables_have_french_headings():
    """Of all that commands show at most one in twenty still goes by its English name."""
    named = set()
    for file in sorted((ROOT / "api/greffe/cli").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "columns":
                named |= {
                    c.value for c in ast.walk(node.value) if isinstance(c, ast.Constant) and isinstance(c.value, str)
                }
    assert len(named) > 50
    same = {n for n in named if heading(n, "fr") == n and "_" in n}
    assert len(same) <= len(named) / 20, sorted(same)
    assert heading("rows", "en") == "rows"
