"""Commands about releases: release, releases, withdraw."""

from __future__ import annotations

from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, PublicReason, ReasonFr, acting, parts_of
from greffe.cli.language import here
from greffe.cli.show import failing, say, show
from greffe.errors import Refused, numbered
from greffe.model import instants
from greffe.model.calendar import Words
from greffe.model.instants import written
from greffe.model.releases import Release
from greffe.release.across import left_behind
from greffe.release.calendar import public_reason
from greffe.release.lifecycle import withdraw
from greffe.release.parts import Parts
from greffe.release.releasing import Terms, make_releases

COLUMNS = ("release", "vintage", "state", "origin", "partial", "revision", "observations", "effective_at", "reason")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(release)
    app.command()(releases)
    app.command("withdraw")(withdraw_command)


def release(
    draft: Annotated[list[str], typer.Argument(help="Draft id; of several, all become releases or none.")],
    as_: As = "",
    at: Annotated[
        str, typer.Option(help='When it takes effect: "2027-03-28 08:45" in Paris, or ISO; else in a few seconds.')
    ] = "",
    calendar: Annotated[str, typer.Option(help="Entry of the calendar: in effect exactly at its instant.")] = "",
    revision: Annotated[str, typer.Option(help="planned, exceptional or correction, if published values change.")] = "",
    vintage: Annotated[str, typer.Option(help="What the edition is called; else e.g. 2022-E2.")] = "",
    reason: PublicReason = "",
    reason_fr: ReasonFr = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Make approved drafts official, all of them at one instant."""
    with failing(json_):
        parts, who = acting(home, as_)
        when = instants.given(at.strip().replace(" ", "T", 1), "--at") if at else None
        terms = Terms(when, calendar, revision, Words(reason.strip(), reason_fr.strip()), vintage)
        made = make_releases(parts, who, draft, terms)
        rows = [release_row(one, parts) for one in made]
        effective = made[0].effective_at
        names = ", ".join(map(str, made))
        at_ = f"{instants.paris_time(effective)} ({effective:%H:%M:%S} UTC)"
        title = f"{names} takes effect at {at_}." if len(made) == 1 else f"{names} take effect at {at_}."
        if len(made) == 1:
            show(rows[0], json_, title=title)
        else:
            show({"releases": rows}, json_, rows=rows, columns=COLUMNS, title=title)


def release_row(one: Release, parts: Parts) -> dict[str, object]:
    """A release as the list shows it."""
    now = parts.clock()
    current = parts.ledger().current(one.dataflow, now)
    state = "withdrawn" if one.withdrawn_at else "waiting" if not one.readable(now) else "superseded"
    return {
        "release": str(one),
        "vintage": one.vintage,
        "replaces": one.replaces,
        "state": "current" if current == one else state,
        "origin": one.origin,
        "partial": parts.ledger().draft(one.draft).partial,
        "revision": one.revision,
        "calendar": one.calendar,
        "observations": one.observations,
        "effective_at": written(one.effective_at),
        "reason": one.withdrawal_reason or one.notice or one.reason,
    }


def releases(home: Home = None, json_: Json = False) -> None:
    """List the releases."""
    with failing(json_):
        parts = parts_of(home)
        rows = [release_row(r, parts) for r in parts.ledger().releases.values()]
        told = [
            row | {"effective_at": instants.paris_time(one.effective_at)}
            for row, one in zip(rows, parts.ledger().releases.values(), strict=True)
        ]
        show({"releases": rows}, json_, rows=told, columns=COLUMNS)


def withdraw_command(
    name: Annotated[str, typer.Argument(help="A release, e.g. ESTAT_CRIM_OFF_CAT#1.")],
    as_: As = "",
    reason: PublicReason = "",
    reason_fr: ReasonFr = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="Also when what is current again contradicts other dataflows.")
    ] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Take a release out of reading; the one before it is current again, and the record stays."""
    with failing(json_):
        parts, who = acting(home, as_)
        told = public_reason(reason, reason_fr, "A withdrawal")
        against = left_behind(parts, parts.ledger().release(name))
        if against:
            public = (
                f"Without {name}, what is current again contradicts other dataflows, {numbered(len(against), 'time')}; "
                f"the first: {against[0].rule}, {against[0].messages[here()]}"
            )
            if not yes:
                hint = (
                    "Withdraw the releases that were made to agree with it too (greffe identities tells), or say --yes."
                )
                raise Refused(public, parameter="--yes", hint=hint)
            say(public, json_)
        taken = withdraw(parts, who, name, told.en, told.fr)
        show(release_row(taken, parts), json_, title=f"{name} is withdrawn.")
