"""Commands that answer questionnaires: what is asked, said, carried forward, confirmed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, acting, load_file, parts_of, save
from greffe.cli.language import colon, here
from greffe.cli.show import failing, show
from greffe.errors import BadQuery, NotFound, Refused, nearest, numbered
from greffe.french import tell
from greffe.model.answers import LANGUAGES, NOTES, PARTS, AnswerKey
from greffe.model.structures import Dataflow
from greffe.release.parts import Parts
from greffe.transmission.answers import tables
from greffe.transmission.answers.acts import Typed, confirm, give, give_rest
from greffe.transmission.answers.asked import OPEN, STATES, Asked, Round, asked
from greffe.transmission.answers.book_back import look_back, take_back
from greffe.web.pages.words import sayer

Which = Annotated[str, typer.Argument(help="A questionnaire, e.g. CEPEJ.")]
Cycle = Annotated[int, typer.Argument(help="Year of the data that are asked.")]
Cell = Annotated[str, typer.Argument(help="A cell, e.g. CEPEJ_PROFESSIONALS__Q147__T__COUNT__T__2024.")]
Section = Annotated[str, typer.Option(help="A sheet of the questionnaire, e.g. Professionals.")]
Texts = Annotated[
    list[str] | None,
    typer.Option("--say", help=f"PART_LANGUAGE=TEXT, e.g. comment_fr=…; parts: {', '.join(PARTS)}. Empty: taken away."),
]
Text = Annotated[str, typer.Option(help="csv, or sdmx-csv of one dataflow.")]
COLUMNS = ("cell", "type", "state", "released", "value", "missing", "who")


def add_to(app: typer.Typer) -> None:
    """Add the commands below `greffe answers`."""
    group = typer.Typer(help="Answers to questionnaires that no release gives, and words beside figures.")
    for name, command in (
        ("list", list_command), ("give", give_command), ("confirm", confirm_command), ("rest", rest),
        ("export", export), ("import", import_command), ("read", read_command),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="answers")


def list_command(
    questionnaire: Which,
    cycle: Cycle,
    state: Annotated[str, typer.Option(help=f"Only cells that are {', '.join(STATES)}; open: the first three.")] = "",
    section: Section = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Every cell: what is released, what was said, by whom; and what is still open."""
    with failing(json_):
        if state not in ("", "open", *STATES):
            raise BadQuery(f"{state!r} is no state.", parameter="--state", nearest=nearest(state, ("open", *STATES)))
        found = asked(parts_of(home), questionnaire, cycle)
        wanted = OPEN if state == "open" else (state,) if state else STATES
        cells = [a for a in (found.section(section) if section else found.cells) if a.state in wanted]
        counts = found.counts()
        told = {"questionnaire": questionnaire, "cycle": cycle, "last": found.last, "states": counts,
                "cells": [_told(a) for a in cells], "no_longer_asked": list(found.gone)}  # fmt: skip
        title = f"{questionnaire} {cycle}: {', '.join(f'{n} {s}' for s, n in counts.items() if n)}"
        show(told, json_, rows=[_told(a) for a in cells], columns=COLUMNS, title=title)


def give_command(
    questionnaire: Which,
    cycle: Cycle,
    cell: Cell,
    value: Annotated[str | None, typer.Option(help="A number, Yes or No, a word of its list; NA, NAP.")] = None,
    say: Texts = None,
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Answer a cell, or explain its figure. What is not given stays as it was said last, in this cycle or the one before."""
    with failing(json_):
        parts, who = acting(home, as_)
        before = asked(parts, questionnaire, cycle).cell(cell)
        said = before.said
        kept = "" if said is None or before.cell.held else said.value or said.missing
        words = {p: dict(said.words.get(p, {})) if said else {} for p in PARTS}
        for part, language, text in map(_said, say or ()):
            words[part][language] = text
        typed = Typed(kept if value is None else value, "", words)
        give(parts, who, AnswerKey(questionnaire, cycle, cell), typed)
        one = asked(parts, questionnaire, cycle).cell(cell)
        show(_told(one), json_, title=f"{cell} is {one.state}.")


def confirm_command(
    questionnaire: Which,
    cycle: Cycle,
    cells: Annotated[list[str] | None, typer.Argument(help="Cells; or --section.")] = None,
    section: Section = "",
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Confirm what the last cycle said: of the named cells, or of a whole sheet."""
    with failing(json_):
        parts, who = acting(home, as_)
        if bool(cells) == bool(section):
            raise BadQuery("Cells are named, or a sheet with --section.", parameter="--section")
        count = confirm(parts, who, asked(parts, questionnaire, cycle), cells or (), section)
        _counted(parts, questionnaire, cycle, count, "Confirmed", json_)


def rest(
    questionnaire: Which,
    cycle: Cycle,
    section: Section,
    missing: Annotated[str, typer.Argument(help="NA: it exists and is not known; NAP: it does not exist.")],
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Say NA or NAP of every cell of a sheet that nothing is said of."""
    with failing(json_):
        parts, who = acting(home, as_)
        count = give_rest(parts, who, asked(parts, questionnaire, cycle), section, missing)
        _counted(parts, questionnaire, cycle, count, missing, json_)


def export(
    questionnaire: Which,
    cycle: Cycle,
    out: Annotated[Path, typer.Option(help="The file that is written.")],
    format_: Annotated[str, typer.Option("--format", help="csv, or sdmx-csv with --flow.")] = "csv",
    flow: Annotated[str, typer.Option(help="The collection dataflow, of sdmx-csv.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Write a table of all cells to work on, or the answers as observations of a dataflow."""
    with failing(json_):
        parts = parts_of(home)
        found = asked(parts, questionnaire, cycle)
        if format_ not in ("csv", "sdmx-csv"):
            raise BadQuery(f"{format_!r} is no format.", parameter="--format", nearest=("csv", "sdmx-csv"))
        if (format_ == "csv") == bool(flow):
            raise BadQuery("A dataflow goes with sdmx-csv, and with it alone.", parameter="--flow")
        save(out, tables.to_csv(found) if format_ == "csv" else _sdmx(parts, found, flow))
        show({"file": str(out), "cells": len(found.cells)}, json_, title=numbered(len(found.cells), "cell"))


def import_command(
    questionnaire: Which,
    cycle: Cycle,
    file: Annotated[Path, typer.Argument(help="CSV with cell, value, missing, comment_fr, …, as export writes it.")],
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Take a table of answers in: all of it, or nothing when a row is wrong."""
    with failing(json_):
        parts, who = acting(home, as_)
        count = tables.from_csv(parts, who, asked(parts, questionnaire, cycle), load_file(file), file.name)
        _counted(parts, questionnaire, cycle, count, "Answered", json_)


def read_command(
    file: Annotated[Path, typer.Argument(help="A workbook of a whole questionnaire, as it came back.")],
    of: Annotated[
        str, typer.Option(help="The delivery that it went out with, where its first sheet does not say.")
    ] = "",
    take: Annotated[bool, typer.Option("--take", help="Answer what differs, all of it or nothing; with --as.")] = False,
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Show what a returned workbook says otherwise than it went out; enter it with --take. Exit 3 when it is not taken."""
    with failing(json_):
        content = load_file(file)
        if take:
            parts, who = acting(home, as_)
            found, count = take_back(parts, who, content, file.name, of)
            _counted(parts, found.round.questionnaire.id, found.round.cycle, count, "Answered", json_)
            return
        found = look_back(parts_of(home), content, file.name, of)
        rows: list[dict[str, object]] = [asdict(d) for d in found.differs]
        told = {
            "transmission": found.transmission.id,
            "differs": rows,
            "faults": [f.text() for f in found.faults],
        }
        counts = f"answers and texts that differ: {len(rows)}; faults: {len(found.faults)}"
        title = f"{found.transmission.id}: {counts}"
        show(told, json_, rows=rows, columns=("cell", "part", "before", "after"), title=title)
        for fault in found.faults if not json_ else ():
            typer.echo(f"- {tell(fault, here()).text}")
        if found.faults:
            raise typer.Exit(Refused.exit_code)


def _sdmx(parts: Parts, found: Round, flow: str) -> bytes:
    ids = list(dict.fromkeys(s.flow for s in found.questionnaire.sheets))
    if flow not in ids:
        raise NotFound(f"{found.questionnaire.id} has no sheet of {flow!r}.", nearest=nearest(flow, ids) or ids)
    catalogue = parts.catalogue()
    dataflow = catalogue.latest(Dataflow, flow)
    return tables.to_sdmx_csv(found, dataflow, catalogue.structure(dataflow))


def _counted(parts: Parts, questionnaire: str, cycle: int, count: int, what: str, json_: bool) -> None:
    counts = asked(parts, questionnaire, cycle).counts()
    lang = here()
    word = sayer(("staff_answers",), lang)
    left = ", ".join(f"{word('state_' + s)}{colon(lang)} {n}" for s, n in counts.items() if s in OPEN and n) or "0"
    show({"count": count, "states": counts}, json_, title=f"{what}: {numbered(count, 'cell')}. Still open: {left}.")


def _said(text: str) -> tuple[str, str, str]:
    """`comment_fr=…`."""
    name, equals, told = text.partition("=")
    part, _, language = name.partition("_")
    if not equals or part not in PARTS or language not in LANGUAGES:
        known = [f"{p}_{x}" for p in PARTS for x in LANGUAGES]
        raise BadQuery(f"{text!r} is no PART_LANGUAGE=TEXT.", parameter="--say", nearest=nearest(name, known) or known)
    return part, language, told


def _told(one: Asked) -> dict[str, object]:
    found, last = tables.row_of(one), one.answer or one.earlier
    notes = {p: dict(one.said.words[p]) for p in ("text", *NOTES) if one.said and one.said.words.get(p)}
    return {
        **{c: found[c] for c in ("cell", "question", "label_fr", "label_en", "type", "state", "released", "value", "missing")},
        "words": notes, "who": last.who if last else "", "instant": last.instant if last else "",
        "carried": one.answer.carried if one.answer else str(last.key) if last else "",
        "confirmed_by": one.answer.confirmed_by if one.answer else "", "release": one.release,
    }  # fmt: skip
