"""Scenes of the pages about deliveries: questionnaires, contributions of houses, sending (page_scenes.py says what a scene is)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from types import SimpleNamespace

import trustme
from contributions import COURTS, answered, filled
from journey_tools import ROOT
from page_reader import Fixtures, Reader
from page_scenes_figures import day, signed
from page_scenes_upkeep import below, secret, secret_of_a_key, shown
from sftp_server import key_pair

from greffe.app import compose
from greffe.settings import read_settings
from greffe.store.base import Actor

TOTAL = "UNODC_CTS_PRISONS__PERS_HELD__TOTAL__CAT00__Total__Total__2024"


def channels(reader: Reader, *names: str) -> None:
    """Folders from which nobody takes what leaves."""
    with (reader.home / "channels.toml").open("a", encoding="utf-8") as file:
        file.writelines(f'\n[{name}]\nkind = "folder"\npath = "outbox/{name}"\n' for name in names)
    for name in names:
        (reader.home / "outbox" / name).mkdir()


def built(reader: Reader, plan: str) -> str:
    """A delivery of 2024, as a test, for there are figures that are invented; its name."""
    told = reader.greffe(f"transmissions build {plan} 2024 --test --as ines --json")
    return str(json.loads(told)["transmission"])


def questionnaire(reader: Reader, _: Fixtures) -> Iterator[None]:
    """The workbook of one recipient went out and came back; another one has the delivery that it asks about."""
    channels(reader, "unodc-test", "cepej-test")
    reader.greffe(f"transmissions rebuild {built(reader, 'CEPEJ_CYCLE')} --out .")
    yield
    assert "CEPEJ_PROFESSIONALS" in (reader.folder / "cepej.csv").read_text("utf-8")
    assert (reader.folder / "resources.csv").read_text("utf-8").startswith("STRUCTURE,")
    yield
    id_ = built(reader, "UN_CTS")
    for person in ("driss", "elise"):
        reader.greffe(f"transmissions approve {id_} --as {person}")
    reader.greffe(f"transmissions send {id_} --as ines")
    reader.words["2027-01-31"] = day(40, "")
    asked = f"cells,question,deadline\n{TOTAL},Is it final?,{day(40, '')}\n"
    (reader.folder / "queries.csv").write_text(asked, encoding="utf-8")
    yield
    reader.words["https://statistiques.example.org"] = reader.base
    reader.last = reader.greffe(
        f"keys make 'UNODC, queries' --role recipient:UNODC --action queries --until {day(99, '')}"
    )
    secret_of_a_key(reader)
    yield
    assert "UN_CTS-2024-1-q" in reader.last


def contribute(reader: Reader, _: Fixtures) -> Iterator[None]:
    """The prison administration has answered all but one cell; the workbook of another house comes back filled in."""
    reader.words["ADMINISTRATOR"] = "gaston"
    reader.greffe("people --add gaston --role administrator")
    yield
    shown(reader, "contributions.csv", ROOT / "mappings/policies/contributions.csv")
    parts = compose(read_settings({}, home=reader.home))
    answered(SimpleNamespace(parts=parts), Actor("paul"), "UN_CTS-2024-DAP")
    parts.register.close()
    yield
    reader.words["2027-01-15 18:00"] = day(40, "18:00")
    yield
    assert "reopen" in reader.last or "open" in reader.last
    yield
    book = filled((reader.folder / "CE.xlsx").read_bytes(), dict.fromkeys(COURTS, 12))
    (reader.folder / "CE-back.xlsx").write_bytes(book)
    yield


def send(reader: Reader, _: Fixtures) -> Iterator[None]:
    """The channels are those of the page; prisons have figures of the year that is asked for."""
    below(reader, "/srv/edamis/out", "/srv/edamis/test", "/etc/greffe", "/etc/ssl")
    secret(reader, "/etc/greffe", eurostat="fanal")
    key_pair(reader.folder / "etc/greffe/unodc")
    host = key_pair(reader.folder / "host").with_suffix(".pub").read_text("ascii").strip()
    trustme.CA().cert_pem.write_to_path(str(reader.folder / "etc/ssl/private-ca.pem"))
    reader.words["ssh-ed25519 AAAA…"] = host
    yield
    told = {
        row["channel"]: row["kind"] for row in json.loads(reader.greffe("transmissions channels --json"))["channels"]
    }
    assert told == {"edamis": "folder", "edamis-test": "folder", "unodc": "sftp", "eurostat-api": "https"}
    head, *rows = (ROOT / "samples/published/prisons.csv").read_text("utf-8").splitlines()
    new = [
        row.replace(",2022-01,", f",{year}-01,") for year in ("2024", "2025") for row in rows if ",FR,2022-01," in row
    ]
    (reader.folder / "prisons.csv").write_text("\n".join([head, *new, ""]), encoding="utf-8")
    reader.greffe("ingest prisons.csv --as camille --origin real --source DAP --dataflow INT_JUSTICE")
    reader.greffe(f"release {signed(reader, 'ESTAT_CTS_PRIS')} --as farid")
    receipt = {"transmission": "ESTAT_CTS_PRIS-2024-1", "verdict": "acknowledged"}
    (reader.folder / "receipt.json").write_text(json.dumps(receipt), encoding="utf-8")
    yield
    assert [path.name for path in (reader.folder / "srv/edamis/out").glob("*.CSV")] == [
        "CRIME_CTSPRIS_A_FR_2024_0000.CSV"
    ]
    channels(reader, "unodc-test", "cepej-test")
    yield
    entered(reader)
    yield
    assert "not entered" in reader.last
    yield


def entered(reader: Reader) -> None:
    """What CEPEJ's form shows after somebody typed all in but the last cell."""
    with (reader.folder / "CEPEJ_FRA_2024_1_order.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = list(csv.DictReader(file))
    with (reader.folder / "form.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["question", "sub_cell", "entered"])
        writer.writerows([cell["question"], cell["sub_cell"], cell["type_in"]] for cell in cells[:-1])
    reader.codes["greffe transmissions compare-entered CEPEJ_CYCLE-2024-1 form.csv --as ines"] = 3
