"""Every `curl …` that pages and documents show can be copied: curl takes raw brackets and braces of an address for a pattern."""

from __future__ import annotations

import html
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from house import FLOW, new_house
from page_blocks import JOINED, REMARK, ROOT, blocks_of, page_files
from released import put

from greffe.app import create_app
from greffe.web.portal.operations import curl

PAGES = (
    *(f"/developers{part}" for part in ("", "/sdmx-1.5", "/sdmx-2", "/rest", "/health")),
    f"/data/{FLOW}", f"/data/{FLOW}?key=A.ICCS0101..&startPeriod=2020", f"/data/{FLOW}?key=A.ICCS0101..&startPeriod=2020&release=1",
)  # fmt: skip
ADDRESS, SPAN = re.compile(r"https?://|…|\$\w|\$\{"), re.compile(r"`([^`\n]*\bcurl [^`]+)`")


def commands(text: str) -> Iterator[list[str]]:
    """The words of each curl of a script."""
    lines = "\n".join(REMARK.sub("", line) for line in JOINED.sub(" ", text).splitlines())
    lexer = shlex.shlex(lines, posix=True, punctuation_chars=";&|<>()\n")
    lexer.whitespace_split, lexer.whitespace, lexer.commenters = True, " \t", ""
    words: list[str] = []
    for word in [*lexer, ";"]:
        if set(word) <= set(";&|<>()\n"):
            if words[:1] == ["curl"]:
                yield words
            words = []
        else:
            words.append(word)


def patterns(text: str) -> list[str]:
    """The addresses of a script that curl would not take as they are; '-g' tells it to."""
    found = [words for words in commands(text) if not {"-g", "--globoff"} & set(words)]
    asked = [word for words in found for word in words[1:] if ADDRESS.match(word)]
    return [word for word in asked if re.search(r"[][{}]", re.sub(r"\$\{\w+\}", "", word))]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of curl on pages, as their buttons copy them."""
    house = new_house(tmp_path_factory.mktemp("curl"))
    put(house, 1, "ICCS0101 NR 2020 100 A F")
    house.clock.forward(hours=1)
    found = []
    with TestClient(create_app(house.parts), headers={"accept": "text/html"}) as client:
        for page in PAGES:
            answer = client.get(page)
            assert answer.status_code == 200, page
            codes = map(html.unescape, re.findall(r"<code[^>]*>(curl [^<]*)</code>", answer.text))
            found += [code for code in codes if ADDRESS.search(code)]
    return found


def test_curl_itself_takes_the_lines_of_pages(shown: list[str], tmp_path: Path):
    """Asked of a port where nobody is: 7 is no connection; an address that is no address to curl is 3."""
    assert len(shown) > 30
    assert any("%5BTIME_PERIOD%5D" in line for line in shown)
    assert [line for line in shown if patterns(line)] == []
    sent = [re.sub(r"https?://[^/]+", "http://127.0.0.1:1", line) for line in shown]
    ended = {line: subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True).returncode for line in sent}
    assert {line: code for line, code in ended.items() if code != 7} == {}


def test_lines_of_documents_have_no_pattern():
    found, faults = 0, []
    for path in [*page_files(), ROOT / "CHANGELOG.md", *sorted((ROOT / "tests/clients").glob("*.md"))]:
        texts = [b.body for b in blocks_of(path) if re.search(r"\bcurl ", b.body)]
        for text in [*texts, *(s[s.index("curl ") :] for s in SPAN.findall(path.read_text("utf-8")))]:
            found += len(list(commands(text)))
            faults += [f"{path.name}: {word}" for word in patterns(text)]
    assert found > 20
    assert faults == []


def test_a_pattern_is_found_and_escaped():
    raw = "curl 'http://127.0.0.1:1/*.FR?c[TIME_PERIOD]=ge:2015&format=json'"
    assert patterns(raw) == ["http://127.0.0.1:1/*.FR?c[TIME_PERIOD]=ge:2015&format=json"]
    assert patterns("A=1; curl -s \\\n  …/{a,b} -d '{\"x\": 1}' | sort") == ["…/{a,b}"]
    assert patterns(raw.replace("curl", "curl -g")) == []
    assert subprocess.run(["sh", "-c", raw], capture_output=True).returncode == 3
    assert curl("http://x/*.FR?c[TIME_PERIOD]=ge:2015") == "curl 'http://x/*.FR?c%5BTIME_PERIOD%5D=ge:2015'"
