"""Commands about what houses contribute: contributions list, show, answer, workbook, take, sign, reopen, extend, merge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, Reason, acting, load_file, parts_of, save
from greffe.cli.language import here
from greffe.cli.show import failing, show
from greffe.errors import BadQuery, Refused
from greffe.french import tell
from greffe.model.answers import LANGUAGES, PARTS
from greffe.model.contributions import STATES, Contribution
from greffe.model.instants import PARIS, given_by_people
from greffe.release.contributing import Waited, all_waited, named, seen
from greffe.release.parts import Parts
from greffe.transmission.contributions.acts import Typed, counts, extend, give, merge, reopen, sign
from greffe.transmission.contributions.book_in import Reading, look, take
from greffe.transmission.contributions.book_out import export
from greffe.transmission.contributions.carried import confirm
from greffe.transmission.contributions.places import board
from greffe.transmission.contributions.translating import translate

Id = Annotated[str, typer.Argument(help="A contribution, e.g. UN_CTS-2024-DAP.")]
COLUMNS = ("contribution", "house", "way", "due", "state", "answered", "signed_by", "late")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(
        no_args_is_help=True, help="What houses contribute to deliveries: their own cells, signed and merged."
    )
    for name, command in (
        ("list", list_command), ("show", show_command), ("answer", answer), ("workbook", workbook), ("take", take_command),
        ("confirm", confirm_command), ("translate", translate_command),
        ("sign", sign_command), ("reopen", reopen_command), ("extend", extend_command), ("merge", merge_command),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="contributions")


def list_command(
    state: Annotated[str, typer.Option(help=f"Only those that are {', '.join(STATES)}.")] = "",
    house: Annotated[str, typer.Option(help="Only those of this house, e.g. DAP.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """List the contributions that deliveries wait for, by deadline."""
    with failing(json_):
        if state and state not in STATES:
            raise Refused(f"{state!r} is no state.", parameter="--state", nearest=STATES)
        parts = parts_of(home)
        found = [w for w in all_waited(parts) if state in ("", w.one.state) and house in ("", w.house)]
        rows = [_row(parts, w) for w in found]
        show({"contributions": rows}, json_, rows=rows, columns=COLUMNS)


def show_command(id_: Id, as_: As = "", home: Home = None, json_: Json = False) -> None:
    """The cells of a house: what is released, what it said; its workbooks out and in; with --as, to whom may see them."""
    with failing(json_):
        parts, who = acting(home, as_, late=True)
        waited = seen(parts, who, id_)
        own = board(parts, waited.row.questionnaire, waited.year).of(waited.house)
        rows: list[dict[str, object]] = []
        for name, place in own.items():
            said = waited.one.cells.get(name)
            told = "" if said is None else said.value or said.missing
            released = place.cell.text if place.cell.held else ""
            comment = "" if said is None else said.word("comment", "en") or said.word("comment", "fr")
            rows.append(
                {"cell": name, "sheet": place.sheet.layout.id, "released": released, "said": told, "comment": comment}
            )
        done, asked = counts(parts, waited)
        show(_told(parts, waited) | {"cells": rows}, json_, rows=rows, columns=("cell", "released", "said", "comment"),
             title=f"{id_} of {waited.house} is {waited.one.state}: {done} of {asked} cells answered")  # fmt: skip


def answer(
    id_: Id,
    cell: Annotated[str, typer.Argument(help="The name of a cell, as contributions show lists it.")],
    value: Annotated[str, typer.Argument(help="A number in digits, Yes or No, a word of its list; NA or NAP.")] = "",
    words: Annotated[
        list[str] | None, typer.Option("--word", help="A text: comment.fr=…, source.en=…, footnote, explanation, text.")
    ] = None,
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Answer one cell of your house."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, give(parts, who, id_, {cell: Typed(value, "", _words(words or []))}), json_)


def workbook(
    id_: Id,
    out: Annotated[Path, typer.Option(help="The file to write, .xlsx.")],
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """The workbook of a house: its cells open, all others shown and locked."""
    with failing(json_):
        parts, who = acting(home, as_)
        made, content = export(parts, who, id_)
        save(out, content)
        show({"edition": made.number, "sha256": made.sha256, "file": str(out)}, json_, title=f"{id_}/{made.number}")


def take_command(
    id_: Id,
    file: Annotated[Path, typer.Argument(help="The workbook as it came back.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be taken, and enter nothing.")] = False,
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Take in a workbook, whole or not at all. One that is refused is kept as it came, with its faults."""
    with failing(json_):
        parts, who = acting(home, as_)
        content = load_file(file)
        if dry_run:
            found = look(parts, who, id_, content, file.name)
            rows: list[dict[str, object]] = [
                {"cell": c.cell, "before": c.before, "after": c.after} for c in found.changed
            ]
            title = f"{id_}: {found.answered} of {found.asked} cells answered, {len(found.faults)} faults"
            show(_read(found) | {"changed": rows}, json_, rows=rows, columns=("cell", "before", "after"), title=title)
            for fault in found.faults if not json_ else ():
                typer.echo(f"- {tell(fault, here()).text}")
            if found.faults:
                raise typer.Exit(Refused.exit_code)
            return
        _shown(parts, take(parts, who, id_, content, file.name), json_)


def confirm_command(
    id_: Id,
    cells: Annotated[
        list[str] | None, typer.Argument(help="Cells; all that are carried forward, when none is named.")
    ] = None,
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Say again what your house said in the last cycle, of cells that say nothing yet."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, confirm(parts, who, id_, cells or ()), json_)


def translate_command(
    id_: Id,
    cell: Annotated[str, typer.Argument(help="The name of a cell, as contributions show lists it.")],
    part: Annotated[str, typer.Argument(help="text, comment, source, footnote or explanation.")],
    text: Annotated[str, typer.Argument(help="In the language that the house did not say.")],
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Add the language that a text of a house lacks; the text of the house stays as it is. Role: transmitter."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, translate(parts, who, id_, (cell, part), text), json_)


def sign_command(
    id_: Id,
    signatory: Annotated[str, typer.Option(help="Who signed the workbook of a house without an account.")] = "",
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Stand for the cells of your house: they are locked from then on."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, sign(parts, who, id_, signatory), json_)


def reopen_command(id_: Id, as_: As = "", reason: Reason = "", home: Home = None, json_: Json = False) -> None:
    """Unlock a contribution, with a reason."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, reopen(parts, who, id_, reason), json_)


def extend_command(
    id_: Id,
    until: Annotated[str, typer.Option(help='The new deadline, "2027-03-28 18:00", in Paris.')],
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Move the deadline of a contribution, with a reason."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, extend(parts, who, id_, given_by_people(until, "--until"), reason), json_)


def merge_command(id_: Id, as_: As = "", home: Home = None, json_: Json = False) -> None:
    """Make the answers of a signed contribution the questionnaire's: the files are built from them."""
    with failing(json_):
        parts, who = acting(home, as_)
        _shown(parts, merge(parts, who, id_), json_)


def _words(given: list[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    known = [f"{p}.{x}" for p in PARTS for x in LANGUAGES]
    for one in given:
        name, _, text = one.partition("=")
        if name not in known:
            raise BadQuery(f"{name!r} is no word of an answer.", parameter="--word", nearest=known[:4])
        part, _, language = name.partition(".")
        found.setdefault(part, {})[language] = text
    return found


def _shown(parts: Parts, one: Contribution, json_: bool) -> None:
    waited = named(parts, one.id)
    told = _told(parts, waited)
    show(told, json_, rows=[_row(parts, waited)], columns=COLUMNS, title=f"{one.id} is {one.state}")


def _row(parts: Parts, one: Waited) -> dict[str, object]:
    return {
        "contribution": one.id, "house": one.house, "way": one.row.way,
        "due": f"{one.until.astimezone(PARIS):%Y-%m-%d %H:%M}", "state": one.one.state,
        "answered": f"{one.one.answered} of {one.one.asked}" if one.one.asked else "", "signed_by": one.one.signatory,
        "late": one.late(parts.clock()),
    }  # fmt: skip


def _told(parts: Parts, one: Waited) -> dict[str, object]:
    it = one.one
    return _row(parts, one) | {
        "questionnaire": it.questionnaire, "year": it.year, "revision": it.revision, "content": it.content,
        "workbook": it.workbook, "given_by": it.given.who, "given": it.given.instant, "signed": it.signed.instant,
        "signed_entered_by": it.signed.who, "merged_by": it.merged.who, "merged": it.merged.instant, "reason": it.reason,
        "editions": [{"number": e.number, "sha256": e.sha256, "by": e.who, "instant": e.instant} for e in it.exports],
        "refused": [{"name": r.name, "sha256": r.sha256, "faults": list(r.faults)} for r in it.returned],
    }  # fmt: skip


def _read(found: Reading) -> dict[str, object]:
    return {
        "answered": found.answered, "asked": found.asked, "signatory": found.signatory, "faults": [f.text() for f in found.faults],
    }  # fmt: skip
