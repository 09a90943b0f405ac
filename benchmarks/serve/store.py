"""A house whose released flows are crime-like cubes of 100 k, 1 M and 8 M observations, served by the real server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from greffe.app import compose
from greffe.catalogue.artefact_json import dump_file
from greffe.model.artefacts import Annotation, Item
from greffe.model.references import Reference, Urn
from greffe.model.releases import Release
from greffe.model.structures import (
    Codelist,
    Component,
    ConceptScheme,
    Dataflow,
    DataStructure,
    ProvisionAgreement,
    Representation,
)
from greffe.release.people import HOUSE, add_person
from greffe.settings import read_settings
from greffe.store.base import Actor
from greffe.store.records import release_payload

ROOT = Path(__file__).resolve().parents[2]
YEARS = [str(year) for year in range(2008, 2025)]
CODES = {
    "freq": ["A"],
    "iccs": [f"ICCS{number:04d}" for number in range(101, 125)],
    "unit": ["NR"],
    "sex": ["F", "M", "T"],
    "age": [f"Y{number}" for number in range(10, 29)],
    "geo": [f"FR{number:03d}" for number in range(101, 449)],
    "OBS_STATUS": ["A", "B", "E", "P", "M"],
    "CONF_STATUS": ["F", "N"],
}
GEO = {"BENCH_100K": 4, "BENCH_1M": 43, "BENCH_8M": 348}  # areas of each flow; series = 24 * 3 * 19 * areas
SCHEME = Reference("SSER", "BENCH_CONCEPTS")
NAMES = {"en": "Benchmark", "fr": "Banc d'essai"}


def structure() -> DataStructure:
    def component(id_: str, role: str, on: tuple[str, ...] = (), text: str = "String") -> Component:
        listed = Urn("codelist", Reference("SSER", f"BENCH_{id_.upper()}")) if id_ in CODES else None
        decimals = 2 if role == "measure" else None
        found = Representation(listed) if listed else Representation(text_type=text, decimals=decimals)
        return Component(id_, Urn("conceptscheme", SCHEME, id_), found, role, id_ != "COMMENT_OBS", on)

    dimensions = ("freq", "iccs", "unit", "sex", "age", "geo")
    return DataStructure(
        Reference("SSER", "BENCH"),
        NAMES,
        dimensions=tuple(component(id_, "dimension") for id_ in dimensions),
        time=component("TIME_PERIOD", "time", text="ObservationalTimePeriod"),
        measures=(component("OBS_VALUE", "measure", text="Decimal"),),
        attributes=(
            component("OBS_STATUS", "attribute", ("OBS_VALUE",)),
            component("CONF_STATUS", "attribute", ("OBS_VALUE",)),
            component("COMMENT_OBS", "attribute", ("OBS_VALUE",)),
            component("DATA_ORIGIN", "attribute", dimensions),
        ),
    )


def artefacts() -> Iterator[object]:
    shared = structure()
    yield shared
    yield ConceptScheme(SCHEME, NAMES, items=tuple(Item(c.id, {"en": c.id, "fr": c.id}) for c in shared.components))
    for id_, codes in CODES.items():
        items = tuple(Item(code, {"en": f"Label of {code}", "fr": f"Libellé de {code}"}) for code in codes)
        yield Codelist(Reference("SSER", f"BENCH_{id_.upper()}"), NAMES, items=items)
    provider = Urn("dataproviderscheme", Reference("SSER", "DATA_PROVIDERS", "1.0"), "SSER")
    for id_ in GEO:
        notes = (Annotation("SCOPE", "mirror"), Annotation("RECIPIENT", "ESTAT"))
        flow = Dataflow(Reference("SSER", id_), NAMES, annotations=notes, structure=shared.urn)
        yield flow
        yield ProvisionAgreement(Reference("SSER", f"SSER_{id_}"), NAMES, dataflow=flow.urn, provider=provider)


def _parquet(path: Path, areas: int) -> int:
    """The flat, sorted Parquet of a flow; its number of observations."""
    random = np.random.default_rng(20261124)
    sizes = [1, 24, 1, 3, 19, areas]
    count = int(np.prod(sizes))
    schema, writer = None, None
    for start in range(0, count, 50_000):
        part = np.arange(start, min(start + 50_000, count))
        keys = np.unravel_index(part, sizes)
        rows = len(part) * len(YEARS)
        columns = {}
        for name, key in zip(list(CODES)[:6], keys, strict=True):
            columns[name] = pa.array(CODES[name]).take(pa.array(np.repeat(key, len(YEARS))))
        columns["TIME_PERIOD"] = pa.array(YEARS).take(pa.array(np.tile(np.arange(len(YEARS)), len(part))))
        cents = random.integers(0, 5_000_000, rows)
        missing = random.random(rows) < 0.02
        columns["OBS_VALUE"] = pa.array([f"{c // 100}.{c % 100:02d}" for c in cents.tolist()], mask=missing)
        status = np.where(missing, 4, random.choice(4, rows, p=[0.9, 0.02, 0.03, 0.05]))
        columns["OBS_STATUS"] = pa.array(CODES["OBS_STATUS"]).take(pa.array(status))
        columns["CONF_STATUS"] = pa.array(["F"] * rows)
        columns["COMMENT_OBS"] = pa.array([None] * rows, pa.string())
        columns["DATA_ORIGIN"] = pa.array(["synthetic"] * rows)
        table = pa.table(columns)
        if writer is None:
            schema = table.schema
            writer = pq.ParquetWriter(path, schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return count * len(YEARS)


def build(home: Path) -> dict[str, int]:
    """The house under `home`; flow → observations. Prints how long each publication took."""
    sdmx = home / "sdmx"
    shutil.copytree(ROOT / "sdmx", sdmx)
    for artefact in artefacts():
        folder = sdmx / "SSER" / artefact.kind
        folder.mkdir(exist_ok=True)
        (folder / f"{artefact.reference.id}.json").write_bytes(dump_file(artefact))
    os.environ["GREFFE_SDMX"] = str(sdmx)
    parts = compose(read_settings(home=home / "var"))
    add_person(parts, HOUSE, "bench", ("releaser",))
    actor, sizes = Actor("bench"), {}
    for flow, areas in GEO.items():
        sizes[flow] = _parquet(home / "flat.parquet", areas)
        start = time.perf_counter()
        saved = parts.observations.save(f"{flow}/1", structure(), home / "flat.parquet", {"flow": flow})
        seconds = time.perf_counter() - start
        print(f"{flow}: {sizes[flow]:,} observations published in {seconds:.1f} s")
        moment = datetime.now(UTC) - timedelta(hours=1)
        release = Release(
            Reference("SSER", flow), 1, saved.content_hash, moment, moment, "synthetic", "SSER",
            saved.observations, saved.series,
        )  # fmt: skip
        parts.register.append(actor, moment, "release.made", str(release), release_payload(release))
    (home / "flat.parquet").unlink()
    return sizes


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def served(home: Path) -> Iterator[tuple[str, int]]:
    """Address and process of `greffe serve` on the house."""
    port = free_port()
    env = {
        **os.environ, "PYTHONPATH": str(ROOT / "api"), "GREFFE_HOME": str(home / "var"), "GREFFE_SDMX": str(home / "sdmx"),
        "PORT": str(port),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "greffe", "serve"],
        cwd=ROOT,
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    base = f"http://127.0.0.1:{port}"
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"{base}/health/ready")
            break
        except OSError:
            time.sleep(0.1)
    try:
        yield base, process.pid
    finally:
        process.send_signal(2)
        process.wait(20)
