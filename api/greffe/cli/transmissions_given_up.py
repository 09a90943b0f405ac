"""Commands about deadlines that were missed: transmissions give-up, take-up."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, Reason, acting
from greffe.cli.show import failing, show
from greffe.model.given_up import GivenUp
from greffe.transmission.giving_up import give_up, take_up

Kind = Annotated[str, typer.Argument(help="A delivery of deliveries.csv, e.g. ESTAT_CTS_JUST.")]
Year = Annotated[int, typer.Argument(help="Year of the data.")]


def show_given_up(one: GivenUp, as_json: bool) -> None:
    """Who gave it up, when and why."""
    title = f"{one.delivery}-{one.year} was given up by {one.who}, {one.instant}: {one.reason}"
    show({"given_up": asdict(one)} if as_json else {}, as_json, title=title)


def give_up_command(
    delivery: Kind, year: Year, as_: As = "", reason: Reason = "", home: Home = None, json_: Json = False
) -> None:
    """Give up a delivery whose deadline was missed: plans and alerts leave it out from then on."""
    with failing(json_):
        parts, who = acting(home, as_)
        show_given_up(give_up(parts, who, delivery, year, reason), json_)


def take_up_command(
    delivery: Kind, year: Year, as_: As = "", reason: Reason = "", home: Home = None, json_: Json = False
) -> None:
    """Ask again for a delivery that was given up."""
    with failing(json_):
        parts, who = acting(home, as_)
        take_up(parts, who, delivery, year, reason)
        show({"taken_up": f"{delivery}-{year}"}, json_, title=f"{delivery}-{year} is asked for again.")
