"""Fenced blocks of the pages, each with the mark that says what holds it (CONTRIBUTING, Pages)."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"(?P<kind>run|output|file|held|named|shown)(?: exit=(?P<exit>\d+))?(?:: *(?P<why>.+))?")
REMARK = re.compile(r"(?:^|\s+)#\s.*$")  # not the # of a release
JOINED = re.compile(r"\\\n\s*")


@dataclass(frozen=True)
class Block:
    """One block: where, its language, its mark and what stands in it. `kind` is '' where there is no mark."""

    page: str
    line: int
    language: str
    kind: str
    exit: int
    why: str
    body: str

    @property
    def where(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def lines(self) -> list[str]:
        """Lines that stand for one command each."""
        lines = (REMARK.sub("", line).strip() for line in JOINED.sub(" ", self.body).splitlines())
        return [line for line in lines if line]


def page_files() -> list[Path]:
    """What the site has of pages, but for what is made from the code."""
    beside = (
        "README.md",
        "CONTRIBUTING.md",
        "GLOSSARY.md",
        "mappings/README.md",
        "samples/README.md",
        "sdmx/README.md",
    )
    return [*sorted((ROOT / "docs").rglob("*.md")), *(ROOT / name for name in beside)]


def blocks_of(path: Path) -> list[Block]:
    """The blocks of a page, in order; those that Sphinx reads (`{toctree}`) are none."""
    text, found = path.read_text("utf-8"), []
    for fence in FENCE.finditer(text):
        language, _, rest = fence["info"].strip().partition(" ")
        if language.startswith("{"):
            continue
        mark = MARK.fullmatch(rest.strip())
        body = "".join(line.removeprefix(fence["indent"]) for line in fence["body"].splitlines(keepends=True))
        kind, code, why = (mark["kind"], int(mark["exit"] or 0), mark["why"] or "") if mark else ("", 0, "")
        line = text.count("\n", 0, fence.start()) + 1
        found.append(Block(str(path.relative_to(ROOT)), line, language, kind, code, why, body))
    return found


def calls(block: Block) -> Iterator[list[str]]:
    """The words of each `greffe …` of a block of the shell."""
    for line in filter(re.compile(r"\bgreffe ").search, block.lines):
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|<>()")
        lexer.whitespace_split, lexer.commenters = True, ""
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word and set(word) <= set(";&|<>()"):
                if words[:1] == ["greffe"]:
                    yield words[1:]
                words = []
            else:
                words.append(word)
