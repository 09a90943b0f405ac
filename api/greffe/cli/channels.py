"""`transmissions channels`: the ways that are set up here, and whether they can be reached. It never prints a secret."""

from __future__ import annotations

from typing import Annotated

import typer

from greffe.cli.common import Home, Json
from greffe.cli.show import failing, show
from greffe.errors import Refused
from greffe.settings import read_settings
from greffe.transmission.ways import reached, read_channels

COLUMNS = ("channel", "kind", "where", "state", "said")


def channels(
    name: Annotated[str, typer.Argument(help="One channel alone.")] = "",
    try_: Annotated[bool, typer.Option("--try", help="Connect and log in; nothing is sent.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """The channels that are set up here, their kind, and with --try whether they let us in. Exit 3 when one does not."""
    with failing(json_):
        ways = read_channels(read_settings(home=home).channels)
        rows = [one.as_json() for one in reached(ways, name, connect=try_)]
        after = "" if rows else "None is set up in channels.toml in the home, or the file that GREFFE_CHANNELS names."
        show({"channels": rows}, json_, rows=rows, columns=COLUMNS, after=after)
        if any(row["state"] in ("wrong", "refused", "not reached") for row in rows):
            raise typer.Exit(Refused.exit_code)
