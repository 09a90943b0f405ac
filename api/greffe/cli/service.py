"""Commands about the service: serve, openapi, rules."""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
import uvicorn
import yaml
from fastapi import FastAPI

from greffe import __version__
from greffe.app import compose, create_app, job_tools
from greffe.cli.common import Home, Json, parts_of
from greffe.cli.language import here
from greffe.cli.show import failing, say, show
from greffe.errors import BadQuery, Refused, known_words, nearest
from greffe.jobs.configured import read_jobs
from greffe.jobs.loop import logged, run_until
from greffe.jobs.running import Tools
from greffe.logs import spans
from greffe.logs.forms import HUMAN
from greffe.logs.set_up import Log
from greffe.release.parts import Parts
from greffe.settings import Settings, read_settings
from greffe.validation.listing import listed
from greffe.validation.rule import ALL
from greffe.web.leaving import LeavingServer, handed_over
from greffe.web.metrics.counts import Counts
from greffe.web.metrics.listening import Metrics
from greffe.web.openapi import descriptions
from greffe.web.protocol import BoundedProtocol

_LOG = logging.getLogger("greffe.service")
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
    home: Home = None,
) -> None:
    """Serve on http://HOST:PORT (127.0.0.1:8000). Ctrl-C stops cleanly."""
    with failing(False):
        said = {"HOST": host, "PORT": None if port is None else str(port)}
        environ = os.environ | {k: v for k, v in said.items() if v is not None}
        run(compose(read_settings(home=home, environ=environ)), jobs=jobs)


def run(parts: Parts, *, jobs: bool = False) -> None:
    """Run uvicorn until it is stopped; `jobs`: with the jobs beside. Raises Refused when the port is taken."""
    settings, sockets = parts.settings, handed_over(os.environ)
    if sockets is None:
        free_port(settings.host, settings.port)
    log = Log(settings.operation.log, settings.operation.log_level)
    tools = job_tools(parts) if jobs else None
    counts = Counts() if settings.operation.metrics else None
    traced = [spans.begin().heard] if settings.operation.traces != spans.NONE else []
    heard = [*([log.requests] if log.requests else []), *([counts.heard] if counts else []), *traced]
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    _tell(log, f"Serving http://{shown}:{settings.port}  (Ctrl-C stops)", "serving")
    app = create_app(parts, heard, counts.began if counts else lambda: None)
    with _scraped(parts, counts, log), _beside(tools):
        server = LeavingServer(
            _served(app, settings), app.state.leaving, settings.operation.leave_seconds, parts.catalogue
        )
        server.run(sockets)
    spans.end()
    _tell(log, "Stopped.", "stopped")
    log.close()


def _served(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How; answers under way have as long as the server takes leave, and five seconds, to end when it stops."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5 + round(settings.operation.leave_seconds),
        http=BoundedProtocol,
        server_header=False,
    )


def _tell(log: Log, text: str, event: str) -> None:
    """For people as a sentence, for machines as an event."""
    if log.form == HUMAN:
        say(text)
    else:
        _LOG.info(event, extra={"fields": {"version": __version__, "pid": os.getpid()}})


def _scraped(parts: Parts, counts: Counts | None, log: Log) -> AbstractContextManager[object]:
    """Metrics, where a setting says at which address."""
    if counts is None:
        return nullcontext()
    return Metrics(parts, read_jobs(parts.settings.jobs), counts, lambda: log.lines.dropped)


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


def free_port(host: str, port: int) -> None:
    """Raises Refused when something listens there already, or the address is none of this machine."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise Refused(f"{host!r} is no address to listen on.", hint="E.g. HOST=127.0.0.1, or 0.0.0.0.") from error
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refused(f"Port {port} of {host} is taken.", hint="Choose another one, e.g. PORT=8001.") from error
            raise Refused(f"Nothing can listen on port {port} of {host}: {error.strerror}.") from error


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
