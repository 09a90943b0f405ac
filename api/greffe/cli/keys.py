"""Commands about keys for machines: keys make, list, rotate, revoke. A secret is shown once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, Reason, acting, given_day, parts_of
from greffe.cli.show import failing, show
from greffe.model.instants import given, paris_time, written
from greffe.model.keys import Key
from greffe.release.access.keys import ACTIONS, make_key, revoke_key, rotate_key
from greffe.release.parts import Parts
from greffe.release.people import HOUSE
from greffe.store.base import Actor

Id = Annotated[str, typer.Argument(help="A key, as keys list names it.")]
COLUMNS = ("key", "title", "role", "actions", "flows", "until", "state", "last_used")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Keys for machines: recipients' loaders, auditors' programs.")
    for name, command in (("make", make), ("list", list_command), ("rotate", rotate), ("revoke", revoke)):
        group.command(name)(command)
    app.add_typer(group, name="keys")


def make(
    title: Annotated[str, typer.Argument(help="What uses it, e.g. 'Eurostat loader'.")],
    role: Annotated[str, typer.Option(help="recipient:BODY or auditor.")] = "",
    action: Annotated[list[str] | None, typer.Option(help=f"What it opens: {', '.join(ACTIONS)}. Repeat.")] = None,
    flow: Annotated[list[str] | None, typer.Option(help="Only this dataflow; repeat. Else all.")] = None,
    until: Annotated[str, typer.Option(help="Last day in Paris, at most 400 days ahead; else in 90 days.")] = "",
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Make a key. Without --as the house itself does, as with invitations."""
    with failing(json_):
        parts, who = _administrator(home, as_)
        end = _end(until) if until else parts.clock() + timedelta(days=90)
        key, secret = make_key(parts, who, title, role, action or (), flow or (), end)
        _told(parts, key, secret, json_)


def list_command(home: Home = None, json_: Json = False) -> None:
    """List the keys, those that do not hold any more too."""
    with failing(json_):
        parts = parts_of(home)
        rows = [_row(parts, k) for k in parts.ledger().keys.values()]
        show({"keys": rows}, json_, rows=rows, columns=COLUMNS)


def rotate(
    key: Id,
    overlap: Annotated[float, typer.Option(help="Days for which the old secret holds on, at most 7.")] = 1,
    until: Annotated[str, typer.Option(help="Another last day of the key; else the same.")] = "",
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Give a key another secret; the old one holds on for the overlap."""
    with failing(json_):
        parts, who = _administrator(home, as_)
        made, secret = rotate_key(parts, who, key, timedelta(days=min(overlap, 1e6)), _end(until) if until else None)
        _told(parts, made, secret, json_)


def revoke(key: Id, as_: As = "", reason: Reason = "", home: Home = None, json_: Json = False) -> None:
    """End a key now."""
    with failing(json_):
        parts, who = _administrator(home, as_)
        made = revoke_key(parts, who, key, reason)
        show({"revoked": made.id}, json_, title=f"{made.id} ({made.title}) is revoked.")


def _administrator(home: Home, as_: str) -> tuple[Parts, Actor]:
    return acting(home, as_) if as_ else (parts_of(home), HOUSE)


def _end(text: str) -> datetime:
    """The end of a day in Paris."""
    return given((given_day(text, "--until") + timedelta(days=1)).isoformat(), "--until")


def _told(parts: Parts, key: Key, secret: str, as_json: bool) -> None:
    after = "Keep the secret now: it is shown this once. Send it as the header Authorization: Bearer SECRET."
    show({**_row(parts, key), "secret": secret}, as_json, after=after)


def _row(parts: Parts, key: Key) -> dict[str, object]:
    used = parts.access.uses().get(key.name)
    return {
        "key": key.id,
        "title": key.title,
        "role": key.role,
        "actions": list(key.actions),
        "flows": list(key.flows) or "all",
        "until": paris_time(key.until),
        "state": key.state(parts.clock()),
        "last_used": written(used) if used else "",
        "made_by": key.made_by,
        "overlap": written(key.overlap) if key.overlap else "",
    }
