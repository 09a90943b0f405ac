"""Commands about dates: calendar list, announce, move, cancel; deadlines."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, PublicReason, ReasonFr, acting, given_day, parts_of
from greffe.cli.show import failing, show
from greffe.errors import BadQuery
from greffe.model import instants
from greffe.model.calendar import CalendarEntry, Words
from greffe.release.calendar import announce, cancel, move
from greffe.release.deadlines import due, horizon
from greffe.release.parts import Parts

Id = Annotated[str, typer.Argument(help="An entry, CAL-…")]
At = Annotated[str, typer.Option(help='Date and hour in Paris, e.g. "2027-03-28 08:45", or ISO with an offset.')]
COLUMNS = ("entry", "at", "state", "dataflows", "title", "releases", "moved")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(invoke_without_command=True, help="What is announced for when; everybody reads it.")
    group.callback()(calendar)
    for name, command in (
        ("list", list_command), ("announce", announce_command), ("move", move_command), ("cancel", cancel_command),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="calendar")
    app.command("deadlines")(deadlines_command)


def calendar(context: typer.Context, home: Home = None, json_: Json = False) -> None:
    """List the announced instants, the past and cancelled ones too."""
    if context.invoked_subcommand is None:
        list_command(home, json_)


def list_command(home: Home = None, json_: Json = False) -> None:
    """List the announced instants, the past and cancelled ones too."""
    with failing(json_):
        parts = parts_of(home)
        found = sorted(parts.ledger().calendar.values(), key=lambda e: (e.at, e.id))
        rows = [_row(parts, e) for e in found]
        told = [row | {"at": instants.paris_time(e.at)} for row, e in zip(rows, found, strict=True)]
        show({"calendar": rows}, json_, rows=told, columns=COLUMNS)


def announce_command(
    flow: Annotated[list[str], typer.Argument(help="Dataflows that come out together.")],
    at: At = "",
    title: Annotated[str, typer.Option(help="In English; else the names of the dataflows.")] = "",
    title_fr: Annotated[str, typer.Option("--title-fr", help="In French.")] = "",
    as_: As = "",
    reason: PublicReason = "",
    reason_fr: ReasonFr = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Announce an instant to the second; less than 30 days ahead it needs a reason."""
    with failing(json_):
        parts, who = acting(home, as_)
        words, why = Words(title, title_fr), Words(reason.strip(), reason_fr.strip())
        made = announce(parts, who, flow, instants.given_by_people(at, "--at"), words, why)
        after = f"Next, once the drafts are approved: greffe release DRAFT… --calendar {made.id} --as NAME"
        _show(parts, made, json_, f"{made.id} is announced for {instants.paris_time(made.at)}.", after)


def move_command(
    entry: Id,
    at: At = "",
    flow: Annotated[list[str] | None, typer.Option(help="The dataflows from now on; else the same.")] = None,
    as_: As = "",
    reason: PublicReason = "",
    reason_fr: ReasonFr = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Announce another instant, or other dataflows, for an entry; what was said before stays visible."""
    with failing(json_):
        parts, who = acting(home, as_)
        when = instants.given_by_people(at, "--at") if at else None
        made = move(parts, who, entry, when, Words(reason, reason_fr), flow or ())
        _show(parts, made, json_, f"{made.id} is announced for {instants.paris_time(made.at)}.")


def cancel_command(
    entry: Id,
    as_: As = "",
    reason: PublicReason = "",
    reason_fr: ReasonFr = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Take an announcement back; it stays visible as cancelled."""
    with failing(json_):
        parts, who = acting(home, as_)
        _show(parts, cancel(parts, who, entry, Words(reason, reason_fr)), json_, f"{entry} is cancelled.")


def _show(parts: Parts, entry: CalendarEntry, as_json: bool, title: str, after: str = "") -> None:
    show(_row(parts, entry), as_json, title=title, after=after)


def _row(parts: Parts, entry: CalendarEntry) -> dict[str, object]:
    """For staff: what waits for its hour is named too."""
    return {
        "entry": entry.id,
        "at": instants.written(entry.at),
        "state": entry.state(parts.clock()),
        "dataflows": [f.id for f in entry.flows],
        "title": entry.title.en,
        "title_fr": entry.title.fr,
        "notice": entry.notice.as_json(),
        "releases": list(entry.releases),
        "moved": [
            {"from": instants.written(m.before), "said_at": instants.written(m.said_at), "reason": m.reason.en}
            for m in entry.moves
        ],
        "cancelled": entry.cancelled_for.as_json(),
    }


def deadlines_command(
    until: Annotated[str, typer.Option(help="Day, 2027-12-31; else the end of next year.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """What recipients want by when, and how far it is: no draft, draft, released; past ones while unanswered."""
    with failing(json_):
        parts = parts_of(home)
        last = _day(until) if until else horizon(parts.clock())
        rows: list[dict[str, object]] = [
            {
                "due": one.day.isoformat(),
                "recipient": one.deadline.recipient,
                "dataflow": one.flow.id,
                "year": one.year,
                "state": f"{one.state}, late" if one.late else one.state,
                "held": one.held,
                "confidence": one.deadline.confidence,
            }
            for one in due(parts, last)
        ]
        columns = ("due", "recipient", "dataflow", "year", "state", "held", "confidence")
        show({"deadlines": rows}, json_, rows=rows, columns=columns)


_LAST_YEAR = 2100


def _day(text: str) -> date:
    day = given_day(text, "--until")
    if day.year > _LAST_YEAR:
        raise BadQuery(f"{text} is too far ahead.", parameter="--until", hint=f"Until {_LAST_YEAR}-12-31.")
    return day
