"""A house in which small tables of one flow are released in turn, at days that tests choose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from house import FLOW, RELEASER, House, new_house

from greffe.model.releases import Release
from greffe.release.lifecycle import dataflow_named, withdraw
from greffe.store.records import release_payload

NAMES = (
    "freq", "iccs", "unit", "geo", "TIME_PERIOD", "OBS_VALUE", "TERRITORY", "DATA_ORIGIN", "OBS_STATUS", "CONF_STATUS",
    "COMMENT_OBS",
)  # fmt: skip
# Number → day of December 2026 on which it takes effect, the release it is made on, rows `iccs period value status`.
TABLES = {
    1: (1, "", "ICCS0101 2020 1 A|ICCS0101 2021 2 P|ICCS0102 2020 5 A"),
    2: (2, "1", "ICCS0101 2020 1 A|ICCS0101 2021 3 A|ICCS0502 2021 7 A"),
    3: (3, "2", "ICCS0101 2020 99 A|ICCS0101 2021 3 A|ICCS0301 1999 66 A"),
    4: (4, "2", "ICCS0101 2020 1 A|ICCS0101 2021 4 A|ICCS0102 2020 5 A"),
    5: (12, "4", "ICCS0101 2020 1000 A|ICCS0502 1998 77 A"),
}


def day(of_december: int, hour: int = 0) -> datetime:
    return datetime(2026, 12, of_december, hour, tzinfo=UTC)


def release(house: House, number: int) -> Release:
    """Release a table now; it takes effect on its day. The clock does not move."""
    effective, previous, text = TABLES[number]
    rows = [line.split(" ") for line in text.split("|")]
    cells = [("A", i, "NR", "FR", p, v, "fr_met_drom", "real", s, "F", None) for i, p, v, s in rows]
    table = pa.table({n: pa.array(c, pa.string()) for n, c in zip(NAMES, zip(*cells, strict=True), strict=True)})
    flow = dataflow_named(house.parts, FLOW)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.parquet"
        pq.write_table(table, path)
        saved = house.parts.observations.save(
            f"{FLOW}/{number}",
            house.parts.catalogue().structure(flow),
            path,
            {},
            f"{FLOW}/{previous}" if previous else "",
        )
    made = Release(
        flow.reference, number, saved.content_hash, house.clock(), day(effective), "real", "SSMSI", saved.observations,
        saved.series,
    )  # fmt: skip
    house.parts.note(RELEASER, "release.made", str(made), release_payload(made), once=f"release:{FLOW}:{number}")
    return made


def take_back(house: House, number: int) -> None:
    """Withdraw a release now."""
    withdraw(house.parts, RELEASER, f"{FLOW}#{number}", "wrong")


def whole_story(home: Path) -> House:
    """Four releases in effect, the third withdrawn at noon of its day, the fifth to come; it is 5 December."""
    house = new_house(home)
    for number in (1, 2, 3, 4):
        house.clock.now = day(TABLES[number][0])
        release(house, number)
        if number == 3:
            house.clock.now = day(3, 12)
            take_back(house, 3)
    house.clock.now = day(5)
    release(house, 5)
    return house


def put(house: House, number: int, text: str, hours: float = 0, origin: str = "real", **said: str) -> Release:
    """Release a table of rows `iccs unit period value status confidentiality comment` (- is missing, the comment may lack);
    it takes effect so many hours from now. `said`: more of the release."""
    rows = [[*line.split(" ", 6), None][:7] for line in text.strip().splitlines()]
    cells = [
        ("A", i, u, "FR", p, None if v == "-" else v, "fr_met_drom", origin, s, c, t) for i, u, p, v, s, c, t in rows
    ]
    table = pa.table({n: pa.array(c, pa.string()) for n, c in zip(NAMES, zip(*cells, strict=True), strict=True)})
    flow = dataflow_named(house.parts, FLOW)
    before = house.parts.ledger().current(flow.reference, house.clock())
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.parquet"
        pq.write_table(table, path)
        structure = house.parts.catalogue().structure(flow)
        saved = house.parts.observations.save(f"{FLOW}/{number}", structure, path, {}, before.name if before else "")
    made = Release(
        flow.reference, number, saved.content_hash, house.clock(), house.clock() + timedelta(hours=hours), origin, "SSMSI",
        saved.observations, saved.series, **said,
    )  # fmt: skip
    house.parts.note(RELEASER, "release.made", str(made), release_payload(made), once=f"release:{FLOW}:{number}")
    return made
