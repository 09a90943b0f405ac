"""Which module has which command: a command is started without importing what only others need, which takes most of its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Annotated, Final, Protocol, cast

import typer

from greffe import __version__
from greffe.cli.help import helping
from greffe.cli.language import speak
from greffe.cli.refused_calls import speaking
from greffe.cli.show import failing

# Module → the commands that its `add_to` registers, in the order of the help.
COMMANDS: Final[Mapping[str, Sequence[str]]] = {
    "accounts": ("accounts",),
    "keys": ("keys",),
    "figures": ("ingest", "extracts", "prepare"),
    "checking": ("check",),
    "lineage": ("explain", "lineage"),
    "drafts": ("drafts", "findings"),
    "compare": ("compare",),
    "coverage": ("coverage",),
    "effect": ("effect",),
    "decisions": ("people", "approve", "accept", "waive", "maps", "verify", "send-back", "import", "export"),
    "releasing": ("release", "releases", "withdraw"),
    "calendar": ("deadlines", "calendar"),
    "advance": ("advance",),
    "identities": ("identities",),
    "grants": ("grant",),
    "exchange": ("mappings",),
    "proposals": ("propose", "proposals"),
    "pivot": ("pivot",),
    "publications": ("publications",),
    "bridge": ("bridge",),
    "quality": ("quality",),
    "service": ("serve", "openapi", "rules"),
    "config": ("config",),
    "store": ("store",),
    "backup": ("backup", "restore"),
    "upgrade": ("upgrade",),
    "move": ("move",),
    "lake": ("lake",),
    "doctor": ("doctor",),
    "clock": ("clock",),
    "structuremaps": ("structuremap",),
    "transmissions": ("transmissions",),
    "jobs": ("jobs",),
    "answers": ("answers",),
    "rounds": ("rounds",),
    "contributions": ("contributions",),
    "demo": ("demo",),
}
VALUED: Final = ("--lang",)  # options before the command that have a value


class _Adding(Protocol):
    """A module of commands."""

    def add_to(self, app: typer.Typer) -> None: ...


def application(command: str = "") -> typer.Typer:
    """The command line with the module of that command alone; with all of them when none has it."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Greffe: internal indicators become validated, released, traceable SDMX series.",
    )
    app.callback()(spoken)
    for name in [m for m, names in COMMANDS.items() if command in names] or COMMANDS:
        cast(_Adding, import_module(f"greffe.cli.{name}")).add_to(app)
    speaking()
    helping()
    return app


def asked(arguments: Sequence[str]) -> str:
    """The first of them that is neither an option nor its value, '' when there is none."""
    values = {n + 1 for n, a in enumerate(arguments) if a in VALUED}
    return next((a for n, a in enumerate(arguments) if not a.startswith("-") and n not in values), "")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"Greffe {__version__}")
        raise typer.Exit


def spoken(
    lang: Annotated[str, typer.Option(is_eager=True, help="en or fr; else as the terminal (LC_ALL, LANG).")] = "",
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="The version, and nothing else.")
    ] = False,
) -> None:
    """Greffe: internal indicators become validated, released, traceable SDMX series."""
    with failing(False):
        speak(lang)
