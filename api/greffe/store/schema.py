"""The schema of the register: which one a database is at, the steps from there to that of this program, and back to that of the
release before it.

A step is a file of migrations/versions. All steps of one call are one transaction: a kill leaves the schema that was. A step adds
what processes of the release before do not know and do not miss (expand); what nobody uses any more goes one release later
(contract). So processes of two releases that follow each other serve on one register while it is brought from one to the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple, cast

from sqlalchemy import Connection, Engine, inspect, text

from greffe.errors import NotFound, Refused

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_OPENING: Final = 7_403_051_129  # key of the advisory lock that one opener at a time holds on PostgreSQL
_PATIENCE: Final = "10s"  # that a step waits for a lock, for everybody who comes after it waits too


class Release(NamedTuple):
    """A release and the newest schema that it knows."""

    version: str
    schema: str


# What to do about an empty database.
NO_REGISTER: Final = "GREFFE_REGISTER names another one, or greffe serve makes it."
PREVIOUS: Final = Release("0.1.0", "0005")


@dataclass(frozen=True)
class Step:
    """One step. `does`: what it is for, by language; `rows`: of the tables that it takes away when it goes back, those that are
    there now, by table."""

    schema: str
    does: Mapping[str, str]
    rows: Mapping[str, int]


def schemas() -> tuple[str, ...]:
    """All that a register may be at, in their order: files are named by their revision."""
    return tuple(sorted(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py")))


def newest_schema() -> str:
    """The last one there is."""
    return schemas()[-1]


def schema_of(engine: Engine) -> str:
    """The schema that a database is at, '' for one that is not set up."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        found = list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
        return str(found[0]) if len(found) == 1 else ""


def steps(engine: Engine, *, back: bool = False) -> tuple[Step, ...]:
    """What is to be done, in its order: to the newest schema, or `back` to that of the release before. Raises NotFound for a
    database that holds no register, Refused for one that this program does not know."""
    from alembic.script import ScriptDirectory

    schema, newest = schema_of(engine), newest_schema()
    if not schema:
        raise NotFound("The database holds no register.", hint=NO_REGISTER)
    if schema > newest:
        raise Refused(
            f"The register is at schema {schema}, and this program knows {newest}.", hint="Use the newer version."
        )
    low, high = (PREVIOUS.schema, schema) if back else (schema, newest)
    found = [
        (r.revision, r.module) for r in ScriptDirectory(str(_MIGRATIONS)).walk_revisions() if low < r.revision <= high
    ]
    with engine.connect() as connection:
        told = [Step(name, _does(module), _rows(connection, module) if back else {}) for name, module in found]
    return tuple(told if back else reversed(told))


def bring(engine: Engine, to: str, *, back: bool = False) -> None:
    """Bring a database forward, or `back`, to a schema by name: all or nothing. Raises Refused for one that is not known here."""
    from alembic import command  # takes a tenth of a second, which a database that is up to date need not wait for
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with engine.connect().execution_options(greffe_write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _OPENING})
            connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
        config.attributes["connection"] = connection
        try:
            (command.downgrade if back else command.upgrade)(config, to)
        except CommandError as error:
            raise Refused(
                f"The register was made by another version of Greffe: {error}.", hint="Use the newer version."
            ) from error


def _does(module: ModuleType) -> Mapping[str, str]:
    said = cast(Mapping[str, str], getattr(module, "does", {}))
    return said or {"en": (module.__doc__ or "").strip()}


def _rows(connection: Connection, module: ModuleType) -> Mapping[str, int]:
    tables = cast(Sequence[str], getattr(module, "takes_away", ()))
    return {name: int(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()) for name in tables}
