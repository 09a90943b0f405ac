"""Commands about accounts: invite somebody to choose a password, take an account away."""

from __future__ import annotations

from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, acting, parts_of
from greffe.cli.show import failing, show
from greffe.release.access.accounts import INVITED_FOR, close_account, invite
from greffe.release.people import HOUSE

Person = Annotated[str, typer.Argument(help="A name from the table of people.")]


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Accounts for the pages: invitations and their end.")
    group.command("invite")(invite_person)
    group.command("close")(close)
    app.add_typer(group, name="accounts")


def invite_person(person: Person, as_: As = "", json_: Json = False, home: Home = None) -> None:
    """Make a link by which a person chooses a password. It holds once, 72 hours; it is shown here and nowhere else.

    Without --as the house itself invites: whoever may run commands on this machine sets the first accounts up."""
    with failing(json_):
        parts, who = acting(home, as_) if as_ else (parts_of(home), HOUSE)
        link = f"{parts.settings.public_url}/invitation/{invite(parts, who, person)}"
        show(
            {"person": person, "link": link, "hours": int(INVITED_FOR.total_seconds() // 3600)},
            json_,
            after="Give the link to that person alone. Where the service answers at another address, set GREFFE_URL and invite again.",
        )


def close(person: Person, as_: As = "", json_: Json = False, home: Home = None) -> None:
    """Take a person's password, invitation and sessions away; what they did stands in the register."""
    with failing(json_):
        parts, who = acting(home, as_) if as_ else (parts_of(home), HOUSE)
        close_account(parts, who, person)
        show({"closed": person}, json_)
