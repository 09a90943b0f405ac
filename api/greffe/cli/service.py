"""Commands about the service: serve, openapi, rules."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Annotated

import typer
import yaml

from greffe.app import compose, create_app, job_tools
from greffe.cli.common import Home, Json, parts_of
from greffe.cli.language import here
from greffe.cli.listening import free_for_metrics, free_port
from greffe.cli.serving import server_of, serving, tell
from greffe.cli.show import failing, show
from greffe.cli.workers import run_workers
from greffe.errors import BadQuery, known_words, nearest
from greffe.jobs.loop import logged, run_until
from greffe.jobs.running import Tools
from greffe.logs.set_up import Log
from greffe.release.parts import Parts
from greffe.settings import Settings, read_settings
from greffe.store.files_place import in_place
from greffe.validation.listing import listed
from greffe.validation.rule import ALL
from greffe.web.leaving import handed_over
from greffe.web.openapi import descriptions

_PATIENCE = 60.0  # seconds that a job has to end when the server is stopped; another takes it over after its lease


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(serve)
    app.command()(openapi)
    app.command()(rules)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST, else 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (PORT, else 8000).", min=1, max=65535)] = None,
    jobs: Annotated[bool, typer.Option("--jobs", help="Run the jobs beside, as greffe jobs run does alone.")] = False,
    workers: Annotated[
        int | None, typer.Option(help="Processes that serve (GREFFE_WORKERS, else 1).", min=1, max=64)
    ] = None,
    home: Home = None,
) -> None:
    """Serve on http://HOST:PORT (127.0.0.1:8000). Ctrl-C stops cleanly."""
    with failing(False):
        options = {"HOST": host, "PORT": port, "GREFFE_WORKERS": workers, "GREFFE_HOME": home and home.resolve()}
        said = {name: str(value) for name, value in options.items() if value is not None}
        settings = read_settings(home=home, environ=os.environ | said)
        if settings.files:  # it may take half a minute until it is known that nobody answers there
            log = Log(settings.operation.log, settings.operation.log_level)
            tell(log, f"Trying the object store {settings.files} …", "trying_files")
            log.close()
        parts = compose(settings)
        in_place(parts.register, settings.files)
        run(parts, jobs=jobs, environ=said)


def run(parts: Parts, *, jobs: bool = False, environ: Mapping[str, str] = MappingProxyType({})) -> None:
    """Serve until it is stopped; `jobs`: with the jobs beside; `environ`: what a command said. Raises Refused when the port is
    taken, or that of its metrics."""
    settings, sockets = parts.settings, handed_over(os.environ)
    if sockets is None:
        free_port(settings.host, settings.port)
    free_for_metrics(settings)
    tools = job_tools(parts) if jobs else None
    with _beside(tools):
        if settings.workers > 1:
            _many(settings, sockets, environ)
        else:
            _one(parts, sockets)


def _one(parts: Parts, sockets: list[socket.socket] | None) -> None:
    with serving(parts) as (app, log):
        tell(log, _where(parts.settings), "serving")
        server_of(app, parts).run(sockets)


def _many(settings: Settings, sockets: list[socket.socket] | None, environ: Mapping[str, str]) -> None:
    log = Log(settings.operation.log, settings.operation.log_level)
    tell(log, _where(settings), "serving")
    run_workers(settings, sockets, environ)
    tell(log, "Stopped.", "stopped")
    log.close()


def _where(settings: Settings) -> str:
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    if settings.workers > 1:
        return f"Serving http://{shown}:{settings.port} by {settings.workers} processes  (Ctrl-C stops)"
    return f"Serving http://{shown}:{settings.port}  (Ctrl-C stops)"


@contextmanager
def _beside(tools: Tools | None) -> Iterator[None]:
    """The jobs in a thread of their own; the one that runs is ended before the process is."""
    if tools is None:
        yield
        return
    stop = threading.Event()
    beside = threading.Thread(target=run_until, args=(stop, tools, logged), daemon=True, name="jobs")
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join(_PATIENCE)


def openapi(
    write: Annotated[Path | None, typer.Option(help="Write greffe.yaml and the two SDMX descriptions there.")] = None,
) -> None:
    """What the service accepts and answers, as OpenAPI, generated from the application."""
    with failing(False), TemporaryDirectory() as folder:
        found = descriptions(create_app(compose(read_settings(home=Path(folder)))))
        for name, document in found.items():
            text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
            if write is None:
                typer.echo(f"# {name}\n{text}")
            else:
                (write / name).write_text(text, encoding="utf-8")


def rules(
    lang: Annotated[str, typer.Option(help="en or fr; else as the terminal.")] = "",
    recipient: Annotated[str, typer.Option(help="Only rules on figures for ESTAT, UNODC, CEPEJ or internal.")] = "",
    state: Annotated[str, typer.Option(help="Only rules that are run by `prepare`, held elsewhere, or not yet.")] = "",
    home: Home = None,
    json_: Json = False,
) -> None:
    """List the rules with the thresholds in force, where each is held, and why one is not yet."""
    with failing(json_):
        lang = here(lang)
        told = listed(parts_of(home).catalogue().policies.limits)
        for name, value, known in (
            ("--recipient", recipient, {r for line in told for r in line.recipients} - set(ALL)),
            ("--state", state, {line.state for line in told}),
        ):
            if value and value not in known:
                near = nearest(value, sorted(known))
                hint = known_words(near, sorted(known))
                raise BadQuery(f"{value!r} is none here.", parameter=name, nearest=near, hint=hint)
        rows = [
            line.as_json(lang)
            for line in told
            if state in ("", line.state) and (not recipient or {recipient, *ALL} & set(line.recipients))
        ]
        columns = ("rule", "state", "severity", "level", "sentence")
        show({"rules": rows}, json_, rows=rows, columns=columns, title=f"{len(rows)} rules")
