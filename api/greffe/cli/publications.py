"""Commands `greffe publications …`: what other bodies have published, taken in, listed, withdrawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.common import As, Home, Json, Reason, acting, parts_of
from greffe.cli.show import failing, show
from greffe.errors import BadQuery, numbered
from greffe.formats.published.lines import Columns
from greffe.release.published import Described, add_publication, withdraw_publication
from greffe.release.published_list import add_listed
from greffe.store.publication_records import PublicationRecord


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="What other bodies have published, for `greffe bridge`.")
    group.command("add")(add_command)
    group.command("add-listed")(add_listed_command)
    group.command("list")(list_command)
    group.command("withdraw")(withdraw_command)
    app.add_typer(group, name="publications")


def add_command(
    file: Annotated[Path, typer.Argument(help="SDMX-CSV, SDMX-ML, SDMX-JSON, Eurostat TSV, or a plain CSV.")],
    body: Annotated[str, typer.Option(help="Who published it: UNODC, Eurostat, CEPEJ, SSM Justice…")],
    dataset: Annotated[str, typer.Option(help="What they call it, e.g. crim_off_cat.")],
    as_: As = "",
    dataflow: Annotated[str, typer.Option(help="Our mirror dataflow, when it has its dimensions.")] = "",
    retrieved: Annotated[str, typer.Option(help="Day on which it was taken, YYYY-MM-DD; else today.")] = "",
    url: Annotated[str, typer.Option(help="Where it was taken from.")] = "",
    origin: Annotated[str, typer.Option(help="real or synthetic.")] = "real",
    series: Annotated[str, typer.Option(help="Plain CSV: columns of the series, A+B+C.")] = "",
    period: Annotated[str, typer.Option(help="Plain CSV: column of the period.")] = "",
    value: Annotated[str, typer.Option(help="Plain CSV: column of the value.")] = "",
    flag: Annotated[str, typer.Option(help="Plain CSV: column of the flag.")] = "",
    note: Annotated[str, typer.Option(help="Plain CSV: column of a note.")] = "",
    separator: Annotated[str, typer.Option(help="Plain CSV: what joins the columns of the series.")] = "|",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Keep a publication: its bytes, and the values that it holds. Nothing of it is served as ours."""
    with failing(json_):
        parts, who = acting(home, as_)
        columns = _columns(series, period, value, flag, note, separator)
        said = Described(body, dataset, dataflow, retrieved, url, origin, columns)
        record, known = add_publication(parts, who, file, said)
        after = "This very file was taken in before; nothing changed." if known else "Next: greffe bridge"
        told = f"{numbered(record.values, 'value')} of {record.series} series, {record.first_period} to {record.last_period}"
        title = f"{record.id}: {record.format}, {told}"
        show(_data(record) | {"already_known": known}, json_, rows=[], columns=(), title=title, after=after)


def _columns(series: str, period: str, value: str, flag: str, note: str, separator: str) -> Columns | None:
    given = {"--series": series, "--period": period, "--value": value}
    if not any(given.values()):
        return None
    missing = next((name for name, text in given.items() if not text), "")
    if missing:
        raise BadQuery("A described table needs it.", parameter=missing, hint="--series A+B --period P --value V")
    return Columns(tuple(series.split("+")), period, value, separator, flag, note)


def add_listed_command(
    listing: Annotated[Path, typer.Argument(help="A list such as samples/published/publications.csv.")],
    as_: As = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Keep every publication that a list names; the files lie in `publications` beside it."""
    with failing(json_):
        parts, who = acting(home, as_)
        rows = [_data(p) | {"already_known": known} for p, known in add_listed(parts, who, listing)]
        columns = ("publication", "values", "periods", "already_known")
        show({"publications": rows}, json_, rows=rows, columns=columns, after="Next: greffe bridge")


def list_command(home: Home = None, json_: Json = False) -> None:
    """List the publications, those withdrawn too."""
    with failing(json_):
        found = parts_of(home).ledger().publications.values()
        rows = [_data(p) | {"state": "withdrawn" if p.withdrawn else "compared"} for p in found]
        columns = ("publication", "body", "dataset", "values", "periods", "retrieved", "state")
        show({"publications": rows}, json_, rows=rows, columns=columns)


def withdraw_command(
    publication: Annotated[str, typer.Argument(help="Id of a publication.")],
    as_: As = "",
    reason: Reason = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """Take a publication out of every comparison; it stays in the register."""
    with failing(json_):
        parts, who = acting(home, as_)
        record = withdraw_publication(parts, who, publication, reason)
        show(_data(record), json_, title=f"{record.id} is withdrawn: {record.withdrawn}")


def _data(record: PublicationRecord) -> dict[str, object]:
    return {
        "publication": record.id, "body": record.body, "dataset": record.dataset, "dataflow": record.dataflow,
        "file": record.file_name, "format": record.format, "checksum": record.checksum, "values": record.values,
        "series": record.series, "periods": f"{record.first_period} to {record.last_period}",
        "retrieved": record.retrieved, "url": record.url, "origin": record.origin, "taken_in": record.instant,
        "withdrawn": record.withdrawn,
    }  # fmt: skip
