"""What a process of the service consists of: the application, its log, its metrics, its traces."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn import Config

from greffe import __version__
from greffe.app import create_app
from greffe.cli.allocators import spare_memory
from greffe.cli.show import say
from greffe.jobs.configured import read_jobs
from greffe.logs import spans
from greffe.logs.forms import HUMAN
from greffe.logs.set_up import Log
from greffe.release.parts import Parts
from greffe.settings import Settings
from greffe.web.leaving import LeavingServer
from greffe.web.metrics.counts import Counts
from greffe.web.metrics.listening import Metrics
from greffe.web.protocol import BoundedProtocol

_LOG: Final = logging.getLogger("greffe.service")


def server_of(app: FastAPI, parts: Parts, kind: type[LeavingServer] = LeavingServer) -> LeavingServer:
    """What serves it and leaves in order."""
    seconds = parts.settings.operation.leave_seconds
    return kind(config_of(app, parts.settings), app.state.leaving, seconds, parts.catalogue)


def config_of(app: ASGIApp | str, settings: Settings) -> Config:
    """How; answers under way have as long as the server takes leave, and five seconds, to end when it stops."""
    return Config(
        app,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        timeout_worker_healthcheck=60,  # also of one that starts on a machine that is busy
        log_config=None,
        access_log=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=5 + round(settings.operation.leave_seconds),
        http=BoundedProtocol,
        server_header=False,
    )


@contextmanager
def serving(parts: Parts) -> Iterator[tuple[FastAPI, Log]]:
    """The application and the log, until the process is done."""
    spare_memory()
    settings = parts.settings
    log = Log(settings.operation.log, settings.operation.log_level)
    counts = Counts() if settings.operation.metrics else None
    traced = [spans.begin().heard] if settings.operation.traces != spans.NONE else []
    heard = [*([log.requests] if log.requests else []), *([counts.heard] if counts else []), *traced]
    if settings.workers > 1 and log.form != HUMAN:
        tell(log, "", "working")
    with _scraped(parts, counts, log):
        yield create_app(parts, heard, counts.began if counts else lambda: None), log
    spans.end()
    tell(log, "Stopped." if settings.workers == 1 else "", "stopped")
    log.close()


def tell(log: Log, text: str, event: str) -> None:
    """For people as a sentence, if there is one; for machines as an event."""
    if log.form != HUMAN:
        _LOG.info(event, extra={"fields": {"version": __version__, "pid": os.getpid()}})
    elif text:
        say(text)


def _scraped(parts: Parts, counts: Counts | None, log: Log) -> AbstractContextManager[object]:
    """Metrics, where a setting says at which address."""
    if counts is None:
        return nullcontext()
    return Metrics(parts, read_jobs(parts.settings.jobs), counts, lambda: log.lines.dropped)
