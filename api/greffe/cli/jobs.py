"""Commands about what the service does by itself: jobs list, run, show, history, metrics, reset."""

from __future__ import annotations

import signal
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from greffe.app import job_tools
from greffe.cli.common import Home, Json, parts_of
from greffe.cli.show import failing, say, show
from greffe.errors import Conflict, Refused
from greffe.jobs.ahead import ahead_of
from greffe.jobs.loop import run_until
from greffe.jobs.metrics import metrics_text, write_metrics
from greffe.jobs.reports import counted
from greffe.jobs.running import Ran, Tools, new_holder, run_due, run_now
from greffe.jobs.showing import run_json, shown
from greffe.jobs.works import WORKS
from greffe.model.instants import PARIS, read
from greffe.store.files_place import in_place
from greffe.store.leases import ATTENTION, FAILED, Run

Name = Annotated[str, typer.Argument(help="A job, e.g. transmissions.")]
BAD = (FAILED, ATTENTION)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="What the service does by itself: its hours, its runs, what failed.")
    for name, command in (
        ("list", list_command), ("run", run_command), ("show", show_command), ("history", history),
        ("metrics", metrics), ("reset", reset),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="jobs")


def list_command(home: Home = None, json_: Json = False) -> None:
    """Every job: its hours (in Paris), how it stands, when it is due next, how the last run ended."""
    with failing(json_):
        tools = job_tools(parts_of(home))
        found = list(shown(tools.parts, tools.configured))
        rows = [
            {"job": s.job.name, "schedule": s.job.schedule, "state": s.state, "next": _paris(s.as_json()["next"]),
             "last": s.last.outcome if s.last else "", "said": counted(s.report.counts) or s.report.error,
             "alert": s.alert.mark if s.alert else ""}
            for s in found
        ]  # fmt: skip
        columns = ("job", "schedule", "state", "next", "last", "said", "alert")
        show({"jobs": [s.as_json() for s in found]}, json_, rows=rows, columns=columns)


def run_command(
    name: Annotated[str, typer.Argument(help="One job, at once, whatever its hours; else those that are due.")] = "",
    once: Annotated[bool, typer.Option("--once", help="Look once, for cron or a systemd timer; else go on.")] = False,
    home: Home = None,
    json_: Json = False,
) -> None:
    """Run what is due and nobody else runs, until Ctrl-C or SIGTERM. With --once or a name it ends with 3 when somebody is to
    look."""
    with failing(json_):
        stays = not name and not once  # a service, which may be there before the one that serves is
        tools = job_tools(parts_of(home, new=stays))
        in_place(tools.parts.register, tools.parts.settings.files)
        if stays:
            _go_on(tools, json_)
            return
        holder = new_holder()
        ran = [run_now(tools, WORKS, holder, name)] if name else list(run_due(tools, WORKS, holder))
        ahead = {} if name else ahead_of(tools.parts, tools.configured)
        rows = [_ran(r) for r in ran]
        late = [
            {"job": n, "due": at.astimezone(PARIS).isoformat(), "outcome": "ahead", "said": _waits(n, at)}
            for n, at in ahead.items()
        ]
        data = {"ran": rows} | ({"ahead": late} if late else {})
        show(data, json_, rows=[*rows, *late], columns=("job", "due", "attempt", "outcome", "said"))
        if late or any(r.outcome in BAD for r in ran):
            raise typer.Exit(Refused.exit_code)


def show_command(name: Name, home: Home = None, json_: Json = False) -> None:
    """One job: how it is set up, how it stands, its alert, its last runs."""
    with failing(json_):
        tools = job_tools(parts_of(home))
        (found,) = shown(tools.parts, tools.configured, name)
        runs = tools.parts.leases.runs(name, 10)
        data = found.as_json() | {"runs": [run_json(r) for r in runs]}
        show(data if json_ else {k: v for k, v in data.items() if k not in ("runs", "last")}, json_, title=name)
        if not json_:
            show({}, False, rows=[_told(r) for r in runs], columns=COLUMNS)


COLUMNS = ("job", "due", "attempt", "outcome", "started", "ended", "missed", "said")


def history(
    name: Annotated[str, typer.Argument(help="One job; else all of them.")] = "",
    most: Annotated[int, typer.Option(help="How many runs.", min=1, max=10_000)] = 50,
    home: Home = None,
    json_: Json = False,
) -> None:
    """The last runs, the newest first: when due, tried, begun, ended, how."""
    with failing(json_):
        tools = job_tools(parts_of(home))
        if name:
            tools.configured.named(name)
        runs = tools.parts.leases.runs(name, most)
        show({"runs": [run_json(r) for r in runs]}, json_, rows=[_told(r) for r in runs], columns=COLUMNS)


def metrics(
    write: Annotated[Path | None, typer.Option(help="A file for Prometheus' textfile collector; else printed.")] = None,
    home: Home = None,
) -> None:
    """How the jobs stand, in the text of Prometheus."""
    with failing(False):
        tools = job_tools(parts_of(home))
        if write is None:
            typer.echo(metrics_text(tools.parts, tools.configured), nl=False)
        else:
            write_metrics(tools.parts, tools.configured, write)


def reset(name: Name, home: Home = None, json_: Json = False) -> None:
    """What is due counts from now on, and nobody holds the job: after a clock that was far ahead."""
    with failing(json_):
        tools = job_tools(parts_of(home))
        (found,) = shown(tools.parts, tools.configured, name)
        if found.state == "running":
            raise Conflict(
                f"{name} is run by {found.standing.holder} now.", hint="Stop that first, or wait for its lease."
            )
        tools.parts.leases.reset(name, tools.parts.clock())
        (found,) = shown(tools.parts, tools.configured, name)
        show(found.as_json(), json_, title=f"{name} is due at {_paris(found.as_json()['next'])}.")


def _go_on(tools: Tools, json_: bool) -> None:
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    say("Jobs run  (Ctrl-C stops)", json_)
    run_until(stop, tools, lambda ran: say(f"{ran.job}: {ran.outcome} {counted(ran.report.counts)}".rstrip()))
    say("Stopped.", json_)


def _waits(name: str, at: datetime) -> str:
    return f"it waits for {at.astimezone(PARIS):%Y-%m-%d}, for the clock was ahead; greffe jobs reset {name}"


def _ran(ran: Ran) -> dict[str, object]:
    said = counted(ran.report.counts) or ran.report.error
    return {
        "job": ran.job, "due": ran.due.astimezone(PARIS).isoformat(), "attempt": ran.attempt, "outcome": ran.outcome,
        "said": said, "about": list(ran.report.about),
        "again": ran.again.astimezone(PARIS).isoformat() if ran.again else None,
    }  # fmt: skip


def _told(run: Run) -> dict[str, object]:
    found = run_json(run)
    said = counted(found["counts"] if isinstance(found["counts"], dict) else {}) or found["error"]
    return found | {k: _paris(found[k]) for k in ("due", "started", "ended")} | {"said": said}


def _paris(text: object) -> str:
    return f"{read(text).astimezone(PARIS):%Y-%m-%d %H:%M:%S}" if isinstance(text, str) else ""
