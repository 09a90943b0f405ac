"""Options that several commands share, and the parts they open."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from greffe.app import compose
from greffe.errors import BadQuery
from greffe.release.parts import Parts
from greffe.release.people import actor
from greffe.settings import read_settings
from greffe.store.base import Actor

Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on standard output.")]
As = Annotated[str, typer.Option("--as", help="Who acts: a name from the table of people.", envvar="GREFFE_AS")]
Home = Annotated[Path | None, typer.Option("--home", help="Home directory (GREFFE_HOME, else ./var).")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the register.")]
PublicReason = Annotated[str, typer.Option("--reason", help="Why; shown to everybody with the release: no names.")]

PARIS = ZoneInfo("Europe/Paris")


def parts_of(home: Path | None) -> Parts:
    """The parts of the home directory; set up on first use."""
    return compose(read_settings(home=home))


def acting(home: Path | None, name: str) -> tuple[Parts, Actor]:
    """The parts and the person who acts. Raises Denied for a stranger."""
    parts = parts_of(home)
    return parts, actor(parts, name)


def instant(text: str, parameter: str) -> datetime:
    """An ISO instant; without offset it is Europe/Paris, where a time that does not exist is refused and an ambiguous
    one is the later (D3). Raises BadQuery."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadQuery(f"{text!r} is no instant.", parameter=parameter, hint="E.g. 2026-11-24T09:00.") from error
    if read.tzinfo is not None:
        return read
    local = read.replace(tzinfo=PARIS, fold=1)
    back = local.astimezone(ZoneInfo("UTC")).astimezone(PARIS).replace(tzinfo=None)
    if back != read:
        raise BadQuery(f"{text} does not exist in Europe/Paris (summer time starts).", parameter=parameter)
    return local
