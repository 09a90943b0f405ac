"""The composition root: settings → parts → application. The only place that picks concrete stores.

What only the web or only jobs need is imported when it is composed: most commands need neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from greffe.errors import BadDefinition, NotFound
from greffe.logs import spans
from greffe.release.definitions import set_up
from greffe.release.parts import Clock, Parts
from greffe.settings import AT_START, Settings
from greffe.store.access_sql import SqlAccess
from greffe.store.base import Register
from greffe.store.bucket import Bucket
from greffe.store.columnar import ColumnarObservations
from greffe.store.depot import ALONE, Depot
from greffe.store.desk_sql import SqlDesk
from greffe.store.folders import make
from greffe.store.leases_sql import SqlLeases
from greffe.store.register import SqlRegister
from greffe.upkeep.absent import left_over, orphaned, refuse_absent
from greffe.upkeep.restore import refuse_unfinished

if TYPE_CHECKING:
    from fastapi import FastAPI

    from greffe.jobs.running import Tools
    from greffe.web.watched import Heard


def utc_now() -> datetime:
    """The clock of production; tests hand in another one."""
    return datetime.now(UTC)


def compose(
    settings: Settings, clock: Clock = utc_now, *, unfinished: bool = False, doubted: bool = False, new: bool = True
) -> Parts:
    """Open the stores under the home directory; on first start import what was shipped into the register (D2). A home that is
    being restored is refused, but for who restores it (`unfinished`); so is a register whose entries are not what was written,
    but for who looks for what is wrong (`doubted`). Not `new`: what is not there is not made.
    Raises NotFound then, and Broken where the files of a house are and no register is."""
    if settings.operation.traces != spans.NONE:
        spans.begin()
    if not unfinished:
        refuse_unfinished(settings.home)
    if new:
        _make_home(settings)
    else:
        refuse_absent(settings)
    upgrade = unfinished or settings.upgrade == AT_START
    left = "" if unfinished else left_over(settings)
    try:
        register = SqlRegister(
            settings.register_url, upgrade=upgrade, doubted=doubted, new=new and not left, files=settings.files
        )
    except NotFound as error:
        if left:
            raise orphaned(settings, left) from error
        raise
    _make_home(settings)  # of a machine that has none yet, where the register is elsewhere
    depot = depot_of(settings)
    parts = Parts(
        settings=settings,
        register=register,
        observations=ColumnarObservations(settings.releases, derived_most=settings.store.serving_bytes, depot=depot),
        access=SqlAccess(register.engine),
        desk=SqlDesk(register.engine),
        leases=SqlLeases(register.engine),
        clock=clock,
        depot=depot,
    )
    set_up(parts)
    return parts


def _make_home(settings: Settings) -> None:
    try:
        make(settings.home)
    except OSError as error:
        raise BadDefinition(f"The home directory {settings.home} cannot be made: {error.strerror}.") from error


def depot_of(settings: Settings) -> Depot:
    """Where all machines find files. Raises BadDefinition for an address that is none."""
    return depot_at(settings.files) if settings.files else ALONE


def depot_at(url: str) -> Depot:
    """A bucket by its address. Raises BadDefinition for one that is none."""
    return Bucket(url)


def register_at(url: str, *, upgrade: bool = True) -> Register:
    """The register in a database, brought to the newest migration unless not `upgrade`. Raises BadDefinition, Unavailable, Refused."""
    return SqlRegister(url, upgrade=upgrade)


def job_tools(parts: Parts) -> Tools:
    """What jobs work with. Raises BadDefinition for settings that do not hold."""
    from greffe.jobs.configured import read_jobs
    from greffe.jobs.running import Tools
    from greffe.web.rest.ordered import saved_answer

    return Tools(parts.acting(), read_jobs(parts.settings.jobs), saved_answer)


def create_app(parts: Parts, heard: Sequence[Heard] = (), began: Callable[[], None] = lambda: None) -> FastAPI:
    """The web application on those parts: SDMX REST 1.5 and 2.x, plain REST, health. `began` and `heard` are told of requests
    and answers."""
    from greffe.web.application import application

    return application(parts.reading(), heard, began)
