"""The doctor: looks at a house from its settings to its last file, and says what is wrong and what to do. Nothing is mended here,
nothing is migrated, and one thing that cannot be looked at hides nothing of the others."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import takewhile
from os import W_OK, access, statvfs
from pathlib import Path
from typing import Final

from greffe.errors import GreffeError
from greffe.jobs.configured import read_jobs
from greffe.model.instants import read
from greffe.release import clocks
from greffe.release.parts import Parts
from greffe.settings import Settings, read_settings
from greffe.store.database import as_it_is, translated
from greffe.store.filling import moved_to
from greffe.store.folding import CLOCK_RIGHT
from greffe.store.schema import NO_REGISTER, newest_schema, schema_of
from greffe.store.wanted import Wanted
from greffe.transmission.ways import read_channels
from greffe.upkeep import doctor_files, doctor_keys, doctor_work
from greffe.upkeep.found import ToLookAt, Wrong
from greffe.upkeep.restore import refuse_unfinished
from greffe.upkeep.whereabouts import file_of_register

LEAST: Final = 200_000_000  # bytes on the disk, below which a release may fail
LITTLE: Final = 2_000_000_000
LOOKED_AT: Final = 1_000  # last entries, of which one may be of an hour that is still to come
AGREED: Final = timedelta(seconds=2)  # that clocks of two machines may be apart
Compose = Callable[[Settings], Parts]
Check = Callable[[], Iterable[GreffeError]]


@dataclass(frozen=True)
class Told:
    """What one check found; nothing is well. `check`: settings, home, disk, register, clock, chain, bucket, files, left over, jobs,
    transmissions, keys."""

    check: str
    errors: tuple[GreffeError, ...] = ()

    @property
    def state(self) -> str:
        """well, look, wrong."""
        if not self.errors:
            return "well"
        return "look" if all(isinstance(e, ToLookAt) for e in self.errors) else "wrong"


def examine(
    environ: Mapping[str, str], home: Path | None, compose: Compose, *, quick: bool, tell: Callable[[str], None]
) -> Iterator[Told]:
    """All checks in their order, as far as they can be made. `quick`: files are looked for and not read."""
    tell("settings")
    settings, wrong = _settings(environ, home)
    yield Told("settings", wrong)
    if settings is None:
        return
    yield _told("home", partial(_home, settings), tell)
    yield _told("disk", partial(_disk, settings), tell)
    register = _told("register", partial(_register, settings), tell)
    yield register
    if register.errors:
        return
    try:
        parts = compose(settings)
    except GreffeError as error:
        yield Told("register", (error,))
        return
    checks: tuple[tuple[str, Check], ...] = (
        ("clock", partial(_clock, parts)),
        ("chain", partial(doctor_files.chain, parts)),
        ("bucket", partial(doctor_files.bucket, parts)),
        ("files", partial(doctor_files.files, parts, quick=quick)),
        ("left over", partial(doctor_files.left_over, parts)),
        ("jobs", partial(doctor_work.jobs, parts)),
        ("transmissions", partial(doctor_work.transmissions, parts)),
        ("keys", partial(doctor_keys.keys, parts, environ)),
    )
    for name, check in checks:
        yield _told(name, check, tell)


def _told(name: str, check: Check, tell: Callable[[str], None]) -> Told:
    tell(name)
    found: list[GreffeError] = []
    try:
        found += check()
    except GreffeError as error:
        found.append(error)
    except OSError as error:
        hint = "Let the account that runs the service read it; if it may, look at the disk (smartctl, dmesg)."
        found.append(Wrong(f"It cannot be looked at: {error.strerror}.", file=str(error.filename or ""), hint=hint))
    return Told(name, tuple(found))


def _settings(environ: Mapping[str, str], home: Path | None) -> tuple[Settings | None, tuple[GreffeError, ...]]:
    try:
        settings = read_settings(environ, home=home)
    except GreffeError as error:
        return None, (error,)
    wrong: list[GreffeError] = []
    for read_one in (partial(read_jobs, settings.jobs), partial(read_channels, settings.channels)):
        try:
            read_one()
        except GreffeError as error:
            wrong.append(error)
    return settings, tuple(wrong)


def _home(settings: Settings) -> Iterator[GreffeError]:
    home = settings.home
    if not home.is_dir() and settings.files and file_of_register(settings.register_url) is None:
        yield ToLookAt(
            "There is no home yet.",
            file=str(home),
            hint="Register and files are elsewhere: here it is a cache, and greffe serve makes it.",
        )
        return
    if not home.is_dir():
        yield Wrong(
            "There is no home.",
            file=str(home),
            hint="Say where it is (--home, GREFFE_HOME); greffe serve makes a new one, greffe restore one from a backup.",
        )
        return
    refuse_unfinished(home)
    if not access(home, W_OK):
        yield Wrong(
            "This account may not write in the home.",
            file=str(home),
            hint="Give it to the account that runs the service: chown.",
        )
    mode = stat.S_IMODE(home.stat().st_mode)
    if mode & 0o007:
        yield ToLookAt(
            f"Every account of this machine may enter the home (mode {mode:04o}): it holds confidential values.",
            file=str(home),
            hint=f"chmod 750 {home}",
        )


def _disk(settings: Settings) -> Iterator[GreffeError]:
    if not settings.home.is_dir():
        return
    free, files = shutil.disk_usage(settings.home).free, statvfs(settings.home)
    said = f"The disk has {free // 1_000_000:,} MB left."
    hint = "Make room: greffe store --evict frees what can be derived again."
    if free < LEAST:
        yield Wrong(said, file=str(settings.home), hint=hint)
    elif free < LITTLE:
        yield ToLookAt(said, file=str(settings.home), hint=hint)
    if files.f_files and files.f_favail < 10_000:
        yield ToLookAt(f"The disk takes {files.f_favail:,} more files.", file=str(settings.home), hint=hint)


def _register(settings: Settings) -> Iterator[GreffeError]:
    """It is reached, and at the migration that this program knows; nothing is made where there is none."""
    url = settings.register_url
    path = file_of_register(url)
    if path is not None and not path.is_file():
        yield Wrong(
            "There is no register.",
            file=str(path),
            hint="Restore it from a backup; a new house begins with greffe serve.",
        )
        return
    engine = as_it_is(url)
    try:
        with translated(engine):
            schema = schema_of(engine)
            elsewhere = moved_to(engine) if schema == newest_schema() else ""
    finally:
        engine.dispose()
    if not schema:
        yield Wrong("The database holds no register.", hint=NO_REGISTER)
    elif schema > newest_schema():
        yield Wrong(
            f"The register is at schema {schema}, and this program knows {newest_schema()}.",
            hint="Use the newer version.",
        )
    elif schema < newest_schema():
        yield ToLookAt(
            f"The register is at schema {schema}, and this program works on {newest_schema()}.",
            hint="Make a backup, then greffe upgrade.",
        )
    elif elsewhere:
        yield Wrong(
            f"This register was moved: it is at {elsewhere} now, and nothing can be entered here.",
            hint="Set GREFFE_REGISTER to that and start again; greffe move --undo takes the register back.",
        )


def _clock(parts: Parts) -> Iterator[GreffeError]:
    newest_first = parts.register.search(Wanted(), most=LOOKED_AT)
    since = list(
        takewhile(lambda e: e.kind != CLOCK_RIGHT, newest_first)
    )  # which of them was wrong is said before that
    last, now = max(since, key=lambda e: e.instant, default=None), parts.clock()
    if last is not None and read(last.instant) > now + AGREED:
        yield Wrong(clocks.behind(f"{now:%Y-%m-%d %H:%M:%S}", last.number, last.instant), hint=clocks.HINT)
