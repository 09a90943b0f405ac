"""`greffe doctor`: what is wrong with this house, and what to do."""

from __future__ import annotations

import os
from functools import partial
from typing import Annotated, Final

import typer

from greffe.app import compose
from greffe.cli.common import Home, Json
from greffe.cli.language import here
from greffe.cli.show import failing, progress, show
from greffe.errors import GreffeError
from greffe.french import tell
from greffe.upkeep.doctor import Told, examine

COLUMNS: Final = ("check", "state", "said")
_CODES: Final = {"well": 0, "look": 3, "wrong": 7}
_FRENCH: Final = {
    "settings": "réglages", "home": "dossier", "disk": "disque", "register": "registre", "clock": "horloge",
    "chain": "chaîne", "bucket": "compartiment", "files": "fichiers", "left over": "restes", "jobs": "tâches",
    "transmissions": "transmissions",
    "keys": "clés", "well": "bien", "look": "à voir", "wrong": "mal",
}  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(doctor)


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Files are looked for and not read.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Look at everything and say what is wrong and what to do. Exit 0: all is well; 3: something to look at; 7: wrong."""
    with failing(json_):
        lang = here()
        with progress("doctor", json_) as bar:
            said = lambda name: bar.update(bar.task_ids[0], note=name)  # noqa: E731
            found = list(examine(os.environ, home, partial(compose, doubted=True), quick=quick, tell=said))
        rows = [_row(told, error, lang) for told in found for error in (told.errors or (None,))]
        state = max((t.state for t in found), key=lambda s: _CODES[s])
        words = [{k: _word(v, lang) if k != "said" else v for k, v in row.items()} for row in rows]
        show(
            {"state": state, "found": rows},
            json_,
            rows=words,
            columns=COLUMNS,
            after=_word(state, lang).capitalize() + ".",
        )
    if state != "well":
        raise SystemExit(_CODES[state])


def _row(told: Told, error: GreffeError | None, lang: str) -> dict[str, str]:
    """One line: of one thing that was found, or that all is well. The hint is what to do."""
    state = Told(told.check, (error,) if error else ()).state
    return {"check": told.check, "state": state, "said": tell(error, lang).text if error else ""}


def _word(text: str, lang: str) -> str:
    return _FRENCH.get(text, text) if lang == "fr" else text
