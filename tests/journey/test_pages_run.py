"""What the tutorials show is run as it stands, in order, on a demonstration that is served; what they say comes out is compared."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from journey_tools import inside
from page_blocks import ROOT, Block, blocks_of, page_files
from site_tools import Site, copied

SHOWN = "http://127.0.0.1:8000"  # the address of `make demo`, on every page
IDS = re.compile(r"\b(?:P|W)-[0-9a-f]{8}\b|\b[A-Z][A-Z_]+-[0-9a-f]{10}\b")
PLAIN = re.compile(r"greffe [^|;&<>$`]*")
BOX = re.compile(r"[│┃]")
BETWEEN = "\x1e"
FRENCH = ROOT / "docs/fr"  # the same blocks: tests/architecture/test_page_blocks.py
RUN = [
    p.relative_to(ROOT) for p in page_files() if FRENCH not in p.parents and any(b.kind == "run" for b in blocks_of(p))
]


class Reader:
    """Somebody who follows a page: a home, a folder to work in, the names that things got here."""

    def __init__(self, home: Path, folder: Path, base: str) -> None:
        self.home, self.folder, self.base = home, folder, base
        self.names: dict[str, str] = {}

    def here(self, text: str) -> str:
        """What a page shows, with the address and the names of this run."""
        return IDS.sub(lambda id_: self.names.get(id_[0], id_[0]), text.replace(SHOWN, self.base))

    def shell(self, block: Block) -> str:
        said = []
        for line in block.lines:
            code, out = self.command(self.here(line))
            assert code == block.exit, f"{block.where}: {line}: exit {code}\n{out}"
            said.append(out)
        return "\n".join(said)

    def command(self, line: str) -> tuple[int, str]:
        if PLAIN.fullmatch(line):
            ran = inside(self.home, *shlex.split(line)[1:])
            return ran.code, ran.out + ran.err
        env = {**os.environ, "GREFFE_HOME": str(self.home)}
        done = subprocess.run(["sh", "-c", line], cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def program(self, blocks: list[Block], language: str) -> dict[Block, str]:
        """What each block of a language prints; they are one program."""
        if not blocks:
            return {}
        line = {"python": f"print({BETWEEN!r})\n", "r": 'cat("\\n\\x1e\\n")\n'}[language]
        file = self.folder / f"page.{language}"
        file.write_text(line.join(self.here(b.body) for b in blocks), "utf-8")
        command = {"python": [sys.executable], "r": ["Rscript", "--vanilla"]}[language]
        done = subprocess.run([*command, str(file)], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(zip(blocks, done.stdout.split(BETWEEN), strict=True))

    def compare(self, block: Block, said: str) -> None:
        """Each line of the page stands in what was said, in this order, whether a terminal broke it or not; … stands for anything;
        ids get the name they have here."""
        lines, place = [flat(line) for line in said.splitlines()], 0
        for wanted in filter(None, map(flat, block.body.splitlines())):
            pattern, found = self.pattern(wanted), None
            for start, taken in ((n, t) for n in range(place, len(lines)) for t in (1, 2, 3)):
                if found := re.fullmatch(pattern, " ".join(lines[start : start + taken])):
                    place = start + taken
                    break
            assert found, f"{block.where}: not said: {wanted}\n{said}"
            new = [id_ for id_ in IDS.findall(wanted) if id_ not in self.names]
            self.names |= dict(zip(new, found.groups(), strict=True))

    def pattern(self, wanted: str) -> str:
        made, end = "", 0
        for id_ in IDS.finditer(wanted):
            made += re.escape(wanted[end : id_.start()])
            made += re.escape(self.names[id_[0]]) if id_[0] in self.names else f"({IDS.pattern})"
            end = id_.end()
        return (made + re.escape(wanted[end:])).replace("…", ".*")


def flat(line: str) -> str:
    """A line without the frames of tables and the width of their columns."""
    return " ".join(BOX.sub(" ", line).split())


@pytest.fixture(scope="module")
def site(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    served = Site(copied(demo_home, tmp_path_factory.mktemp("pages") / "home"))
    yield served
    served.stop()


def follow(reader: Reader, page: Path) -> int:
    """Run a page from top to bottom; returns how many blocks were run."""
    blocks = blocks_of(ROOT / page)
    running = [b for b in blocks if b.kind == "run"]
    said: dict[Block, str] = {}
    for language in ("python", "r"):
        said |= reader.program([b for b in running if b.language == language], language)
    last = ""
    for block in blocks:
        if block.kind == "run":
            last = said[block] if block in said else reader.shell(block)
        elif block.kind == "output":
            reader.compare(block, last)
    return len(running)


@pytest.mark.parametrize("page", RUN, ids=str)
def test_what_a_page_shows_runs(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: Path):
    """From top to bottom, in a folder of its own; the pages share the house."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GREFFE_")]:
        monkeypatch.delenv(name)  # those of a run of tests are no settings
    assert follow(Reader(site.home, tmp_path, site.base), page) > 0
