"""`greffe upgrade`: the register's schema, to that of this program or back to that of the release before."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from greffe.cli.common import Home, Json
from greffe.cli.language import here
from greffe.cli.show import failing, say, show
from greffe.settings import read_settings
from greffe.upkeep.upgrade import Plan, planned
from greffe.upkeep.upgrade import upgrade as upgraded

_COLUMNS: Final = ("schema", "meaning", "lost")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(upgrade)


def upgrade(
    apply: Annotated[bool, typer.Option("--apply", help="Do it; without this, what would be done is shown.")] = False,
    back: Annotated[bool, typer.Option("--back", help="To the schema of the release before this one.")] = False,
    lose: Annotated[bool, typer.Option("--lose", help="Rows that the release before does not know may go.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Show the steps that bring the register to the schema of this program, or back to that of the release before; do them with
    --apply, all or nothing, while the service runs."""
    with failing(json_):
        settings = read_settings(home=home)
        plan = upgraded(settings, back=back, lose=lose) if apply else planned(settings, back=back)
        _shown(plan, json_, done=apply)
        if not plan.steps:
            say("The register is at that schema: there is nothing to do.", json_)
        elif not apply:
            say("Nothing was done. Make a backup with the version that runs now, then say --apply.", json_)
        elif back:
            say(
                "It is done. Every command of this version would bring the register forward again: start the other one.",
                json_,
            )
        else:
            say("It is done. Servers of the release before may serve on, and are to be replaced one by one.", json_)


def _shown(plan: Plan, json_: bool, *, done: bool) -> None:
    lang = here()
    rows = [
        {
            "schema": step.schema,
            "meaning": step.does.get(lang, step.does["en"]),
            "lost": sum(step.rows.values()),
        }
        for step in plan.steps
    ]
    said = {"from": plan.schema, "to": plan.to.schema, "version": plan.to.version, "done": done and bool(rows)}
    title = f"{plan.schema} → {plan.to.schema} (Greffe {plan.to.version})"
    show({**said, "steps": rows}, json_, rows=rows, columns=_COLUMNS, title=title)
