"""Commands about recipients who may have confidential values: grant add, list, end, data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, Reason, acting, given_day, parts_of
from greffe.cli.show import failing, show
from greffe.errors import NotFound
from greffe.model.instants import paris_date
from greffe.release.grants import end_grant, propose_grant, write_granted
from greffe.release.lifecycle import dataflow_named

Recipient = Annotated[str, typer.Argument(help="A recipient of mappings/, e.g. ESTAT.")]
Flow = Annotated[str, typer.Argument(help="Dataflow, e.g. ESTAT_CRIM_JUST_SEX.")]
COLUMNS = ("grant", "recipient", "dataflow", "until", "state", "author", "approvers", "uses", "reason")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(invoke_without_command=True, help="Recipients who may have the values that a release hides.")
    group.callback()(grants)
    group.command("add")(add)
    group.command("list")(list_command)
    group.command("end")(end)
    group.command("data")(data)
    app.add_typer(group, name="grant")


def grants(context: typer.Context, home: Home = None, json_: Json = False) -> None:
    """List the grants, the ended ones too."""
    if context.invoked_subcommand is None:
        list_command(home, json_)


def list_command(home: Home = None, json_: Json = False) -> None:
    """List the grants, the ended ones too."""
    with failing(json_):
        parts = parts_of(home)
        today = paris_date(parts.clock())
        rows: list[dict[str, object]] = [
            {
                "grant": g.id, "recipient": g.recipient, "dataflow": g.dataflow.id, "until": g.until.isoformat(),
                "state": g.state(today), "author": g.author, "approvers": ", ".join(g.approvers), "uses": g.uses,
                "reason": g.ended or g.reason,
            }
            for g in parts.ledger().grants.values()
        ]  # fmt: skip
        show({"grants": rows}, json_, rows=rows, columns=COLUMNS)


def add(
    recipient: Recipient,
    flow: Flow,
    until: Annotated[str, typer.Option(help="Last day, YYYY-MM-DD.")] = "",
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Ask that a recipient may have them; two other people approve it: greffe approve G-…"""
    with failing(json_):
        parts, who = acting(home, as_)
        day = given_day(until, "--until")
        made = propose_grant(parts, who, recipient, dataflow_named(parts, flow), day, reason)
        after = f"Two other people approve it: greffe approve {made.id} --as NAME"
        show({"grant": made.id}, json_, title=f"{made.id}: {recipient}, {made.dataflow.id}, until {day}.", after=after)


def end(
    grant: Annotated[str, typer.Argument(help="A grant, G-…")],
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """End a grant now."""
    with failing(json_):
        parts, who = acting(home, as_)
        made = end_grant(parts, who, grant, reason)
        show({"grant": made.id, "ended": made.ended}, json_, title=f"{made.id} is ended.")


def data(
    recipient: Recipient,
    flow: Flow,
    out: Annotated[Path, typer.Option(help="CSV file to write; readable by its owner only.")],
    release: Annotated[int, typer.Option(help="Number of a release; else the current one.")] = 0,
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Write a release with the values that it hides, for a recipient with a grant in force. An entry says so."""
    with failing(json_):
        parts, who = acting(home, as_)
        found = dataflow_named(parts, flow)
        ledger = parts.ledger()
        one = (
            ledger.release(f"{found.reference.id}#{release}")
            if release
            else ledger.current(found.reference, parts.clock())
        )
        if one is None or not one.readable(parts.clock()):
            raise NotFound(f"Nothing of {found.reference.id} is readable now.")
        filled = write_granted(parts, who, recipient, one, out)
        told = {"release": str(one), "recipient": recipient, "values": filled, "file": str(out)}
        show(told, json_, title=f"{one} for {recipient}: {filled} confidential values in {out}.")
