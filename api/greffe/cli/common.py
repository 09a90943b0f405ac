"""Options that several commands share, and the parts they open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greffe.app import compose
from greffe.release.parts import Parts
from greffe.release.people import actor
from greffe.settings import read_settings
from greffe.store.base import Actor

Json = Annotated[bool, typer.Option("--json", help="Machine-readable output on standard output.")]
As = Annotated[str, typer.Option("--as", help="Who acts: a name from the table of people.", envvar="GREFFE_AS")]
Home = Annotated[Path | None, typer.Option("--home", help="Home directory (GREFFE_HOME, else ./var).")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the register.")]
PublicReason = Annotated[str, typer.Option("--reason", help="Why; shown to everybody with the release: no names.")]


def parts_of(home: Path | None) -> Parts:
    """The parts of the home directory; set up on first use."""
    return compose(read_settings(home=home))


def acting(home: Path | None, name: str) -> tuple[Parts, Actor]:
    """The parts and the person who acts. Raises Denied for a stranger."""
    parts = parts_of(home)
    return parts, actor(parts, name)
