"""Scenes of the pages for operators: backups, moves, upgrades, jobs, and the runbooks (page_scenes.py says what a scene is)."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from journey_tools import ROOT, inside
from page_reader import Fixtures, Reader
from page_scenes_figures import correction, day, released, small_house
from previous import unpacked
from site_tools import Site
from smtp_sink import SmtpSink


def administrator(reader: Reader) -> None:
    """Somebody whom pages call ADMINISTRATOR."""
    reader.greffe("people --add gaston --role administrator")
    reader.words["ADMINISTRATOR"] = "gaston"


def below(reader: Reader, *folders: str) -> None:
    """Folders of a machine lie in that of the reader."""
    for folder in folders:
        path = reader.folder / folder.strip("/")
        path.mkdir(parents=True)
        reader.words[folder] = str(path)


def back_up(reader: Reader, fixture: Fixtures) -> Iterator[None]:
    small_house(reader)
    below(reader, "/srv", "/var/log")
    reader.words |= {"s3://backups/greffe": fixture("bucket_url"), "postgresql://…": fixture("new_postgresql")}
    yield
    assert len(json.loads(reader.greffe(f"backup list {reader.folder}/srv/backups/greffe --json"))["backups"]) == 1
    yield
    assert "head_hash" in (reader.folder / "var/log/greffe-backup.json").read_text("utf-8")
    yield
    for name in ("greffe", "greffe-of-november", "greffe-on-postgresql"):
        assert (reader.folder / "srv" / name / "releases/ESTAT_CRIM_OFF_CAT/1/data.parquet").is_file()
    yield


def many_machines(reader: Reader, fixture: Fixtures) -> Iterator[None]:
    small_house(reader)
    administrator(reader)
    reader.words |= {
        "postgresql://greffe@db.example.org/greffe": fixture("new_postgresql"),
        "s3://greffe/production": fixture("bucket_url"),
    }
    yield  # new.toml
    yield
    reader.environ["GREFFE_CONFIG"] = str(reader.folder / "new.toml")
    assert "bucket" in reader.greffe("doctor")


def upgrade(reader: Reader, _: Fixtures) -> Iterator[None]:
    """The house is one of the release before, whose program saves it."""
    small_house(reader)
    below(reader, "/srv")
    reader.greffe("upgrade --back --apply")
    reader.environ["GREFFE_UPGRADE"] = "asked"
    reader.packages["greffe backup /srv/backups/greffe"] = unpacked(reader.folder / "before")
    yield
    yield


def service_does_not_start(reader: Reader, _: Fixtures) -> Iterator[None]:
    """The port is taken."""
    small_house(reader)
    yield  # config check
    reader.environ["PORT"] = reader.base.rsplit(":", 1)[1]
    reader.codes["greffe serve"] = 3
    yield
    assert "is taken" in reader.last.strip().splitlines()[-1]
    del reader.environ["PORT"]
    yield
    yield


def run_jobs(reader: Reader, _: Fixtures) -> Iterator[None]:
    """Servers and processes of jobs stay until they are told to end; then the files of settings, each read by the program."""
    small_house(reader)
    below(reader, "/etc/greffe", "/var/lib/prometheus/node-exporter", "/srv/edamis/in")
    secret(reader, "/etc/greffe", smtp="fanal", hook="whsec_" + "Zm" * 16)
    yield
    assert "greffe_jobs_looked_timestamp_seconds" in reader.last
    yield  # jobs.toml: hours
    jobs = {job["job"]: job for job in json.loads(reader.greffe("jobs list --json"))["jobs"]}
    assert (jobs["verify"]["schedule"], jobs["trials"]["schedule"]) == ("30 2 * * *", "0 7 * * mon")
    yield  # a unit and its timer
    yield
    verified(reader, "greffe-jobs.service", "greffe-jobs.timer")
    yield  # jobs.toml: alerts
    reader.greffe("jobs run alerts")
    assert "greffe_jobs" in (reader.folder / "var/lib/prometheus/node-exporter/greffe.prom").read_text("utf-8")
    reader.home = reader.folder / "home"  # the demonstration has houses that are asked
    for id_ in ("UN_CTS-2024-DAP", "CEPEJ-2024-CE"):
        reader.greffe(f"contributions extend {id_} --until '{day(2)}' --reason 'Staff ill' --as ines")
    yield  # jobs.toml: reminders
    reminded(reader)


def reminded(reader: Reader) -> None:
    """The houses that jobs.toml names are told by mail."""
    with SmtpSink(reader.folder) as sink:
        told = [f"{name} = {json.dumps(value)}\n" for name, value in sink.settings().items()]
        with (reader.home / "jobs.toml").open("a", encoding="utf-8") as file:
            file.write("".join(["[alerts.smtp]\n", *told]))
        reader.greffe("jobs run reminders")
    to = {mail["To"] for mail in sink.mails}
    assert to == {"statistics@dap.example.org", "first@ce.example.org, second@ce.example.org"}, to


def secret(reader: Reader, folder: str, **files: str) -> None:
    """Files that their owner alone may read."""
    for name, text in files.items():
        path = reader.folder / folder.strip("/") / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)


def verified(reader: Reader, *units: str) -> None:
    """systemd takes these units of the page, where it is installed; what they say is what deploy/systemd says."""
    for name in units:
        text = (reader.folder / name).read_text("utf-8")
        kept = (ROOT / "deploy/systemd" / name.replace("-jobs.", "-jobs-once.")).read_text("utf-8")
        assert [line for line in text.splitlines() if line and f"{line}\n" not in kept] == [], name
        (reader.folder / name).write_text(re.sub(r"/opt/greffe/bin/greffe", "/bin/true", text), encoding="utf-8")
    if tool := shutil.which("systemd-analyze"):
        paths = [str(reader.folder / name) for name in units]
        done = subprocess.run([tool, "verify", "--man=no", *paths], capture_output=True, text=True, check=False)
        assert [line for line in done.stderr.splitlines() if "greffe" in line] == []


def settings(reader: Reader, file: str, *names: str) -> None:
    """`greffe config check` finds nothing wrong with the variables of a file, and these come from it."""
    words = shlex.split((reader.folder / file).read_text("utf-8"), comments=True)
    environ = dict(word.split("=", 1) for word in words)
    assert set(environ) == set(names)
    ran = inside(reader.home, "config", "check", "--json", **environ)
    assert ran.code == 0, ran
    told = {row["setting"]: row["source"] for row in ran.json()["settings"]}
    assert {told[name] for name in names} == {"environment"}


def signing_in(reader: Reader, _: Fixtures) -> Iterator[None]:
    administrator(reader)
    below(reader, "/run/secrets")
    secret(reader, "/run/secrets", **{"greffe-oidc": "fanal"})
    yield
    yield
    names = ("ISSUER", "CLIENT", "SECRET_FILE", "CLAIM", "SCOPE", "LABEL")
    settings(reader, "greffe.env", "GREFFE_URL", *(f"GREFFE_OIDC_{name}" for name in names))


def be_found(reader: Reader, _: Fixtures) -> Iterator[None]:
    yield
    settings(reader, "greffe.env", "GREFFE_URL", "GREFFE_CONTACT")
    yield
    shown(reader, "synonyms.csv", ROOT / "mappings/policies/synonyms.csv")


def shown(reader: Reader, file: str, table: Path) -> None:
    """Each line of a file of the page, without its remark, is one of that table; … stands for anything."""
    lines = table.read_text("utf-8").splitlines()
    for line in (reader.folder / file).read_text("utf-8").splitlines():
        pattern = re.escape(re.sub(r"\s+# .*", "", line)).replace("…", ".*")
        assert any(re.fullmatch(pattern, one) for one in lines), line


def somebody_cannot_sign_in(reader: Reader, _: Fixtures) -> Iterator[None]:
    administrator(reader)
    yield
    yield
    assert "/invitation/" in reader.last
    yield


def sql_over_everything(reader: Reader, fixture: Fixtures) -> Iterator[None]:
    small_house(reader)
    reader.words["postgresql://greffe@db.example.org/lake"] = fixture("new_postgresql")
    yield
    assert "ESTAT_CRIM_OFF_CAT#1" in reader.last


def answers_are_errors(reader: Reader, _: Fixtures) -> Iterator[None]:
    small_house(reader)
    yield
    yield


def keys_for_machines(reader: Reader, _: Fixtures) -> Iterator[None]:
    """A correction waits for its hour, and Eurostat was granted it before."""
    small_house(reader)
    reader.words["2027-11-30"] = day(300, "")
    correction(reader, "2022", "842")
    released(reader, f"--at '{day(3)}'")
    reader.greffe("advance grant 'ESTAT_CRIM_OFF_CAT#2' --to ESTAT --as farid --reason r --reason-fr r")
    yield
    secret_of_a_key(reader)
    site = Site(reader.home)
    reader.words["https://statistiques.example.org"] = site.base
    yield
    site.stop()
    assert "842" in reader.last and "StructureSpecificData" in reader.last


def standing_orders(reader: Reader, _: Fixtures) -> Iterator[None]:
    """The loader of an observatory has a key; the job makes deliveries; then the settings of the house for them."""
    reader.words["https://statistiques.example.org"] = reader.base
    reader.last = reader.greffe(f"keys make Loader --role recipient:OBS --action orders --until {day(300, '')}")
    secret_of_a_key(reader)
    yield
    reader.greffe("jobs run orders")
    yield
    assert '"acknowledged"' in reader.last
    below(reader, "/etc/ssl")
    yield
    reader.greffe("jobs run orders")
    (reader.home / "jobs.toml").unlink()


def secret_of_a_key(reader: Reader) -> None:
    """It was shown by the command before; whoever reads has it in KEY."""
    (reader.environ["KEY"],) = re.findall(r"secret: (greffe_\S+)", reader.last)


def why_figures_differ(reader: Reader, _: Fixtures) -> Iterator[None]:
    """Files as bodies publish them, none of them held yet: a figure of each is another one."""
    reader.words |= {"https://statistiques.example.org": reader.base}
    published = ROOT / "samples/published/publications"
    for name, copy, old, new in (
        ("unodc_prisons.csv", "cts_prisons.csv", "2009,Counts,2021.0", "2009,Counts,2022.0"),
        ("ssm_prison_mensuel.csv", "page.csv", "108636", "108637"),
    ):
        text = (published / name).read_text("utf-8")
        assert old in text
        (reader.folder / copy).write_text(text.replace(old, new), encoding="utf-8")
    digest = hashlib.sha256((reader.folder / "page.csv").read_bytes()).hexdigest()
    reader.words["ID"] = f"SSM_Justice-Prison_mensuel-{digest[:10]}"
    tsv = "freq,iccs,unit,geo\\TIME_PERIOD\t2021 \t2022 \nA,ICCS0101,NR,FR\t735 \t822 \n"
    (reader.folder / "estat_crim_off_cat.tsv").write_text(tsv, encoding="utf-8")
    yield
    yield
    yield
    yield
    assert json.loads(reader.last)
