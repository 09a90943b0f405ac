"""The help of every command and option stands in French too, word for word: one without its French fails here."""

from __future__ import annotations

import csv
import io

import pytest
import typer
from typer.testing import CliRunner

from greffe.cli.commands import application
from greffe.cli.help import HELP, helped
from greffe.french.whole_texts import table

PARSERS = "Show this message and exit."  # of the option parser, at every command


@pytest.fixture(scope="module")
def app() -> typer.Typer:
    return application()


def line(english: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow((english, "…"))
    return out.getvalue()


def test_every_text_of_help_has_its_french(app):
    """The failure says which line to add."""
    said = {" ".join(str(one.help).split()) for one in helped(typer.main.get_command(app))} | {PARSERS}
    assert len(said) > 350
    missing = sorted(said - set(table(HELP)))
    assert not missing, "write in api/greffe/french/whole/help.csv:\n" + "\n".join(map(line, missing))
    assert not set(table(HELP)) - said, "no command has such a text"


@pytest.mark.parametrize(
    ("call", "environ", "said", "unsaid"),
    [
        (["--lang", "fr", "--help"], {}, ("Usage\u00a0:", "Commandes", "Lister les extractions remises."), "List the extracts"),
        (["extracts", "--help"], {"GREFFE_LANG": "fr"}, ("Dossier de travail", "Afficher cette aide et quitter."), "Home dir"),
        (["--lang", "en", "extracts", "--help"], {"GREFFE_LANG": "fr"}, ("Usage:", "Home directory"), "Dossier"),
        (["extracts", "--help"], {"GREFFE_LANG": "en"}, ("Usage:", "Show this message and exit."), "Dossier"),
    ],
)  # fmt: skip
def test_help_is_told_in_the_language_of_the_call_else_of_the_terminal(app, call, environ, said, unsaid):
    told = CliRunner().invoke(app, call, env={"COLUMNS": "140", "LC_ALL": "C", **environ})
    assert told.exit_code == 0, told.output
    assert all(text in told.output for text in said), told.output
    assert unsaid not in told.output
