"""Commands about advance releases: advance grant, data, list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from greffe.cli.common import As, Home, Json, PublicReason, ReasonFr, acting, parts_of
from greffe.cli.language import here
from greffe.cli.show import failing, show
from greffe.errors import Refused, not_written
from greffe.formats.negotiation import negotiate
from greffe.model import instants
from greffe.model.calendar import Advance, Words
from greffe.model.instants import paris_time, written
from greffe.release.advances import grant, may_have, note_access
from greffe.web.advances import ahead

Name = Annotated[str, typer.Argument(help="A release that waits for its hour, e.g. ESTAT_CRIM_OFF_CAT#1.")]
To = Annotated[str, typer.Option("--to", help="An office or body of mappings/policies/advances.csv.")]
COLUMNS = ("release", "recipient", "from", "reason", "accesses")


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="A release before its hour, for those whom the policy names.")
    for name, command in (("grant", grant_command), ("data", data_command), ("list", list_command)):
        group.command(name)(command)
    app.add_typer(group, name="advance")


def grant_command(
    release: Name,
    to: To = "",
    start: Annotated[str, typer.Option("--from", help='From when on, "2027-03-27 18:00" in Paris; else now.')] = "",
    as_: As = "",
    reason: PublicReason = "",
    reason_fr: ReasonFr = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Let a named recipient have a release before its hour; told to everybody once it is in effect."""
    with failing(json_):
        parts, who = acting(home, as_)
        begins = instants.given_by_people(start, "--from") if start else None
        made = grant(parts, who, release, to, begins, Words(reason, reason_fr))
        after = f"Next: greffe advance data {release} --to {to} --out FILE --as NAME"
        show(_row(made), json_, title=f"{to} may have {release} from {paris_time(made.start)} on.", after=after)


def data_command(
    release: Name,
    to: To = "",
    out: Annotated[Path, typer.Option(help="The file to write; it must not be there.")] = Path(),
    format_: Annotated[
        str, typer.Option("--format", help="A format of data, e.g. structurespecificdata, xlsx.")
    ] = "sdmx-csv-2.0",
    lang: Annotated[str, typer.Option(help="en or fr; else as the terminal.")] = "",
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Write the file for a recipient; each time is recorded. Every observation says that it is under embargo."""
    with failing(json_):
        parts, who = acting(home, as_)
        found = may_have(parts, who, release, to)
        if out.exists() or out == Path():
            raise Refused("The file is there already." if out != Path() else "No file is named.", parameter="--out")
        work = out.with_name(f".{out.name}-{uuid4().hex}.tmp")
        try:
            message = ahead(found, to).message(parts, negotiate("", format_, "data", "v2"), here(lang))
            with work.open("wb") as file:
                file.writelines(message)
            note_access(parts, who, release, to)  # before the file has its name: nothing is handed out unrecorded
            work.rename(out)
        except OSError as error:
            raise not_written(error, str(out)) from error
        finally:
            work.unlink(missing_ok=True)
        until = paris_time(found.effective_at)
        data = {"release": release, "recipient": to, "file": str(out), "embargo_until": written(found.effective_at)}
        show(data, json_, title=f"{release} for {to} is in {out}, under embargo until {until}.")


def list_command(home: Home = None, json_: Json = False) -> None:
    """Who was granted what, and when it was handed out."""
    with failing(json_):
        rows = [_row(a) for a in parts_of(home).ledger().advances.values()]
        show({"advances": rows}, json_, rows=rows, columns=COLUMNS)


def _row(advance: Advance) -> dict[str, object]:
    return {
        "release": advance.release,
        "recipient": advance.recipient,
        "from": written(advance.start),
        "reason": advance.reason.en,
        "reason_fr": advance.reason.fr,
        "accesses": [written(a) for a in advance.accesses],
    }
