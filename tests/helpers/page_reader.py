"""Somebody who follows a page from top to bottom: types each block that is marked `run`, writes each that
is a file, and holds what comes out against the page."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from urllib.request import urlopen

import duckdb
from journey_tools import ROOT, Ran, free_port, inside
from page_blocks import Block

from greffe.app import compose, utc_now

SHOWN = "http://127.0.0.1:8000"  # the address of `make demo`, on every page
IDS = re.compile(r"\b(?:P|W|G|O)-[0-9a-f]{8}\b|\b[A-Z][A-Z_]+-[0-9a-f]{10}\b")
PLAIN = re.compile(r"(?:[A-Z_]+=\S+ )*greffe (?:[^|&<>$`]|&&)*(?:> \S+)?")
STAYS = re.compile(r"greffe (serve|jobs run$)")
SET = re.compile(r"^(?:export )?[A-Z_]+=(?:\"[^\"\n]*\"|\S*)(?=\s*(?:#.*)?$)", re.MULTILINE)
SCRIPT = re.compile(rf"{SET.pattern}|^curl ", re.MULTILINE)
BOX = re.compile(r"[│┃]")
BETWEEN = "\x1e"
EFFECT = 6  # seconds, more than a release takes until it is in effect
Fixtures = Callable[[str], str]


class Reader:
    """A home, a folder to work in, the address of the service, and the names that things got here.

    `words` stand in the place of what a page writes (`CELL`, `/srv/backups`), and DRAFT is the one that was prepared last;
    `environ` is that of every command; `codes` says of single lines how they end, where that is not as the block says; `packages`
    with which release of greffe a line is run, where that is not this one, `homes` in which
    house it and those after it are; `later` is by how many seconds the clock of a house
    of the reader's own is ahead: a release takes effect before one goes on."""

    def __init__(self, home: Path, folder: Path, base: str) -> None:
        self.home, self.folder, self.base = home, folder, base
        self.names: dict[str, str] = {}
        self.told: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self.codes: dict[str, int] = {}
        self.packages: dict[str, Path] = {}
        self.homes: dict[str, Path] = {}
        self.environ: dict[str, str] = {}
        self.set_before: list[str] = []
        self.later = 0.0
        self.compared = False  # what comes out stands on the page: else a refusal is a fault
        self.last = ""

    def here(self, text: str) -> str:
        """What a page shows, with the address and the names of this run."""
        text = IDS.sub(lambda id_: self.named(id_[0]), text.replace(SHOWN, self.base))
        edges = {word: r"(?<![\w/.-])" if word[0] == "/" else r"(?<![\w/-])" for word in self.words}
        words = "|".join(edges[word] + re.escape(word) + r"(?![\w-])" for word in sorted(edges, key=len, reverse=True))
        return re.sub(words, lambda found: self.words[found[0]], text) if words else text

    def named(self, id_: str) -> str:
        """What an id of a page is here: as an output of the page gave it, or the last one of its kind that was told."""
        kind = id_[: id_.rindex("-")]
        return self.names.get(id_) or (self.told.get(kind, id_) if len(kind) == 1 else id_)

    def shell(self, block: Block) -> str:
        if SCRIPT.search(block.body):
            return self.script(block)
        said = []
        for line in block.lines:
            self.home = self.homes.get(line, self.home)
            code, out = self.command(self.here(line), self.packages.get(line, ROOT / "api"))
            assert code == self.codes.get(line, block.exit), f"{block.where}: {line}: exit {code}\n{out}"
            said.append(self.heard(out))
        return "\n".join(said)

    def answer(self, block: Block) -> str:
        return self.asked(block) if block.language == "sql" else self.shell(block)

    def script(self, block: Block) -> str:
        """A block with variables, or requests over several lines, as one script; what it sets holds for the scripts after it."""
        text = self.here(block.body)
        done = subprocess.run(
            ["bash", "-e", "-c", "\n".join([*self.set_before, text])], cwd=self.folder, env=self.outer(ROOT / "api"),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == block.exit, f"{block.where}: exit {done.returncode}\n{said}"
        self.set_before += SET.findall(text)
        return self.heard(said)

    def heard(self, out: str) -> str:
        """What a command said, whose ids are kept in mind."""
        self.told |= {id_[: id_.rindex("-")]: id_ for id_ in IDS.findall(out)}
        if drafts := re.findall(r"\b[A-Z][A-Z_]+-[0-9a-f]{10}\b", out):
            self.words["DRAFT"] = drafts[-1]
        return out

    def write(self, block: Block) -> None:
        """A file that a page shows, in the folder of whoever reads (`home/…`: in the house)."""
        path = self.folder / block.why
        if block.why.startswith("home/"):
            path = self.home / block.why.removeprefix("home/")
        path.write_text(self.here(block.body), "utf-8")

    def greffe(self, line: str, code: int = 0) -> str:
        """A command that a page takes for done before it begins; what it printed."""
        ran = self.ran(shlex.split(line), self.environ)
        assert ran.code == code, f"greffe {line}: exit {ran.code}\n{ran.out}{ran.err}"
        return self.heard(ran.out)

    def command(self, line: str, package: Path) -> tuple[int, str]:
        if STAYS.match(line) and "PORT" not in self.environ:  # where a port is named, somebody has it: it does not stay
            return self.stays(shlex.split(line)[1:])
        if PLAIN.fullmatch(line) and not STAYS.match(line) and package == ROOT / "api":
            return self.inside(line)
        done = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.outer(package), capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def inside(self, line: str) -> tuple[int, str]:
        """Commands of greffe in this process, parted by `;` or `&&`; what the last one prints may go to a file. The code of the last
        one that failed."""
        line, _, file = line.partition(" > ")
        code, said, words = 0, "", [*shlex.split(line.replace(" && ", " ; ")), ";"]
        while words and not (code and " && " in line):
            end = words.index(";")
            one, words = words[:end], words[end + 1 :]
            environ = dict(self.environ)
            while "=" in one[0]:
                name, _, value = one.pop(0).partition("=")
                environ[name] = value
            ran = self.ran(one[1:], environ)
            code, said = ran.code or code, said + ran.out + ran.err
        if file:
            (self.folder / file).write_text(ran.out, encoding="utf-8")
        return code, said

    def ran(self, words: list[str], environ: dict[str, str]) -> Ran:
        """A command in this process, at the hour of the house."""
        clock = compose.__defaults__
        compose.__defaults__ = (lambda: utc_now() + timedelta(seconds=self.later),)
        try:
            ran = inside(self.home, *words, **environ)
        finally:
            compose.__defaults__ = clock
        if words[0] == "release" and "--at" not in words and not self.base:
            self.later += EFFECT
        return ran

    def outer(self, package: Path) -> dict[str, str]:
        """The environment of a process: `greffe` and `python` are those of the tests."""
        bin_ = self.folder / ".bin"
        bin_.mkdir(exist_ok=True)
        curl = f"{shutil.which('curl')} -sS {'' if self.compared else '--fail-with-body'}"
        for name, program in (("greffe", f"{sys.executable} -m greffe"), ("python", sys.executable), ("curl", curl)):
            (bin_ / name).write_text(f'#!/bin/sh\nexec {program} "$@"\n', encoding="utf-8")
            (bin_ / name).chmod(0o755)
        own = {"GREFFE_HOME": str(self.home), "PYTHONPATH": str(package), "COLUMNS": "200"}
        return {**os.environ, **own, "PATH": f"{bin_}:{os.environ['PATH']}", **self.environ}

    def stays(self, words: list[str]) -> tuple[int, str]:
        """A command that goes on until it is told to end: it is told once it is at work."""
        port, told = str(free_port()), self.folder / "stays.txt"
        with told.open("w+", encoding="utf-8") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "greffe", *words], cwd=self.folder, stdout=out, stderr=subprocess.STDOUT,
                env={**self.outer(ROOT / "api"), "PORT": port, "GREFFE_WARM": "0"},
            )  # fmt: skip
            try:
                self.at_work(process, f"http://127.0.0.1:{port}/health/ready" if words[0] == "serve" else "")
            finally:
                process.send_signal(signal.SIGTERM)
                code = process.wait(60)
        return code, told.read_text("utf-8")

    def at_work(self, process: subprocess.Popen[bytes], address: str) -> None:
        """Until a server is ready, or a process minds being told to end."""
        for _ in range(1200):
            assert process.poll() is None, "it ended by itself"
            if self.answers(address) if address else minds_its_end(process.pid):
                return
            time.sleep(0.1)
        raise AssertionError("it was not at work in time")

    def answers(self, address: str) -> bool:
        try:
            with urlopen(address) as answer:
                return answer.status == 200
        except OSError:
            return False

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

    def asked(self, block: Block) -> str:
        """What DuckDB answers to the questions of a block, in the folder of whoever reads: a line for each row."""
        with duckdb.connect(config={"file_search_path": str(self.folder)}) as connection:
            rows = connection.execute(self.here(block.body)).fetchall()
        return "\n".join(" ".join(map(str, row)) for row in rows)

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

    def follow(self, blocks: list[Block], scene: Iterator[None]) -> None:
        """Run a page; before each block that is run or a file its scene goes on to the next `yield`."""
        running = [b for b in blocks if b.kind == "run"]
        said: dict[Block, str] = {}
        for language in ("python", "r"):
            said |= self.program([b for b in running if b.language == language], language)
        for block, following in pairwise([*blocks, None]):
            self.compared = following is not None and following.kind == "output"
            if block.kind in {"run", "file"}:
                next(scene, None)
            if block.kind == "file":
                self.write(block)
            elif block.kind == "run":
                self.last = said[block] if block in said else self.answer(block)
            elif block.kind == "output":
                self.compare(block, self.last)
        assert next(scene, "ended") == "ended", "the scene goes on after the last block"


def minds_its_end(process: int) -> bool:
    """Whether a process catches SIGTERM."""
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", Path(f"/proc/{process}/status").read_text("ascii"), re.MULTILINE)
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


def flat(line: str) -> str:
    """A line without the frames of tables and the width of their columns."""
    return " ".join(BOX.sub(" ", line).split())
