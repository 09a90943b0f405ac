"""The jobs of an installation, as data: the shipped jobs.toml, and over it the one in the home."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final

from greffe.errors import BadDefinition, BadQuery, NotFound, nearest
from greffe.model.schedule import checked
from greffe.transmission.running import AHEAD

FILE: Final = "jobs.toml"
ONCE, ALL, NONE = "once", "all", "none"
MISSED: Final = (ONCE, ALL, NONE)
TABLES: Final = ("jobs", "alerts", "orders", "reminders")
Table = Mapping[str, object]
KEYS: Final = ("kind", "schedule", "missed", "tries", "wait", "lease", "enabled", "as", "test", "days")
KINDS: Final = ("transmissions", "receipts", "releases", "orders", "reminders", "verify", "housekeeping", "alerts")
LONGEST: Final = 86_400  # seconds of a wait or a lease


@dataclass(frozen=True)
class Job:
    """A job as it is set up. `missed`: once (the last missed run is run), all (each of them), none. `tries`: of one due moment;
    `wait`: before the second one, doubled from one to the next. `lease`: how long whoever runs it has it before they say so
    again. `who`: as whom it acts; '' for the house itself. Of transmissions: `test`, tests alone; `days`, how long before its
    deadline a delivery is built."""

    name: str
    kind: str
    schedule: str
    missed: str = ONCE
    tries: int = 4
    wait: timedelta = timedelta(seconds=60)
    lease: timedelta = timedelta(seconds=120)
    enabled: bool = True
    who: str = ""
    test: bool = False
    days: int = AHEAD

    def as_json(self) -> dict[str, object]:
        """As plain values; durations in seconds."""
        return {
            "job": self.name, "kind": self.kind, "schedule": self.schedule, "missed": self.missed, "tries": self.tries,
            "wait": int(self.wait.total_seconds()), "lease": int(self.lease.total_seconds()), "enabled": self.enabled,
            "as": self.who, "test": self.test, "days": self.days,
        }  # fmt: skip


@dataclass(frozen=True)
class Configured:
    """All jobs by name, in order (alerts last: they tell of the others); the tables [alerts], [orders], [reminders] as they stand;
    where a text for Prometheus is written."""

    jobs: Mapping[str, Job]
    alerts: Table
    file: str
    metrics: Path | None = None
    orders: Table = field(default_factory=dict)
    reminders: Table = field(default_factory=dict)

    def named(self, name: str) -> Job:
        """A job by its name. Raises NotFound with the nearest."""
        if name not in self.jobs:
            raise NotFound(f"There is no job {name}.", nearest=nearest(name, self.jobs) or tuple(self.jobs))
        return self.jobs[name]


def read_jobs(path: Path | None) -> Configured:
    """The jobs of this installation. Raises BadDefinition naming the file, the job and the key."""
    shipped = tomllib.loads((files("greffe") / "jobs" / FILE).read_text("utf-8"))
    own = _read(path)
    name = str(path or FILE)
    wrong = next((k for k in own if k not in TABLES), None)
    if wrong is not None:
        raise BadDefinition(f"{wrong!r} is no table of jobs.", file=name, nearest=nearest(wrong, TABLES))
    tables = {str(k): dict(_table(v, str(k), FILE)) for k, v in _table(shipped["jobs"], "jobs", FILE).items()}
    for job, values in _table(own.get("jobs", {}), "jobs", name).items():
        tables[job] = tables.get(job, {}) | dict(_table(values, job, name))
    jobs = {job: _job(job, values, name) for job, values in tables.items()}
    last = sorted(jobs.values(), key=lambda j: j.kind == "alerts")
    alerts = _table(own.get("alerts", {}), "alerts", name)
    orders = _table(own.get("orders", {}), "orders", name)
    reminders = _table(own.get("reminders", {}), "reminders", name)
    return Configured({j.name: j for j in last}, alerts, name, _metrics(alerts, name), orders, reminders)


def _metrics(alerts: Table, file: str) -> Path | None:
    found = alerts.get("metrics")
    if found is None:
        return None
    if not isinstance(found, str) or not Path(found).is_absolute():
        raise BadDefinition("alerts: metrics is the whole path of a file.", file=file)
    return Path(found)


def _read(path: Path | None) -> Table:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadDefinition(f"The jobs cannot be read: {error}.", file=str(path)) from error


def _table(found: object, name: str, file: str) -> Table:
    if not isinstance(found, Mapping):
        raise BadDefinition(f"{name} is a table.", file=file)
    return found


def _job(name: str, values: Table, file: str) -> Job:
    if not re.fullmatch("[a-z][a-z0-9-]{0,39}", name):
        raise BadDefinition(f"{name!r} is no name of a job: small letters, digits and dashes, at most 40.", file=file)
    wrong = next((k for k in values if k not in KEYS), None)
    if wrong is not None:
        raise BadDefinition(f"job {name} has no setting {wrong!r}.", file=file, nearest=nearest(wrong, KEYS))
    kind = _one_of(name, values, "kind", name, KINDS, file)
    try:
        schedule = checked(_text(name, values, "schedule", "", file))
    except BadQuery as error:
        raise BadDefinition(f"job {name}: {error.message}", file=file, hint=error.hint) from error
    return Job(
        name, kind, schedule, _one_of(name, values, "missed", ONCE, MISSED, file),
        _whole(name, values, "tries", 4, 20, file),
        timedelta(seconds=_whole(name, values, "wait", 60, LONGEST, file)),
        timedelta(seconds=_whole(name, values, "lease", 120, LONGEST, file)),
        _flag(name, values, "enabled", True, file), _text(name, values, "as", "", file),
        _flag(name, values, "test", False, file), _whole(name, values, "days", AHEAD, 800, file),
    )  # fmt: skip


def _one_of(name: str, values: Table, key: str, default: str, known: tuple[str, ...], file: str) -> str:
    found = _text(name, values, key, default, file)
    if found not in known:
        raise BadDefinition(f"job {name}: {found!r} is no {key}.", file=file, nearest=nearest(found, known) or known)
    return found


def _text(name: str, values: Table, key: str, default: str, file: str) -> str:
    found = values.get(key, default)
    if not isinstance(found, str):
        raise BadDefinition(f"job {name}: {key} is a text.", file=file)
    return found


def _whole(name: str, values: Table, key: str, default: int, most: int, file: str) -> int:
    found = values.get(key, default)
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= most:
        raise BadDefinition(f"job {name}: {key} is a whole number from 1 to {most}.", file=file)
    return found


def _flag(name: str, values: Table, key: str, default: bool, file: str) -> bool:
    found = values.get(key, default)
    if not isinstance(found, bool):
        raise BadDefinition(f"job {name}: {key} is true or false.", file=file)
    return found
