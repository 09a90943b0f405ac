"""Options that several commands share, and the parts they open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from greffe.app import compose
from greffe.cli.denied import acts
from greffe.errors import BadInput, BadQuery, Refused, full_or_failing, not_written, of_the_disk
from greffe.release.clocks import on_time
from greffe.release.parts import Parts
from greffe.release.people import actor
from greffe.release.private import private
from greffe.settings import read_settings
from greffe.store.base import Actor
from greffe.store.files_place import in_place

Most = Annotated[int, typer.Option(help="How many rows of the table.", min=0)]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on standard output.")]
As = Annotated[str, typer.Option("--as", help="Who acts: a name from the table of people.", envvar="GREFFE_AS")]
Home = Annotated[Path | None, typer.Option("--home", help="Home directory (GREFFE_HOME, else ./var).")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the register.")]
PublicReason = Annotated[str, typer.Option("--reason", help="Why; shown to everybody with the release: no names.")]
ReasonFr = Annotated[str, typer.Option("--reason-fr", help="The same in French; everybody reads it.")]


def parts_of(home: Path | None, *, doubted: bool = False, new: bool = False) -> Parts:
    """The parts of the home directory. `doubted`: for who looks for what is wrong; `new`: for who begins a home, which is then
    set up. Raises NotFound where there is none to begin with."""
    return compose(read_settings(home=home), doubted=doubted, new=new)


def acting(
    home: Path | None, name: str, *, new: bool = False, late: bool = False, moving: bool = False
) -> tuple[Parts, Actor]:
    """The parts and the person who acts. Raises Denied for a stranger, NotFound as `parts_of` does; Refused where this clock is behind
    the register, unless they may be `late`: who only reads, or deals with the clock; and where settings name another place of the files
    than the register, but for who moves them."""
    parts = parts_of(home, new=new)
    who = actor(parts, name)
    acts(parts, who)
    if not late:
        on_time(parts)
    if not late and not moving:
        in_place(parts.register, parts.settings.files)
    return parts, who


def given_day(text: str, parameter: str) -> date:
    """A day as somebody gave it for an option. Raises BadQuery."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise BadQuery(f"{text!r} is no day.", parameter=parameter, hint="A day is written 2027-01-31.") from error


_LARGEST = 64 << 20  # bytes of a file that is read whole


def save(out: Path, content: bytes) -> None:
    """Write a file, whole or not at all. Raises Refused when the folder is not there or may not be written to, DiskFailed where there
    is no room."""
    if out.exists() and not out.is_file():  # a device, which nothing takes the place of
        try:
            out.write_bytes(content)
        except OSError as error:
            raise not_written(error, str(out)) from error
        return
    with private(out.resolve(), 0o666) as work:
        work.write_bytes(content)


def save_into(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files by name into a folder, which is made. Raises Refused."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        full = of_the_disk(error) if full_or_failing(error) else None
        raise full or Refused(f"It cannot be made: {error.strerror}.", file=str(folder)) from error
    for name, content in files.items():
        save(folder / name, content)


def load_file(file: Path) -> bytes:
    """The content of a file. Raises BadInput when it cannot be read or is larger than 64 MiB."""
    try:
        if file.stat().st_size > _LARGEST:
            raise BadInput(f"It is larger than {_LARGEST >> 20} MiB.", file=file.name)
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"It cannot be read: {error.strerror}.", file=file.name) from error
