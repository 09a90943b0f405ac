"""Addresses that are there to harm: paths, SQL, products of lists, numbers without end. Refused in the words of their entry point."""

from __future__ import annotations

import pytest
from attacked import Attack, Attacked, get

FLOW = "/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/1.0.0"
V1 = "/sdmx/v1/data/SSER,ESTAT_CRIM_OFF_CAT,1.0.0"
MANY = "+".join(f"A{n}" for n in range(1_500))
BOMBS = [
    get(
        f"{FLOW}/{'.'.join(['+'.join(f'A{n}' for n in range(350))] * 4)}",
        name="a product of lists",
        expected=(400, 413, 422),
    ),
    get(
        f"{V1}/{'.'.join(['+'.join(f'A{n}' for n in range(350))] * 4)}",
        name="a product of lists, 1.5",
        expected=(400, 403, 404, 413),
    ),
    get(f"{FLOW}/{','.join(['A.*.*.*'] * 600)}", name="many keys", expected=(200, 413)),
    get(f"{FLOW}/*?c[GEO]={'%2B'.join(['FR'] * 1_500)}", name="one code often", expected=(400, 413, 422)),
    get(
        f"{FLOW}/*?c[TIME_PERIOD]={','.join(['ge:2000+le:2020'] * 400)}",
        name="many conditions",
        expected=(200, 400, 413),
    ),
    get(f"{FLOW}/*?{'&'.join(f'c[D{n}]=a' for n in range(700))}", name="many components", expected=(400, 422)),
    get(f"{FLOW}/{'.' * 7_000}", name="many dots"),
    get(f"{FLOW}/{'*' * 7_000}", name="many stars"),
    get(f"{FLOW}/*?firstNObservations={'9' * 6_000}", name="a number of 6,000 digits"),
    get(f"{FLOW}/*?c[TIME_PERIOD]=ge:{'9' * 5_000}", name="a year of 5,000 digits"),
    get(f"/sdmx/v2/data/dataflow/SSER/ESTAT_CRIM_OFF_CAT/{'9' * 5_000}.0.0/*", name="a version of 5,000 digits"),
    get(f"{FLOW}/*?updatedAfter=99999999999999-99-99", name="a day that is none"),
    get(f"/api/v1/releases/ESTAT_CRIM_OFF_CAT/{'9' * 5_000}", name="a release of 5,000 digits", expected=(400, 404)),
    get(f"/search?q={'%F0%9F%92%A9' * 600}", name="a long question", expected=(400,)),
    get(f"/?lang={'a' * 7_000}", name="a long language", expected=(406,)),
]
INJECTED = [
    *(get(f"{FLOW}/{k}", name=f"key {k}", expected=(400, 404, 422)) for k in
      ("A'%3BDROP%20TABLE%20x--.*.*.*", "A%27%20OR%20%271%27=%271.*.*.*", "%00.*.*.*", "..%2f..%2f..%2fetc%2fpasswd", "A%22.*.*.*",
       "${7*7}.*.*.*", "{{7*7}}.*.*.*", "%25n%25n.*.*.*", "A%0d%0aX:%20y.*.*.*")),
    *(get(a, expected=(400, 404, 422)) for a in (
        "/static/../../../../etc/passwd", "/static/..%2f..%2f..%2fetc%2fpasswd", "/static/%2e%2e/%2e%2e/etc/passwd",
        "/static/..%5c..%5cwindows", "/static//etc/passwd", "/api/v1/releases/..%2f..%2fregister.db", "/api/v1/releases/%00",
        "/api/v1/dataflows/x'%20OR%201=1--", "/api/v1/dataflows/%2e%2e%2f%2e%2e", "/sdmx/v2/data/dataflow/SSER/..%2f..%2fetc/1.0.0/*",
        f"{FLOW}/*?c[GEO]=FR'%20OR%20'1'='1", f"{FLOW}/*?sort='%3BDROP%20TABLE%20x", f"{FLOW}/*?format=../../etc/passwd",
        f"{FLOW}/*?c[GEO');DROP]=FR", "/quality/..%2f..%2fregister.db", "/invitation/..%2f..%2fetc",
        "/sdmx/v2/structure/codelist/SSER/%27%20OR%201=1/1.0.0")),
]  # fmt: skip


@pytest.mark.parametrize("attack", [*BOMBS, *INJECTED], ids=lambda a: a.name)
def test_an_address_that_is_there_to_harm(attacked: Attacked, attack: Attack) -> None:
    """Refused, or answered at no more cost than another; no file of the machine and no word of an engine is in the answer."""
    answer = attacked.endures(Attack(attack.name, attack.data, (*attack.expected, 406)))
    for word in (b"root:x", b"Traceback", b"sqlite3", b"duckdb", b"SQLite", b"/api/greffe/"):
        assert word not in answer.body


def test_what_is_asked_for_splits_no_head(attacked: Attacked) -> None:
    """Line ends in an address are letters in an answer: no field of the head is theirs, and nobody is sent elsewhere."""
    for target in (
        "/signin?back=%0d%0aSet-Cookie:%20a=b",
        "/staff%0d%0aX-Injected:%20y",
        f"{FLOW}/*?lang=en%0d%0aX-Injected:y",
    ):
        answer = attacked.get(target, Accept="text/html")
        assert "x-injected" not in answer.headers
        assert "set-cookie" not in answer.headers
    for elsewhere in (
        "//elsewhere.example",
        "https://elsewhere.example",
        "/%5celsewhere.example",
        "/%09/elsewhere.example",
    ):
        page = attacked.get(f"/signin?back={elsewhere}", Accept="text/html").body
        form = page.split(b'action="/signin"')[1].split(b"</form>")[0]
        assert b'name="back" value="/staff"' in form


def test_what_a_header_says_of_the_host_is_in_no_answer(attacked: Attacked) -> None:
    """No cache on the way can be given an answer that leads elsewhere."""
    false = {"Host": "elsewhere.example", "X_Forwarded_Host": "elsewhere.example", "Forwarded": "host=elsewhere.example",
             "X_Forwarded_Proto": "https", "X_Forwarded_Prefix": "/elsewhere", "X_Original_URL": "/elsewhere"}  # fmt: skip
    for target in ("/", "/api/v1/dataflows", "/api/v1/releases", "/sitemap.xml", "/robots.txt", f"{FLOW}/*?format=jsonstat",
                   "/sdmx/v2/structure/dataflow/SSER", "/nowhere", "/staff"):  # fmt: skip
        answer = attacked.get(target, **false)
        assert b"elsewhere" not in answer.body, target
        assert "elsewhere" not in str(answer.headers), target


def test_after_all_that_the_server_is_well(attacked: Attacked) -> None:
    """No traceback, no error in its log, and answers as ever."""
    attacked.is_well()
    assert attacked.faults() == []
