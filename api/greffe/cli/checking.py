"""Command `greffe check`: a file of a recipient before the rules, or ours against a recipient's structures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from greffe.cli.checked import FORMATS, told_against, told_of_publication
from greffe.cli.common import Home, Json, Most, parts_of
from greffe.cli.language import here
from greffe.cli.show import failing
from greffe.errors import BadQuery, known_words, nearest
from greffe.release.against import Asked, check_against
from greffe.release.publications import check_publication
from greffe.validation.run import RULES
from greffe.validation.structural.words import CHECKS, STRUCTURAL


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(check)


def check(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="What a recipient published (SDMX-CSV, -ML, -JSON, TSV; .gz); with --against a file of ours."
        ),
    ] = None,
    dataflow: Annotated[str, typer.Option(help="Dataflow, e.g. ESTAT_CRIM_OFF_CAT.")] = "",
    against: Annotated[
        Path | None, typer.Option(help="A recipient's structures as received: SDMX-ML 2.1, 3.0, 3.1 or SDMX-JSON.")
    ] = None,
    draft: Annotated[str, typer.Option(help="With --against: this draft instead of the current release.")] = "",
    sender: Annotated[str, typer.Option(help="With --against: id of the sender in the header, e.g. FR1.")] = "",
    named: Annotated[
        bool, typer.Option("--named", help="With --against: the file has the name under which it is sent.")
    ] = False,
    format_: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    rule: Annotated[str, typer.Option(help="Only this rule or structural check.")] = "",
    lang: Annotated[str, typer.Option(help="en or fr; else as the terminal.")] = "",
    most: Most = 40,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Run the rules on figures as a recipient published them, or hold ours against a recipient's structures: nothing is
    kept, nothing is released. Exit code 3 when there is an error among what is found."""
    with failing(json_ or format_ == "json"):
        lang = here(lang)
        form = _form(format_, json_)
        asked = Asked(dataflow, file, draft, sender, named)
        if against is not None:
            _among(rule, CHECKS)
            told_against(check_against(parts_of(home), against, asked), form, lang, most, rule)
            return
        _against_alone(asked)
        if file is None:
            raise BadQuery("Which file?", parameter="FILE", hint="Or --against FILE, for what is held here.")
        _among(rule, [*STRUCTURAL, *sorted({r.id for r in RULES})])
        flow, found = check_publication(parts_of(home), file, dataflow)
        wanted = [f for f in found if rule in ("", f.rule)]
        told_of_publication(wanted, form, lang, most, f"{file.name} ({flow.reference})")


def _form(form: str, as_json: bool) -> str:
    """The format asked for. Raises BadQuery for one that is none, or for two at once."""
    if form not in FORMATS:
        near = nearest(form, FORMATS)
        raise BadQuery(
            f"{form!r} is no format here.", parameter="--format", nearest=near, hint=known_words(near, FORMATS)
        )
    if as_json and form == "csv":
        raise BadQuery("--json and --format csv are two formats.", parameter="--format")
    return "json" if as_json else form


def _against_alone(asked: Asked) -> None:
    """Raises BadQuery for an option that says something of a comparison with a recipient's structures, where there is none."""
    for option, given in (("--draft", asked.draft), ("--sender", asked.sender), ("--named", asked.named)):
        if given:
            hint = "Say --against FILE, the structures that a recipient sent; without it the rules are run on FILE."
            raise BadQuery("It goes with --against.", parameter=option, hint=hint)


def _among(rule: str, known: Sequence[str]) -> None:
    """Raises BadQuery for a rule or check that is none of those."""
    if rule and rule not in known:
        near = nearest(rule, known)
        hint = known_words(near, known, len(CHECKS))
        raise BadQuery(f"There is no rule {rule}.", parameter="--rule", nearest=near, hint=hint)
