"""What operators are given holds together: every command of a runbook parses, every metric of a dashboard or an alert is exposed,
every file and command that units and containers name exists. No engine builds the container here.
"""

from __future__ import annotations

import itertools
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import typer.main
import yaml
from journey_tools import ROOT
from small_house import small_house
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from greffe.app import create_app
from greffe.cli.whole import app
from greffe.jobs.configured import read_jobs
from greffe.model.transmissions import STATES
from greffe.options import options
from greffe.settings import read_settings

DEPLOY, RUNBOOKS = ROOT / "deploy", sorted((ROOT / "docs/runbooks").glob("*.md"))
UNITS = sorted((DEPLOY / "systemd").iterdir())
ALERTS = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
BOARD = json.loads((DEPLOY / "grafana/greffe.json").read_text())
QUERIES = [rule["expr"] for rule in ALERTS] + [t["expr"] for p in BOARD["panels"] for t in p["targets"]]


def parsed(line: str) -> object:
    """The command that a line runs; its parser refuses what it does not know."""
    words = shlex.split(line, comments=True)
    assert words.pop(0).endswith("greffe")
    command = typer.main.get_command(app)
    name = "greffe"
    while hasattr(command, "commands"):
        name, command, words = words[0], command.commands[words[0]], words[1:]
    with command.make_context(name, words):
        return command


def commands(page: Path) -> list[str]:
    blocks = re.findall(r"```sh[^\n]*\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def exposed() -> set[str]:
    """Names that the source gives to metrics, with the endings that Prometheus adds."""
    text = "".join(f.read_text("utf-8") for f in (ROOT / "api/greffe").rglob("*.py") if "metrics" in str(f))
    names = set(re.findall(r'"(greffe_[a-z_]+)"', text))
    names |= {f"greffe_job_{n}" for n in re.findall(r'\("([a-z_]+)", "', text)}
    return names | {f"{n}{end}" for n in names for end in ("_total", "_bucket", "_count", "_sum")}


def test_there_are_ten_runbooks_whose_commands_parse():
    assert len(RUNBOOKS) == 10
    for page in RUNBOOKS:
        found = commands(page)
        assert found, page
        for line in found:
            assert parsed(line) is not None, line
        assert "En bref" in page.read_text("utf-8")
    with pytest.raises(Exception, match="No such option") as refused:
        parsed("greffe jobs list --nothing")
    assert type(refused.value).__name__ == "NoSuchOption"


def test_alerts_and_panels_ask_for_metrics_that_are_exposed():
    known = exposed()
    for query in QUERIES:
        asked = set(re.findall(r"greffe_[a-z_]+", query))
        assert asked or query.startswith("up{"), query  # of Prometheus itself
        assert asked <= known, query
        assert query.count("(") == query.count(")"), query
    states = {s for q in QUERIES for s in re.findall(r'state="(\w+)"', q)}
    assert states <= set(STATES)


def test_every_alert_has_its_runbook_and_words():
    for rule in ALERTS:
        assert (ROOT / rule["annotations"]["runbook"]).is_file(), rule["alert"]
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in ("page", "ticket")
    assert len({r["alert"] for r in ALERTS}) == len(ALERTS)


def test_jobs_that_runbooks_run_are_there():
    named = {
        w[3]
        for page in RUNBOOKS
        for w in map(shlex.split, commands(page))
        if w[1:3] in (["jobs", "run"], ["jobs", "reset"]) and len(w) > 3
    }
    assert {n for n in named if not n.startswith("-")} <= set(read_jobs(None).jobs)


def test_units_run_commands_that_exist_and_are_hardened():
    for unit in UNITS:
        text = unit.read_text("utf-8")
        for line in re.findall(r"^Exec\w+=(.*)$", text, re.MULTILINE):
            assert parsed(line) is not None, line
        for name in re.findall(r"(GREFFE_\w+)=", text):
            assert name in options(), name
        if unit.suffix == ".service":
            for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "PrivateTmp=yes"):
                assert f"\n{line}\n" in text, (unit.name, line)


def test_systemd_takes_the_units(tmp_path):
    """`systemd-analyze verify`, where it is installed; programs and the user are put in the place of those of an installation."""
    tool = shutil.which("systemd-analyze")
    if tool is None:
        return
    for unit in UNITS:
        text = re.sub(r"/opt/greffe/bin/greffe", "/bin/true", unit.read_text("utf-8"))
        (tmp_path / unit.name).write_text(text.replace("User=greffe\nGroup=greffe\n", "DynamicUser=yes\n"))
    done = subprocess.run(
        [tool, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True, timeout=60
    )
    assert [line for line in done.stderr.splitlines() if "greffe" in line] == []


def test_the_container_names_what_is_there_and_runs_as_nobody_special():
    text = (DEPLOY / "container/Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [
        line.split(maxsplit=1)
        for line in text.splitlines()
        if line and not line.startswith("#") and not line.startswith(" ")
    ]
    for word, rest in lines:
        assert word in {
            "FROM",
            "WORKDIR",
            "COPY",
            "RUN",
            "USER",
            "ENV",
            "VOLUME",
            "EXPOSE",
            "STOPSIGNAL",
            "HEALTHCHECK",
            "ENTRYPOINT",
            "CMD",
        }
        if word == "COPY" and "--from" not in rest:
            assert all((ROOT / name).exists() for name in rest.split()[:-1]), rest
        if word == "FROM":
            assert ":" in rest and ":latest" not in rest, "a version is named"
        if word == "ENV":
            assert {pair.split("=")[0] for pair in rest.split()} - {"PYTHONUNBUFFERED"} <= set(options())
    last = text[text.rindex("FROM ") :]
    assert last.index("\nUSER 10001") < last.index("\nENTRYPOINT")
    assert parsed("greffe serve") is not None


def test_the_container_has_what_databases_and_catalogues_of_many_machines_need():
    text = (DEPLOY / "container/Containerfile").read_text("utf-8")
    (lock,) = re.findall(r"-r (requirements/\S+)", text)
    named = set(re.findall(r"--extra (\S+)", (ROOT / lock).read_text("utf-8").splitlines()[1]))
    assert {"postgresql", "lake", "telemetry"} - named == set()
    locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text("utf-8"), re.MULTILINE))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(w for name in named for w in project["optional-dependencies"][name])]
    assert {re.match(r"[a-z0-9-]+", one)[0] for one in wanted} - locked == set()
    assert {"psycopg-binary", "obstore"} <= locked
    assert f"COPY {lock} " in text


def test_the_compose_file_names_files_commands_and_settings_that_exist():
    said = yaml.safe_load((DEPLOY / "container/compose.yaml").read_text("utf-8"))
    for name in ("greffe", "jobs"):
        one = said["services"][name]
        assert (DEPLOY / "container" / one["build"]["context"] / one["build"]["dockerfile"]).is_file()
        assert parsed(f"greffe {shlex.join(one['command'])}") is not None
        assert set(one["environment"]) <= {*options(), "FORWARDED_ALLOW_IPS"}  # that one is of uvicorn
        assert one["read_only"] is True
        assert all("9464" not in port for port in one.get("ports", []))
    for mount in said["services"]["prometheus"]["volumes"]:
        assert (DEPLOY / "container" / mount.split(":")[0]).is_file(), mount


def test_people_sign_in_through_the_proxy_of_the_compose_file(tmp_path):
    """The settings of its server, and a person who comes through its proxy: a password is looked at. By any other way, and through
    a published port of http, it is not. (No engine runs the file here.)"""
    said = yaml.safe_load((DEPLOY / "container/compose.yaml").read_text("utf-8"))
    greffe, jobs, proxy = (said["services"][name] for name in ("greffe", "jobs", "proxy"))
    url, address = greffe["environment"]["GREFFE_URL"], proxy["networks"]["default"]["ipv4_address"]
    option = dict(itertools.pairwise(proxy["command"]))
    port = re.search(r"\bPORT=(\d+)", (DEPLOY / "container/Containerfile").read_text("utf-8"))[1]
    assert (option["--from"], option["--to"]) == (url, f"greffe:{port}")
    assert jobs["environment"]["GREFFE_URL"] == url
    assert "ports" not in greffe
    assert proxy["ports"] == [f"127.0.0.1:{url.rpartition(':')[2]}:{url.rpartition(':')[2]}"]
    assert ip_address(address) in ip_network(said["networks"]["default"]["ipam"]["config"][0]["subnet"])
    assert greffe["environment"]["FORWARDED_ALLOW_IPS"] == address

    def signed_in(url: str, origin: str) -> str:
        parts = small_house(tmp_path / url.partition(":")[0], signed=False)
        settings = read_settings({"GREFFE_URL": url}, parts.settings.home)
        served = create_app(replace(parts, settings=replace(parts.settings, public_url=settings.public_url)))
        believed = ProxyHeadersMiddleware(served, trusted_hosts=address)
        client = TestClient(believed, base_url=origin, client=(address, 50_000))
        forwarded = {"x-forwarded-for": "192.0.2.9", "x-forwarded-proto": origin.partition(":")[0], "origin": origin}
        return client.post("/signin", data={"name": "eve", "password": "fanal"}, headers=forwarded).text

    assert "HTTPS alone" not in signed_in(url, url)
    assert "HTTPS alone" in signed_in("http://127.0.0.1:8000", "http://127.0.0.1:8000")
