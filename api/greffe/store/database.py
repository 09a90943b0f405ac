"""Opening the register's database: SQLite (WAL, durable) or PostgreSQL, migrated, safe for threads and processes."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.pool import ConnectionPoolEntry

from greffe import __version__
from greffe.errors import BadDefinition, Broken, DiskFailed, NotFound, Refused, Unavailable, Unsupported, of_the_disk
from greffe.store.schema import NO_REGISTER, bring, newest_schema, schema_of
from greffe.store.together import shared

BUSY_SECONDS: Final = 30.0
ROOM: Final = 1 << 20  # bytes: with fewer no file beside the register can grow
# What is left of a damaged register is no register: a chain that lacks an entry does not hold.
RESTORE: Final = "Keep it aside; bring the newest backup back into an empty home: greffe restore. Not sqlite3 .recover: entries may lack."
WRITTEN: Final = "E.g. sqlite:////srv/greffe/register.db or postgresql://greffe@db.example.org/greffe."
_STAYS: Final = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL)  # however often it is tried
_OF_DISK: Final = (*_STAYS, sqlite3.SQLITE_IOERR)
# The index that processes share beside the register (-shm) cannot be made or grow: the disk has no room for its 32 KB.
_NO_INDEX: Final = (sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMMAP)
_TAKEN: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_ALONE: Final = "greffe_alone"


def open_engine(url: str, *, upgrade: bool = True, new: bool = True) -> Engine:
    """A pooled engine on a database that is at the newest schema: an empty one is set up unless not `new`, an older register is
    brought to it unless not `upgrade`. Raises BadDefinition, Unavailable, NotFound for one that is empty and to be left, and
    Refused for one that is newer, or older and to be left."""
    engine = as_it_is(url)
    with translated(engine):
        _opened(engine, upgrade=upgrade, new=new)
    return engine


def open_at(url: str, schema: str) -> Engine:
    """The same on a database that is brought to a migration by name: to be filled with what was kept at that one. Raises
    Refused for one that is not known here."""
    engine = as_it_is(url)
    with translated():
        bring(engine, schema)
    return engine


def as_it_is(url: str) -> Engine:
    """A pooled engine on a database, in which nothing is made or migrated. Raises BadDefinition, Unsupported."""
    parsed = address_of(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            _folder_for(Path(parsed.database))
        engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "do_connect", _connect_sqlite)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _let_others_in)
    else:
        engine = _on_postgresql(parsed)
    _forget_in_forks(engine)
    return engine


def address_of(url: str) -> URL:
    """The parts of an address on which a register may be; nothing is opened. Raises BadDefinition, Unsupported."""
    try:
        parsed = make_url(url)
        name = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        # Not what stands there: it may hold a password, and what is written otherwise has it anywhere.
        raise BadDefinition("It is no address of a database.", parameter="GREFFE_REGISTER", hint=WRITTEN) from error
    if name == "postgresql":
        _on_postgresql(parsed)
    elif name != "sqlite":
        raise BadDefinition(f"The register runs on sqlite or postgresql, not on {name}.", parameter="GREFFE_REGISTER")
    return parsed


def _folder_for(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        found = of_the_disk(error)
        if found is not None:
            raise found from error
        raise BadDefinition(
            f"The folder of the register cannot be made: {error.strerror}.",
            file=str(file.parent),
            parameter="GREFFE_REGISTER",
        ) from error


def _on_postgresql(url: URL) -> Engine:
    """Raises Unsupported where its driver, which is an extra of ours, is not installed."""
    try:
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ImportError as error:
        hint = "pip install 'greffe[postgresql]'"
        raise Unsupported("A register on PostgreSQL needs psycopg.", parameter="GREFFE_REGISTER", hint=hint) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading; database errors become ours."""
    with translated(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is alone in writing entries from its first statement on, and durable when it ends: its own, or a part of
    the one that is shared (`together`)."""
    if (found := shared(engine)) is not None:
        yield found
        return
    with translated(engine), engine.connect().execution_options(greffe_write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL synchronous_commit = on"))
            connection.execute(text("LOCK TABLE entries IN EXCLUSIVE MODE"))
        yield connection


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """A transaction on what stands beside the chain: those who append entries do not wait for it on PostgreSQL. Durable when
    it ends."""
    with translated(engine), engine.connect().execution_options(greffe_write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL synchronous_commit = on"))
        yield connection


@contextmanager
def translated(engine: Engine | None = None) -> Iterator[None]:
    """Raise Unavailable when the database is busy or away (DiskFailed when its disk has no room or may not be written), Broken when
    its file is damaged."""
    try:
        yield
    except OperationalError as error:
        failed = _of_disk(error.orig, engine)
        if failed is not None:
            raise failed from error
        opens = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_CANTOPEN
        raise Unavailable(
            f"The register cannot be reached: {_line(error.orig)}.",
            hint="Try again." if opens else "See that it is a file, in a folder that is there.",
        ) from error
    except DBAPIError as error:
        if error.statement is None and isinstance(error, ProgrammingError):  # it was never connected
            raise BadDefinition(
                f"The register cannot be reached: {_line(error.orig)}.", parameter="GREFFE_REGISTER", hint=WRITTEN
            ) from error
        raise Broken(f"The register cannot be read: {_line(error.orig)}.", file=_place(engine), hint=RESTORE) from error


def _place(engine: Engine | None) -> str:
    """The file of the register, for whoever mends it; '' for a database elsewhere."""
    return str(engine.url.database) if engine is not None and engine.dialect.name == "sqlite" else ""


def _line(error: BaseException | None) -> str:
    """What a driver says, which takes several lines for it, as the end of a sentence of ours."""
    return " ".join(str(error).split()).rstrip(" .")


def _of_disk(error: BaseException | None, engine: Engine | None) -> DiskFailed | None:
    """The error to raise where the disk of the register is full or may not be written. SQLite says so by its code, or, where a file
    beside it cannot grow, that the disk fails or the file does not open: then the file system is asked."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what the extended code adds
    if code not in _OF_DISK:
        return None
    path = Path(engine.url.database or ".").absolute() if engine is not None else Path.cwd()
    try:
        room = os.statvfs(path.parent)
    except OSError:
        return None
    closed = [p for p in (path.parent, path) if engine is not None and p.exists() and not os.access(p, os.W_OK)]
    if code != sqlite3.SQLITE_FULL and closed:
        number = errno.EROFS if room.f_flag & os.ST_RDONLY else errno.EACCES
        return DiskFailed(
            f"The register cannot be opened: {os.strerror(number)}.",
            file=str(closed[0]),
            hint="SQLite writes beside it, even to read: let this account write there, or copy the home to where it may.",
        )
    if code != sqlite3.SQLITE_FULL and room.f_bavail * room.f_frsize >= ROOM:
        return None
    return of_the_disk(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path.parent)))


def _connect_sqlite(
    dialect: Dialect, record: ConnectionPoolEntry, arguments: Sequence[object], named: Mapping[str, object]
) -> sqlite3.Connection:
    """On a full disk, where there is no room for the index that processes share, a connection is alone with the register and keeps
    the index in memory: it reads, and what it writes finds no room. Others wait until it is given back."""
    try:
        return _opening(dialect.connect(*arguments, **named))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode not in _NO_INDEX:
            raise
    record.info[_ALONE] = True
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return _opening(dialect.connect(*arguments, **named), alone=True)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _TAKEN or time.monotonic() > end:
                raise
        time.sleep(0.005 + os.urandom(1)[0] / 5_000)  # not in step with the others


def _opening(made: object, *, alone: bool = False) -> sqlite3.Connection:
    """A connection that has opened what lies beside the register. Closed again where that fails: who wants to be alone keeps the locks
    that it has, and two of them that wait for each other would wait for good."""
    connection = cast(sqlite3.Connection, made)
    try:
        connection.execute(f"PRAGMA busy_timeout = {0 if alone else int(BUSY_SECONDS * 1000)}")
        if alone:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
            connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        else:
            _write_ahead(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Transactions are ours to begin; a commit is on the disk when it returns."""
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """WAL is a property of the file. Switching to it does not wait for other openers by itself."""
    for _ in range(int(BUSY_SECONDS * 20)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in _STAYS or error.sqlite_errorcode in _NO_INDEX:
                raise
            time.sleep(0.05)
    connection.execute("PRAGMA journal_mode = WAL")


def _let_others_in(_connection: object, record: ConnectionPoolEntry) -> None:
    """A connection that is alone with the register is closed when it is given back."""
    if record.info.get(_ALONE):
        record.invalidate()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: reading first and upgrading later could fail half-way."""
    write = connection.get_execution_options().get("greffe_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _opened(engine: Engine, *, upgrade: bool, new: bool) -> None:
    """Bring it to the newest schema, where that is wanted: one that holds a register already, and one that holds none."""
    schema, newest = schema_of(engine), newest_schema()
    if schema == newest:
        return
    if schema > newest:
        raise Refused(
            f"The register is at schema {schema}, of a newer Greffe: this one, {__version__}, knows {newest}.",
            hint="Use the newer version; greffe upgrade --back of that one brings the register back.",
        )
    if schema and not upgrade:
        raise Refused(
            f"The register is at schema {schema}, and this Greffe, {__version__}, works on {newest}.",
            hint="greffe upgrade says what would be done, and does it with --apply.",
        )
    if not schema and not new:
        raise NotFound("The database holds no register.", hint=NO_REGISTER)
    bring(engine, newest)


def _forget_in_forks(engine: Engine) -> None:
    """A forked child opens connections of its own: two processes on one socket or file handle corrupt it."""
    known = weakref.ref(engine)

    def forget() -> None:
        found = known()
        if found is not None:
            found.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
