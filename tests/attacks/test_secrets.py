"""What must not be told: secrets by their timing or in a log, releases before their hour by their absence, whose cells they are."""

from __future__ import annotations

import ast
import hmac
import os
import re
import statistics
import time
from pathlib import Path

import pytest
from attacked import Attacked
from house import FLOW, new_house
from journey_tools import ROOT
from released import put
from starlette.testclient import TestClient

from greffe.app import create_app
from greffe.release.access.accounts import digest

SECRET = re.compile(r"(secret|password|token|guard|signature|nonce|api_key)s?$", re.IGNORECASE)


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return ""


def test_secrets_are_compared_in_constant_time() -> None:
    """No name that says it is a secret stands beside == or != in the code: hmac.compare_digest compares those."""
    found = []
    for path in sorted((ROOT / "api/greffe").rglob("*.py")):
        if path.stem.startswith("leases"):
            continue  # its token is the number of a lease, which anybody may know
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Compare) or not any(isinstance(o, ast.Eq | ast.NotEq) for o in node.ops):
                continue
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) for side in sides):
                continue  # with a word of ours: whether there is one
            if any(SECRET.search(_name(side)) for side in sides):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}")
    assert found == []


@pytest.mark.skipif(not os.environ.get("GREFFE_SOAK"), reason="statistics take quiet minutes: make soak")
def test_a_key_that_is_nearly_right_takes_no_longer(attacked: Attacked) -> None:
    """The median time of a refusal is the same, within half, for a secret that differs in its first or in its last letter."""
    good = attacked.secrets["ESTAT"]
    early, late = (
        good[:15] + ("A" if good[15] != "A" else "B") + good[16:],
        good[:-1] + ("A" if good[-1] != "A" else "B"),
    )
    took: dict[str, list[float]] = {early: [], late: []}
    for _ in range(20):  # of an address, fifty attempts are heard in a quarter of an hour
        for secret, times in took.items():
            begun = time.perf_counter()
            assert attacked.get("/api/v1/orders", Authorization=f"Bearer {secret}").status == 401
            times.append(time.perf_counter() - begun)
    one, other = (statistics.median(times) for times in took.values())
    assert max(one, other) / min(one, other) < 1.5
    assert hmac.compare_digest(digest(good), digest(good))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Release 1 is out, 2 waits two days for its hour; there is no 3."""
    house = new_house(tmp_path_factory.mktemp("embargo"))
    put(house, 1, "ICCS0101 NR 2020 975 A F")
    put(house, 2, "ICCS0101 NR 2020 431877 A F", 48)
    return TestClient(create_app(house.parts))


@pytest.mark.parametrize("address", [
    f"/api/v1/releases/{FLOW}/{{}}", f"/api/v1/releases/{FLOW}/{{}}/observations", f"/releases/{FLOW}/{{}}",
    f"/api/v1/dataflows/{FLOW}?release={{}}", f"/quality/{FLOW}?release={{}}", f"/api/v1/advance/ESTAT/{FLOW}?release={{}}",
    f"/api/v1/granted/ESTAT/{FLOW}?release={{}}", f"/sdmx/v2/data/dataflow/SSER/{FLOW}/1.0.0/*?release={{}}",
    f"/api/v1/explanations/{FLOW}/{{}}", f"/explanations/{FLOW}/{{}}",
])  # fmt: skip
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_release_before_its_hour_is_as_one_that_is_not(client: TestClient, address: str, accept: str) -> None:
    """Same status, same words, same size: whether a release waits cannot be asked."""
    answers = [client.get(address.format(n), headers={"Accept": accept}, follow_redirects=False) for n in (2, 3)]
    texts = [re.sub(rf"(?<![0-9]){n}(?![0-9])", "N", a.text) for n, a in zip((2, 3), answers, strict=True)]
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].status_code >= 300
    assert len(answers[0].content) == len(answers[1].content)
    assert re.sub("[23]", "N", texts[0]) == re.sub("[23]", "N", texts[1])
    assert "431877" not in answers[0].text.replace(" ", "")


def test_no_secret_is_in_the_log_of_a_server(attacked: Attacked) -> None:
    """Keys, passwords, cookies and addresses of people are in no line, neither of what was answered nor of what was refused."""
    key, word, cookie = attacked.secrets["UNODC"], "fanal-ruche-zinc-moulin", "0123456789abcdef" * 4
    attacked.get("/api/v1/orders", Authorization=f"Bearer {key}")
    attacked.get(f"/api/v1/orders?key={key}", Authorization=f"Bearer {key[:-1]}", Cookie=f"greffe={cookie}")
    attacked.get(f"/staff?token={cookie}", Cookie=f"greffe={cookie}; __Host-greffe={cookie}")
    form = f"name=driss&password={word}&back=/staff".encode()
    attacked.ask("POST", "/signin", form, Content_Type="application/x-www-form-urlencoded")
    attacked.get(f"/invitation/{cookie}")
    attacked.send(f"GET / HTTP/1.1\r\nAuthorization: Bearer {key}\r\n\r\n".encode(), ends=False)
    log = attacked.log.read_text()
    for _ in range(100):  # lines leave in batches, later on a busy machine
        if log.count('"event":"request"') >= 5:
            break
        time.sleep(0.1)
        log = attacked.log.read_text()
    assert log.count('"event":"request"') >= 5
    for secret in (*attacked.secrets.values(), key[:-1], word, cookie, "driss", '127.0.0.1"', "whsec_"):
        assert secret not in log, secret


def test_no_secret_is_in_a_file_of_the_home(attacked: Attacked) -> None:
    """The register and all else that is kept hold digests of keys, never keys."""
    kept = Path(attacked.home)
    for path in [*kept.glob("register.db*"), *kept.glob("*.toml"), *kept.glob("*.json*")]:
        content = path.read_bytes()
        for secret in attacked.secrets.values():
            assert secret.encode() not in content, path.name
