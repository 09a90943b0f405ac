"""The house of the year: two processes that run jobs on one home, people, and small releases of which each figure is known.

Each release has a figure that no other has (`mark`) and one that it hides (`secret`): whoever got a file is asked from its bytes
what it holds.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from house import FIRST, RELEASER, SECOND, Clock
from journey_tools import ROOT
from year_counterparts import FOLDERS, SERVED, Counterparts
from year_kills import Steps

from greffe.app import compose, job_tools
from greffe.jobs.running import Ran, run_due
from greffe.jobs.works import WORKS
from greffe.model.releases import Release
from greffe.release.lifecycle import dataflow_named
from greffe.release.parts import Parts
from greffe.release.people import HOUSE, add_person
from greffe.settings import Settings, read_settings
from greffe.store.base import Actor
from greffe.store.records import release_payload

BEGINS = datetime(2026, 11, 24, 9, tzinfo=UTC)
SENDER, CLAIRE, RENE, ZOE = Actor("jules"), Actor("claire"), Actor("rene", "local"), Actor("zoe", "local")
PEOPLE = (
    (FIRST, "approver"), (SECOND, "approver"), (RELEASER, "releaser"), (SENDER, "transmitter"), (CLAIRE, "contributor:CE"),
    (RENE, "recipient:ESTAT"), (ZOE, "recipient:UNODC"),
)  # fmt: skip
PRIS, CASES, JOB = "ESTAT_CTS_PRIS", "ESTAT_CTS_CRT_CASE", "ESTAT_CTS_JOB"
WHY = ",recalled-low,For a test.,a test"
# A folder and each; HTTPS and standing; SFTP, a workbook to which a house contributes; invented figures, as tests alone.
DELIVERIES = f"""\
PRIS,ESTAT_CTS,{PRIS},sdmx-csv-2.0,full,dsnc,CRIME_CTSPRIS_A_FR_{{year}}_0000.CSV,FR_SSER,4D0,,edamis,each{WHY}
CASES,ESTAT_CTS,{CASES},sdmx-csv-2.0,incremental,dsnc,CRIME_CTSCASE_A_FR_{{year}}_0000.CSV,FR_SSER,4D0,,api,standing{WHY}
BOOK,ESTAT_CTS,{CASES},workbook:ESTAT_CTS,full,dsnc,CRIME_CTS_A_FR_{{year}}_0000.XLSX,FR_SSER,4D0,,files,each{WHY}
JOB,ESTAT_CTS,{JOB},sdmx-csv-2.0,full,dsnc,CRIME_CTSJOB_A_FR_{{year}}_0000.CSV,FR_SSER,4D0,,edamis,standing{WHY}
"""
ASKED = """\
ESTAT_CTS,SSER,contact,,recalled,For a test.,a test
ESTAT_CTS,CE,account,+1 07-15 18:00,recalled-low,For a test.,a test
"""
JOBS = """\
[jobs.transmissions]
schedule = "5 */6 * * *"
[jobs.receipts]
schedule = "20 */4 * * *"
[jobs.night]
kind = "receipts"
schedule = "45 2 * * *"
missed = "none"
[jobs.orders]
schedule = "10 */2 * * *"
[jobs.releases]
schedule = "0 */3 * * *"
[jobs.verify]
schedule = "30 2 31 * *"
[jobs.housekeeping]
schedule = "15 2 * * wed,sun"
missed = "all"
[jobs.trials]
kind = "transmissions"
schedule = "0 7 * * mon"
test = true
[jobs.alerts]
schedule = "50 */3 * * *"
"""
SECRET = "whsec_" + "QUJD" * 12


@dataclass(frozen=True)
class Figures:
    """What is known of a release by who made it."""

    release: str
    mark: str
    secret: str
    origin: str
    effective: datetime


class Office:
    """`parts`: of the first process, of which all is new after a kill; `second`: of the other one."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        others: Counterparts,
        steps: Steps,
        deliveries: str = DELIVERIES,
        register: str = "",
    ) -> None:
        self.folder, self.clock, self.others, self.steps = folder, clock, others, steps
        self.figures: dict[str, Figures] = {}
        self.withdrawn: dict[str, datetime] = {}
        self.settings = _settings(folder, others, _mappings(folder, deliveries))
        if register:
            self.settings = replace(self.settings, register_url=register)
        self.parts, self.second = self._begun(), self._begun()
        for person, role in PEOPLE:
            add_person(self.parts, HOUSE, person.name, [role])

    def _begun(self) -> Parts:
        parts = compose(self.settings, self.clock)
        self.steps.watch(parts.register.engine)
        return parts

    def begins_again(self) -> None:
        """After a kill: nothing is left of the first process but what is on the disk."""
        self.parts.register.close()
        self.parts = self._begun()

    def look(self, parts: Parts | None = None, name: str = "one") -> list[Ran]:
        """One look at the jobs by a process."""
        return list(run_due(job_tools(parts or self.parts), WORKS, name))

    def put(self, flow: str, last: int, after: timedelta = timedelta(), origin: str = "real") -> Figures:
        """A release of three years up to the last; it takes effect after that."""
        parts, at = self.parts, self.clock()
        dataflow = dataflow_named(parts, flow)
        number = len(parts.ledger().releases_of(dataflow.reference)) + 1
        serial = len(self.figures)
        mark, secret = str(7_100_003 + 10_007 * serial), str(550_000_019 + 100_003 * serial)
        shown, hidden = _rows(flow, last, mark, secret)
        before = parts.ledger().current(dataflow.reference, at)
        with TemporaryDirectory(dir=self.folder) as work:
            data, apart = Path(work) / "data.parquet", Path(work) / "apart.parquet"
            pq.write_table(_table(shown, origin), data)
            pq.write_table(_table(hidden, origin), apart)
            structure = parts.catalogue().structure(dataflow)
            name = f"{flow}/{number}"
            saved = parts.observations.save(name, structure, data, {}, before.name if before else "", apart)
        effective = at + max(after, timedelta(seconds=5))
        made = Release(
            dataflow.reference, number, saved.content_hash, at, effective, origin, "SSER", saved.observations, saved.series,
            last_period=str(last),
        )  # fmt: skip
        parts.note(RELEASER, "release.made", str(made), release_payload(made), once=f"release:{flow}:{number}")
        self.figures[str(made)] = Figures(str(made), mark, secret, origin, effective)
        return self.figures[str(made)]


def _rows(
    flow: str, last: int, mark: str, secret: str
) -> tuple[list[dict[str, str | None]], list[dict[str, str | None]]]:
    """What is shown, a row of which hides its value, and that value."""
    free = {"OBS_STATUS": "A", "CONF_STATUS": "F"}
    shown: list[dict[str, str | None]] = []
    for year in (last - 2, last - 1, last):
        for n, codes in enumerate(KEYS[flow]):
            value = mark if n == 0 else str(4_000 + 100 * n + year % 7)
            shown.append({**codes, "TIME_PERIOD": str(year), "OBS_VALUE": value, **free})
    closed = {**shown[-1], "OBS_VALUE": None, "OBS_STATUS": "Q", "CONF_STATUS": "A"}
    shown[-1] = closed
    return shown, [{**closed, "OBS_VALUE": secret}]


def _keys(fixed: str, **varying: tuple[str, ...]) -> list[dict[str, str]]:
    said = dict(pair.split("=") for pair in fixed.split())
    ((name, codes),) = varying.items()
    return [said | {name: code} for code in codes]


KEYS = {
    PRIS: _keys(
        "freq=A indic_cr=PRIS_ACT_CAP iccs=TOTAL leg_stat=TOTAL citizen=TOTAL age=TOTAL unit=NR geo=FR",
        sex=("T", "M", "F"),
    ),
    CASES: _keys("freq=A leg_stat=BRGT unit=NR geo=FR", crim_crt=("CRM", "ADM", "CIV_COM")),
    JOB: _keys("freq=A isco08=OC2612A unit=NR geo=FR", sex=("T", "M", "F")),
}


def _table(rows: list[dict[str, str | None]], origin: str) -> pa.Table:
    said = {
        "COMMENT_OBS": None,
        "FOOTNOTE": None,
        "SOURCE_NOTE": None,
        "TERRITORY": "fr_met_drom",
        "DATA_ORIGIN": origin,
    }
    whole = [row | said for row in rows]
    return pa.table({name: pa.array([row[name] for row in whole], pa.string()) for name in whole[0]})


def _settings(folder: Path, others: Counterparts, mappings: Path) -> Settings:
    home = folder / "home"
    home.mkdir()
    secret = folder / "hook-secret"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o600)
    ca = others.hook.folder / "ca.pem"
    base = f"https://localhost:{others.hook.port}"
    mail = others.mail.settings(about=["failures", "releases"])
    (home / "jobs.toml").write_text(
        JOBS + f'[alerts]\nmetrics = "{folder}/greffe.prom"\n' + _toml("alerts.smtp", mail)
        + _toml("alerts.webhook", {"url": f"{base}/alerts", "secret_file": str(secret), "private": True, "ca_file": str(ca)})
        + _toml("orders", {"intranet": ["localhost"], "ca_file": str(ca)}), encoding="utf-8",
    )  # fmt: skip
    folders = {name: {"kind": "folder", "path": str(others.out / name), "inbox": str(others.inbox)} for name in FOLDERS}
    api = others.api.settings(inbox=str(others.inbox))
    keep = {"inbox": str(others.inbox), "port": others.wire.port}
    served = {name: others.files.settings(path=str(others.out / name), **keep) for name in SERVED}
    text = "".join(_toml(name, table) for name, table in (folders | served | {"api": api}).items())
    (home / "channels.toml").write_text(text, encoding="utf-8")
    found = read_settings({"GREFFE_POLL_SECONDS": "0", "GREFFE_WARM": "0"}, home=home)
    return replace(found, mappings=mappings)


def _toml(name: str, table: dict[str, object]) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else repr(value).replace("'", '"')


def _mappings(folder: Path, deliveries: str) -> Path:
    """The shipped ones, in which Eurostat alone asks, for data from 2025 on, by those deliveries."""
    edited = folder / "mappings"
    shutil.copytree(ROOT / "mappings", edited)
    policies = edited / "policies"

    def rewritten(name: str, change: Callable[[list[str]], list[str]]) -> None:
        lines = (policies / name).read_text(encoding="utf-8").splitlines()
        (policies / name).write_text("\n".join([lines[0], *change(lines[1:])]) + "\n", encoding="utf-8")

    rewritten(
        "deadlines.csv", lambda rows: [r.replace(",2024,1,", ",2025,1,") for r in rows if r.startswith("ESTAT_CTS,")]
    )
    rewritten("deliveries.csv", lambda _: deliveries.splitlines())
    table = policies / "deliveries.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",wanted,", ",", 1), encoding="utf-8")  # as it once was
    rewritten("contributions.csv", lambda _: ASKED.splitlines())
    return edited
