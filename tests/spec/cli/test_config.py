"""`greffe config check`: what holds, where it comes from, what is wrong, and no secret; and the page that is made of the table."""

from __future__ import annotations

import json
import re
import socket
import sys

import pytest
from journey_tools import ROOT, free_port
from typer.testing import CliRunner

from greffe.cli import service
from greffe.cli.config import page
from greffe.cli.whole import app
from greffe.errors import BadDefinition, Unavailable
from greffe.options import options
from greffe.settings import read_settings
from greffe.web.metrics.counts import Counts
from greffe.web.metrics.processes import Processes

CLEAN = dict.fromkeys(("GREFFE_TEST_DEMO", "GREFFE_SOAK", "GREFFE_RENEW_REFERENCE", "GREFFE_HOME", "PORT", "HOST"))


def checked(home, *arguments, **environ):
    return CliRunner().invoke(app, ["config", "check", "--home", str(home), *arguments], env=CLEAN | environ)


def test_each_value_says_where_it_comes_from_and_secrets_are_hidden(tmp_path):
    (tmp_path / "greffe.toml").write_text(
        'memory_mb = 512\nport = 8123\noidc_issuer = "https://id"\noidc_client = "a"\noidc_secret = "fanal"\n'
    )
    told = checked(
        tmp_path,
        "--json",
        GREFFE_MEMORY_MB="256",
        GREFFE_REGISTER="postgresql+psycopg://greffe:ru@che@db/greffe?password=zinc",
    )
    assert told.exit_code == 0, told.output
    rows = {row["setting"]: (row["value"], row["source"]) for row in json.loads(told.stdout)["settings"]}
    assert rows["GREFFE_MEMORY_MB"] == ("256", "environment")
    assert rows["PORT"] == ("8123", "file")
    assert rows["GREFFE_THREADS"] == ("2", "default")
    assert rows["GREFFE_OIDC_SECRET"] == ("********", "file")
    assert rows["GREFFE_REGISTER"][0] == "postgresql+psycopg://********@db/greffe?********"
    for secret in ("fanal", "ru@che", "che@", "zinc"):
        assert secret not in told.output
    settings = read_settings({"GREFFE_MEMORY_MB": "256"}, tmp_path)
    assert (settings.port, settings.engine.memory_mb) == (8123, 256)


@pytest.mark.parametrize(
    ("metrics", "host"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("127.0.0.1", "::")],
)
def test_two_listeners_on_one_address_are_told(tmp_path, metrics, host):
    port = free_port()
    metrics = f"{metrics}:{port}"
    told = checked(tmp_path, GREFFE_METRICS=metrics, HOST=host, PORT=str(port))
    assert (told.exit_code, "is where the service itself listens" in " ".join(told.output.split())) == (2, True)
    assert checked(tmp_path, GREFFE_METRICS=metrics, HOST=host, PORT=str(free_port())).exit_code == 0


def test_traces_without_their_libraries_are_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)  # as if it were not installed
    told = checked(tmp_path, GREFFE_TRACES="otlp")
    assert (told.exit_code, "needs OpenTelemetry" in told.output) == (2, True)


@pytest.mark.parametrize(("environ", "said"), [
    ({"GREFFE_SDMX": "/nowhere"}, "GREFFE_SDMX='/nowhere' is no folder."),
    ({"GREFFE_MAPPINGS": "/etc/passwd"}, "GREFFE_MAPPINGS='/etc/passwd' is no folder."),
    ({"GREFFE_CHANNELS": "/nowhere"}, "GREFFE_CHANNELS='/nowhere' is no file."),
    ({"GREFFE_JOBS": "/nowhere"}, "GREFFE_JOBS='/nowhere' is no file."),
    ({"GREFFE_WEBHOOKS_KEY_FILE": "/nowhere"}, "GREFFE_WEBHOOKS_KEY_FILE='/nowhere' is no file."),
    ({"GREFFE_EFFECT_DELAY": "1"}, "GREFFE_EFFECT_DELAY='1' is not from 5 to 86400."),
    ({"GREFFE_OIDC_SECRET_FILE": "/nowhere"}, "GREFFE_OIDC_SECRET_FILE says nothing without GREFFE_OIDC_ISSUER."),
    ({"HOST": "not a host"}, "HOST='not a host' is no address to listen on."),
    ({"HOST": "999.1.1.1"}, "HOST='999.1.1.1' is no address to listen on."),
    ({"HOST": "192.0.2.1"}, "parameter HOST: Nothing can listen on port 8000 of 192.0.2.1: "),
    ({"GREFFE_METRICS": "nowhere.invalid:9464"}, "GREFFE_METRICS='nowhere.invalid' is no address to listen on."),
    ({"GREFFE_METRICS": "192.0.2.1:9464"}, "parameter GREFFE_METRICS: Nothing can listen on port 9464 of 192.0.2.1: "),
    ({"GREFFE_PORT": "8000"}, "'GREFFE_PORT' is no setting."),
])  # fmt: skip
def test_what_cannot_be_had_is_told(tmp_path, environ, said):
    """One fault each, which names the variable that was set."""
    told = checked(tmp_path, "--json", **environ)
    assert (told.exit_code, len(json.loads(told.stdout)["faults"])) == (2, 1), told.output
    assert json.loads(told.stdout)["faults"][0].startswith(said)


def test_the_plain_name_is_the_nearest_and_a_folder_is_no_file_of_settings(tmp_path):
    assert "Nearest: PORT." in " ".join(checked(tmp_path, GREFFE_PORT="1").output.split())
    (tmp_path / "greffe.toml").mkdir()
    told = checked(tmp_path)
    assert (told.exit_code, "The file of settings cannot be read" in told.output) == (2, True)


def test_what_is_wrong_is_named_with_the_nearest_and_ends_with_2(tmp_path):
    told = checked(tmp_path, GREFFE_MEMROY_MB="1")
    assert (told.exit_code, "GREFFE_MEMORY_MB" in told.output) == (2, True)
    assert checked(tmp_path, GREFFE_THREADS="two").exit_code == 2
    (tmp_path / "greffe.toml").write_text("memroy_mb = 1\nhost = [1]\n")
    with pytest.raises(BadDefinition) as refused:
        read_settings({}, tmp_path)
    assert "memory_mb" in refused.value.nearest
    assert len(refused.value.others) == 1


WRONG = """files = "ftp://x"
register = "mysql://u@h/db"
poll_seconds = -1
serving_bytes = -5
memory_mb = "much"
threads = 0
memroy_mb = 3
port = 99999
budget_data = "x"
rate_pages = "y"
log = "xml"
"""


def test_every_fault_is_named_in_one_run_as_the_service_finds_it(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "greffe.toml").write_text(WRONG)
    told = checked(home, "--json", GREFFE_THRAEDS="1")
    faults = json.loads(told.stdout)["faults"]
    assert (told.exit_code, len(faults)) == (2, 12), faults
    for said in (
        "ftp://x", "mysql", "GREFFE_POLL_SECONDS='-1'", "GREFFE_SERVING_BYTES='-5'", "GREFFE_MEMORY_MB='much'",
        "GREFFE_THREADS='0'", "'memroy_mb'", "PORT='99999'", "GREFFE_BUDGET_DATA", "GREFFE_RATE_PAGES", "GREFFE_LOG",
        "GREFFE_THRAEDS",
    ):  # fmt: skip
        assert sum(said in fault for fault in faults) == 1, said
    served = CliRunner().invoke(app, ["serve", "--home", str(home)], env=CLEAN)
    assert (served.exit_code, [p.name for p in home.iterdir()]) == (2, ["greffe.toml"])
    assert "GREFFE_POLL_SECONDS='-1'" in served.stderr


@pytest.mark.parametrize("name", ["GREFFE_EFFECT_DELAY", "GREFFE_SERVING_GRACE", "GREFFE_LEAVE_SECONDS"])
@pytest.mark.parametrize("value", ["-1", "nan", "inf"])
def test_numbers_have_bounds(tmp_path, name, value):
    with pytest.raises(BadDefinition, match=f"{name}='{value}' is not (a number|from [05] to)"):
        read_settings({name: value}, tmp_path)
    assert read_settings({name: "7.5"}, tmp_path).home == tmp_path


def test_every_setting_that_is_read_is_in_the_table_and_the_page_is_current():
    source = "".join((ROOT / f"api/greffe/{name}.py").read_text("utf-8") for name in ("settings", "values", "load"))
    read = set(re.findall(r'"(GREFFE_[A-Z_]*[A-Z]|HOST|PORT)"', source))
    assert read <= set(options())
    assert (ROOT / "docs/reference/settings.md").read_text("utf-8") == page()


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield str(other.getsockname()[1])


def test_a_port_of_metrics_that_another_process_has_is_told_and_nothing_serves(tmp_path, taken):
    """Both say it in one line; where another server of this home has it, this one stands by."""
    home, place = tmp_path / "home", f"127.0.0.1:{taken}"
    said = f"GREFFE_METRICS: Port {taken} of 127.0.0.1 is taken. Choose another one, e.g. GREFFE_METRICS=127.0.0.1:{int(taken) + 1}."
    told = checked(home, "--json", GREFFE_METRICS=place)
    assert (told.exit_code, json.loads(told.stdout)["faults"]) == (2, [f"parameter {said}"])
    environ = CLEAN | {"GREFFE_METRICS": place, "GREFFE_HOME": str(home), "PORT": str(free_port())}
    served = CliRunner().invoke(app, ["serve"], env=environ)
    assert (served.exit_code, said in " ".join(served.output.split())) == (3, True), served.output
    assert "Serving" not in served.output
    running = Processes(home, Counts())
    assert checked(home, GREFFE_METRICS=place).exit_code == 0
    running.close()
    assert checked(home, GREFFE_METRICS=place).exit_code == 2


def test_the_port_of_the_service_itself_may_be_that_of_the_one_that_runs(tmp_path, taken):
    assert checked(tmp_path, PORT=taken).exit_code == 0


@pytest.mark.parametrize(
    ("form", "said"), [("human", "Trying the object store s3://nobody/x …"), ("json", '"event": "trying_files"')]
)
def test_serve_says_that_it_tries_the_object_store_before_anybody_answers(tmp_path, monkeypatch, capfd, form, said):
    """Half a minute goes by until it is known that nobody does."""

    def nobody(settings):
        assert said in capfd.readouterr().err
        raise Unavailable("The object store does not answer.")

    monkeypatch.setattr(service, "compose", nobody)
    environ = {"GREFFE_FILES": "s3://nobody/x", "GREFFE_LOG": form, "GREFFE_HOME": str(tmp_path), "GREFFE_LANG": "en"}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        service.serve()
    assert ended.value.code == 6


OIDC = {"GREFFE_OIDC_CLIENT": "greffe", "GREFFE_OIDC_SECRET": "fanal"}
LONG = "/" + "a" * 300


@pytest.mark.parametrize(
    ("said", "named"),
    [
        *((({n: LONG}), n) for n in (
            "GREFFE_SDMX", "GREFFE_MAPPINGS", "GREFFE_THEME", "GREFFE_CHANNELS", "GREFFE_JOBS", "GREFFE_WEBHOOKS_KEY_FILE")),
        ({"GREFFE_REGISTER": "sqlite://"}, "GREFFE_REGISTER"),
        ({"GREFFE_REGISTER": "sqlite:///"}, "GREFFE_REGISTER"),
        ({"GREFFE_REGISTER": "sqlite:///:memory:"}, "GREFFE_REGISTER"),
        ({"GREFFE_REGISTER": "sqlite+pysqlite:///:memory:?cache=shared"}, "GREFFE_REGISTER"),
        ({"GREFFE_REGISTER": "sqlite:////tmp"}, "GREFFE_REGISTER"),
        ({"GREFFE_FILES": "/tmp"}, "GREFFE_FILES"),
        ({"GREFFE_MEMORY_MB": "٣٣٣"}, "GREFFE_MEMORY_MB"),
        ({"GREFFE_MEMORY_MB": "1_000"}, "GREFFE_MEMORY_MB"),
        ({"GREFFE_CONTACT": "http://[::1"}, "GREFFE_CONTACT"),
        ({"GREFFE_CONTACT": "http://u:p@h/x"}, "GREFFE_CONTACT"),
        ({"HOST": "0.5", "PORT": "8000"}, "HOST"),
        *(({**OIDC, "GREFFE_OIDC_ISSUER": i}, "GREFFE_OIDC_ISSUER") for i in (
            "https://", "https:///x", "https://x y", "https://u:pw@id.example.org", "ftp://127.0.0.1", "https://id.example.org/\n")),
        ({**OIDC, "GREFFE_OIDC_ISSUER": "https://id", "GREFFE_OIDC_SCOPE": "profile"}, "GREFFE_OIDC_SCOPE"),
        ({**OIDC, "GREFFE_OIDC_ISSUER": "https://id", "GREFFE_OIDC_CLAIM": "  "}, "GREFFE_OIDC_CLAIM"),
        ({**OIDC, "GREFFE_OIDC_ISSUER": "https://id", "GREFFE_OIDC_SECRET": " "}, "GREFFE_OIDC_SECRET"),
    ],
)  # fmt: skip
def test_what_would_not_do_is_told_in_one_line_that_names_it(tmp_path, said, named):
    told = checked(tmp_path / "home", **said)
    assert told.exit_code == 2
    (line,) = told.stderr.splitlines()
    assert named in line


def test_a_secret_that_is_no_text(tmp_path):
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")
    told = checked(
        tmp_path,
        GREFFE_OIDC_ISSUER="https://id",
        GREFFE_OIDC_CLIENT="a",
        GREFFE_OIDC_SECRET_FILE=str(tmp_path / "secret"),
    )
    assert (told.exit_code, told.stderr.splitlines()) == (2, ["GREFFE_OIDC_SECRET_FILE holds no text."])


@pytest.mark.parametrize(
    "text", ["a=" + "[" * 5_000, "port = " + "9" * 5_000, "memory_mb = 0x" + "f" * 5_000, 'theme = "\\u0000"']
)
def test_files_of_settings_that_are_there_to_harm(tmp_path, text):
    (tmp_path / "greffe.toml").write_text(text)
    told = checked(tmp_path)
    assert told.exit_code == 2
    assert len(told.stderr.splitlines()) == 1
    assert "Traceback" not in told.output


def test_a_file_of_settings_that_leads_nowhere_is_not_overlooked(tmp_path):
    (tmp_path / "greffe.toml").symlink_to(tmp_path / "not-mounted.toml")
    told = checked(tmp_path)
    assert (told.exit_code, len(told.stderr.splitlines())) == (2, 1)
    assert "greffe.toml" in told.stderr
    with pytest.raises(BadDefinition, match="cannot be read"):
        read_settings({}, tmp_path)


@pytest.mark.parametrize("below", ["", "/below"])
def test_a_home_that_is_a_file(tmp_path, below):
    (tmp_path / "file").write_text("")
    told = checked(f"{tmp_path}/file{below}")
    assert told.exit_code == 2
    assert "GREFFE_HOME" in told.stderr


def test_an_empty_variable_is_none_for_who_checks_and_for_who_serves(tmp_path):
    (tmp_path / "greffe.toml").write_text('port = 8123\nsdmx = ""\n')
    names = [n for n in options() if n not in ("GREFFE_HOME", "GREFFE_CONFIG")]
    empty = dict.fromkeys(names, "")
    assert read_settings(empty, tmp_path) == read_settings({}, tmp_path)
    rows = json.loads(checked(tmp_path, "--json", **empty).stdout)["settings"]
    assert {row["setting"]: row["source"] for row in rows}["PORT"] == "file"
    assert read_settings(empty, tmp_path).port == 8123
    assert read_settings({"GREFFE_HOME": ""}).home == read_settings({}).home
