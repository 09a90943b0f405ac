"""The command line: `greffe ingest | prepare | approve | release | serve | explain …`, each with --json."""

from __future__ import annotations

import os
from typing import Annotated, Final

import typer
from typer import rich_utils

import greffe.cli.accounts as accounts
import greffe.cli.advance as advance
import greffe.cli.answers as answers
import greffe.cli.backup as backup
import greffe.cli.bridge as bridge
import greffe.cli.calendar as calendar
import greffe.cli.checking as checking
import greffe.cli.compare as compare
import greffe.cli.config as config
import greffe.cli.contributions as contributions
import greffe.cli.coverage as coverage
import greffe.cli.decisions as decisions
import greffe.cli.demo as demo
import greffe.cli.doctor as doctor
import greffe.cli.drafts as drafts
import greffe.cli.effect as effect
import greffe.cli.exchange as exchange
import greffe.cli.figures as figures
import greffe.cli.grants as grants
import greffe.cli.identities as identities
import greffe.cli.jobs as jobs
import greffe.cli.keys as keys
import greffe.cli.lineage as lineage
import greffe.cli.pivot as pivot
import greffe.cli.proposals as proposals
import greffe.cli.publications as publications
import greffe.cli.quality as quality
import greffe.cli.releasing as releasing
import greffe.cli.rounds as rounds
import greffe.cli.service as service
import greffe.cli.store as store
import greffe.cli.structuremaps as structuremaps
import greffe.cli.transmissions as transmissions
from greffe.cli.language import of_terminal, speak
from greffe.cli.refused_calls import speaking
from greffe.cli.show import failing

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Greffe: internal indicators become validated, released, traceable SDMX series.",
)
accounts.add_to(app)
keys.add_to(app)
figures.add_to(app)
checking.add_to(app)
lineage.add_to(app)
drafts.add_to(app)
compare.add_to(app)
coverage.add_to(app)
effect.add_to(app)
decisions.add_to(app)
releasing.add_to(app)
calendar.add_to(app)
advance.add_to(app)
identities.add_to(app)
grants.add_to(app)
exchange.add_to(app)
proposals.add_to(app)
pivot.add_to(app)
publications.add_to(app)
bridge.add_to(app)
quality.add_to(app)
service.add_to(app)
config.add_to(app)
store.add_to(app)
backup.add_to(app)
doctor.add_to(app)
structuremaps.add_to(app)
transmissions.add_to(app)
jobs.add_to(app)
answers.add_to(app)
rounds.add_to(app)
contributions.add_to(app)
demo.add_to(app)


_PANELS: Final = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commandes",
}
speaking()


@app.callback()
def spoken(lang: Annotated[str, typer.Option(help="en or fr; else as the terminal (LC_ALL, LANG).")] = "") -> None:
    """Greffe: internal indicators become validated, released, traceable SDMX series."""
    with failing(False):
        speak(lang)


def main() -> None:
    """Entry point."""
    if of_terminal(os.environ) == "fr":
        for name, text in _PANELS.items():
            setattr(rich_utils, name, text)
    app()
