"""Commands `greffe mappings …`: representation maps out to SSSOM or a workbook, and in again as a difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

import greffe.cli.admitting as admitting
import greffe.cli.doubts as doubts
import greffe.cli.suggestions as suggestions
from greffe.cli.admitting import Say, lines_of
from greffe.cli.common import As, Home, Json, Reason, load_file, parts_of, save
from greffe.cli.proposals import EffectiveFrom, choices_of, effective_day
from greffe.cli.show import failing, say, show
from greffe.errors import BadInput, BadQuery, Refused, nearest, numbered
from greffe.mapping.exchange.difference import Change
from greffe.mapping.exchange.files import WRITERS, map_of
from greffe.mapping.exchange.sets import table_named
from greffe.release.exchanged import base_of
from greffe.release.merging import SIDES, WHOLE
from greffe.release.people import actor
from greffe.release.proposals import propose
from greffe.release.returned import Returned, returned
from greffe.release.review.coming_in import Coming, asked_of, brought
from greffe.release.review.letting_in import said_of


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Maps in a spreadsheet or as SSSOM; what is to be confirmed.")
    group.command("export")(export_command)
    group.command("import")(import_command)
    suggestions.add_to(group)
    admitting.add_to(group)
    doubts.add_to(group)
    app.add_typer(group, name="mappings")


_FORMS: Final = {".xlsx": "xlsx", ".tsv": "sssom"}  # what a file is called → what it holds
MapName = Annotated[str, typer.Argument(help="A representation map: ESTAT/sexe_to_sex, or its id.")]


def export_command(
    map_: MapName,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    format_: Annotated[str, typer.Option("--format", help="sssom or xlsx; else as the file is called.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Write a representation map with the labels of its codes and what people signed."""
    with failing(json_):
        form = _form(out, format_)
        parts = parts_of(home)
        catalogue = parts.catalogue()
        base = base_of(parts, catalogue, table_named(catalogue, map_))
        save(out, WRITERS[form](base))
        data = {"file": str(out), "map": base.table.file, "rows": len(base.table.rows), "checksum": base.checksum}
        show(data, json_, title=f"{numbered(len(base.table.rows), 'row')} of {base.table.file} are in {out}.")


def _form(out: Path, given: str) -> str:
    """The form to write: the one given, which the file's name must not contradict, else that of its name, else SSSOM."""
    named = _FORMS.get(out.suffix.lower(), "")
    if given and given not in WRITERS:
        raise BadQuery(f"{given!r} is not known here.", parameter="--format", nearest=nearest(given, tuple(WRITERS)))
    if given and named and given != named:
        raise BadQuery(
            f"{out.name} would hold {given}, and is called as {named} is.",
            parameter="--format",
            hint=f"Leave --format out to write {named}, or give --out another name.",
        )
    return given or named or "sssom"


def import_command(
    file: Annotated[Path, typer.Argument(help="SSSOM TSV or the workbook, exported before.")],
    as_: As = "",
    reason: Reason = "",
    effective_from: EffectiveFrom = "",
    take: Annotated[
        list[str] | None,
        typer.Option(
            help="Where the file and others changed a row: mappings/ESTAT/x.csv#SEX-001=mine (as in the file), or =theirs "
            "(as it is now); mine or theirs alone for all such rows. Repeat."
        ),
    ] = None,
    types: Annotated[
        bool, typer.Option("--types", help="Propose with the rows what the types of the maps say nothing of yet.")
    ] = False,
    say_: Say = None,
    outside: Annotated[
        bool,
        typer.Option("--outside", help="The recipients take the targets, though their constraints do not allow them."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would change.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Propose what a file changes in its map, row by row; two people other than the author approve it. Rows that others
    changed since it was exported stay theirs; what both changed, each otherwise, is listed and somebody chooses."""
    with failing(json_):
        parts = parts_of(home)
        catalogue = parts.catalogue()
        content = load_file(file)
        base = base_of(parts, catalogue, table_named(catalogue, map_of(content, file.name)))
        day = effective_day(effective_from)
        found = returned(parts, content, file.name, base, day, _choices(take or ()))
        if found.problems:
            _problems(found.problems, json_)
            raise SystemExit(BadInput.exit_code)
        if found.clashes:
            _clashes(file.name, found, json_)
            raise SystemExit(Refused.exit_code)
        changes = found.changes
        rows = [_shown(c) for c in changes]
        data: dict[str, object] = {"map": base.table.file, "changes": rows, "notes": list(found.notes)}
        title = (
            f"{numbered(len(changes), 'change')} in {base.table.file}."
            if changes
            else f"{base.table.file} stays as it is."
        )
        asked = asked_of(catalogue, base.table, found.content) if changes else None
        notes = [*found.notes, *(_asked(asked) if asked else ()), *(lines_of(asked.admission) if asked else ())]
        data["notes"] = notes
        if say_ and not types:
            raise BadQuery("What a target counts is said with --types.", parameter="--say")
        if changes and not dry_run:
            who = actor(parts, as_)
            files = brought(
                parts, catalogue, base.table, found.content, said_of(say_ or ()) if types else None, outside
            )
            made = propose(parts, who, files, reason, day)
            data["proposal"] = made.id
            title += f" Proposal {made.id} is made. Next, two people other than {who.name}: greffe approve {made.id} --as NAME"
        show(data, json_, rows=rows, columns=("row_id", "kind", "fields"), title=title, after=" ".join(notes))


def _problems(problems: Sequence[BadInput], json_: bool) -> None:
    """Every problem of the file, one a line."""
    rows = [
        {
            "sheet": p.sheet,
            "row": p.row,
            "column": p.column,
            "problem": p.message,
            "nearest": list(p.nearest),
            "hint": p.hint,
        }
        for p in problems
    ]
    columns = (*(("sheet",) if any(p.sheet for p in problems) else ()), "row", "column", "problem", "nearest", "hint")
    show({"problems": rows}, json_, rows=rows, columns=columns)
    say(f"{numbered(len(problems), 'problem')}; nothing is taken from the file.", json_)


def _choices(take: Sequence[str]) -> Mapping[str, str]:
    """As in `greffe proposals merge`; a side alone is for every place."""
    sides = [one for one in take if one in SIDES]
    if len(set(sides)) > 1:
        raise BadQuery("Both sides cannot be taken everywhere.", parameter="--take")
    choices = choices_of([one for one in take if one not in SIDES])
    if sides:
        choices[WHOLE] = sides[0]
    return choices


def _clashes(file: str, found: Returned, json_: bool) -> None:
    """What both changed, each otherwise: one line a row and column, the three versions beside each other."""
    rows = [clash.as_json() for clash in found.clashes]
    told = [{k: "absent" if v is None else v for k, v in row.items()} for row in rows]
    places = list(dict.fromkeys(clash.place for clash in found.clashes))
    title = (
        f"{numbered(len(places), 'row was', 'rows were')} changed in {file} and by others, each otherwise. was: when the "
        "file was made; theirs: the map now; mine: the file."
    )
    columns = ("row_id", "column", "was", "theirs", "mine")
    show({"conflicts": rows, "notes": list(found.notes)}, json_, rows=told, columns=columns, title=title)
    for note in found.notes:
        say(note, json_)
    say(f"Nothing is proposed. Choose: --take {places[0]}=mine (or theirs), or --take mine for all of them.", json_)


def _asked(found: Coming) -> Iterator[str]:
    """What the rows ask before they are proposed."""
    if found.silent:
        yield f"without a reason: {', '.join(found.silent)}"
    for row, some in found.outside.items():
        for one in some:
            yield f"{row}: not taken by the recipient: {one.text()} Claim that it is: --outside."


def _shown(change: Change) -> dict[str, object]:
    return {
        "row_id": change.row_id,
        "kind": change.kind,
        "fields": {c: f"{old} → {new}" for c, (old, new) in change.fields.items()},
    }
