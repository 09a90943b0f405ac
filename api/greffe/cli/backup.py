"""`greffe backup TARGET`, `greffe backup check FILE`, `greffe backup list FOLDER`, `greffe restore FILE`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from greffe.app import compose, depot_at
from greffe.cli.common import Home, Json, parts_of
from greffe.cli.show import failing, progress, say, show
from greffe.errors import BadQuery, Broken, numbered
from greffe.settings import Settings, read_settings
from greffe.transmission.verified import faults
from greffe.upkeep.addresses import source_at, sources_at, target_at
from greffe.upkeep.backup import Tell, back_up
from greffe.upkeep.checking import check as checked
from greffe.upkeep.files_back import settled_here
from greffe.upkeep.manifest import KEY, Manifest
from greffe.upkeep.restore import ASIDE
from greffe.upkeep.restore import restore as restored

_WORDS = (
    "A folder or a bucket (s3://…) that backups share, or a new file that ends in .tar; check: a .tar,"
    " a folder or a bucket (its last one), or a .backup.json."
)
COLUMNS = ("backup", "moment", "entries", "files", "bytes", "faults")
Damaged = Annotated[bool, typer.Option("--damaged", help="Although something in the house is damaged: what is intact.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command("backup")(backup)
    app.command("restore")(restore)


def backup(
    words: Annotated[list[str], typer.Argument(metavar="TARGET | check BACKUP | list FOLDER", help=_WORDS)],
    keys: Annotated[
        bool, typer.Option("--keys", help="With the key that signs webhooks and greffe.toml: keep it under lock.")
    ] = False,
    damaged: Damaged = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Save the register and every file it names while the service runs, or look at what was saved (check: exit 7 for a fault).
    In a folder only what is new is copied."""
    with failing(json_):
        match words:
            case [("check" | "list") as word]:
                raise BadQuery(f"{word} of what?", parameter=word, hint=f"A folder of that name is ./{word}.")
            case ["check", place]:
                _check(place, json_)
            case ["list", place]:
                _list(place, json_)
            case [target]:
                _make(target, home, json_, keys=keys, damaged=damaged)
            case _:
                raise BadQuery("It is backup TARGET, backup check BACKUP, or backup list FOLDER.", parameter="TARGET")


def _make(target: str, home: Path | None, json_: bool, *, keys: bool, damaged: bool) -> None:
    with progress("backup", json_) as bar:
        made = back_up(parts_of(home), target_at(target, depot_at), keys=keys, damaged=damaged, tell=teller(bar))
    told = _told(made.where, made.manifest) | {"new_files": made.new_files, "new_bytes": made.new_bytes}
    show(told | {"left_out": list(made.manifest.left_out)}, json_, title="It is saved.")
    _warn(made.manifest.faults, json_)


def _check(place: str, json_: bool) -> None:
    source = source_at(place, depot_at)
    with progress("backup", json_) as bar:
        found = list(checked(source, teller(bar)))
    show(_told(source.name, source.manifest) | {"found": found}, json_)
    _warn(source.manifest.faults, json_)
    if found:
        raise Broken(f"The backup is not whole. {numbered(len(found), 'fault')}, the first one: {found[0]}")


def _list(place: str, json_: bool) -> None:
    rows = [_told(source.name, source.manifest) for source in sources_at(place, depot_at)]
    told = [r | {"bytes": f"{r['bytes']:,}"} for r in rows]
    show({"backups": rows}, json_, rows=told, columns=COLUMNS)


def restore(
    backup: Annotated[
        str, typer.Argument(help="A .tar file, a folder or bucket (its last backup), or one .backup.json in it.")
    ],
    damaged: Damaged = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Make a house from a backup, in an empty home and an empty register, and verify it. Cut off, it is taken up again."""
    with failing(json_):
        source, settings = source_at(backup, depot_at), read_settings(home=home)
        with progress("restore", json_) as bar:
            restored(source, settings, _verified, teller(bar), damaged=damaged)
        show(_told(str(settings.home), source.manifest), json_, title="It is restored.")
        _next(source.manifest, settings, json_)


def _verified(settings: Settings) -> Iterable[str]:
    parts = compose(settings, unfinished=True)
    found = faults(parts)
    settled_here(parts)
    return found


def _next(manifest: Manifest, settings: Settings, json_: bool) -> None:
    """What whoever restored has to do by hand."""
    for kept in manifest.files:
        if (settings.home / f"{kept.path}{ASIDE}").is_file():
            say(f"Read {kept.path}.restored, then rename it to {kept.path}: it speaks of another machine.", json_)
    if KEY in manifest.left_out:
        say("webhooks.key is not in it: bring it back into the home, or signatures of webhooks change.", json_)
    say("People sign in again; invitations are to be made anew. Next: greffe doctor", json_)


def teller(bar: Progress) -> Tell:
    """Tells a bar what is done."""

    def tell(what: str, done: int, total: int) -> None:
        bar.update(bar.task_ids[0], total=total, completed=done, note=f"{what} {done:,}/{total:,}")

    return tell


def _told(where: str, manifest: Manifest) -> dict[str, object]:
    return {
        "backup": where, "moment": manifest.moment, "entries": manifest.head, "head_hash": manifest.head_hash,
        "files": len(manifest.files), "bytes": manifest.size, "greffe": manifest.greffe, "schema": manifest.schema,
        "faults": list(manifest.faults),
    }  # fmt: skip


def _warn(found: Iterable[str], json_: bool) -> None:
    for line in found:
        say(line, json_)
