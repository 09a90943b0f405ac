"""Every fenced block of the pages says what holds it: it is run, its commands are parsed, a test holds it, or why nothing does."""

from __future__ import annotations

import re
import shlex

import pytest
import reference_pages
import typer
from page_blocks import FENCE, ROOT, Block, blocks_of, calls, page_files

from greffe.cli.commands import application

SHELL = {"sh", "bash"}


@pytest.fixture(scope="module")
def blocks() -> list[Block]:
    return [block for path in page_files() for block in blocks_of(path)]


def test_every_block_is_marked(blocks):
    """The table of CONTRIBUTING.md has the marks, which stand after the language; indented code cannot be marked."""
    assert [b.where for b in blocks if not b.kind] == []
    assert [b.where for b in blocks if b.kind in {"file", "held", "named", "shown"} and not b.why] == []
    assert [b.where for b in blocks if b.kind == "held" and not (ROOT / b.why).is_file()] == []
    assert [str(p) for p in page_files() if re.search(r"\n\n    (greffe|curl|python|\$) ", p.read_text("utf-8"))] == []
    assert len([b for b in blocks if b.kind == "run"]) >= 90


def test_what_holds_a_block_reads_its_page(blocks):
    """A test that is named for a block names the page, or runs what the page has."""
    for block in blocks:
        if block.kind == "held":
            assert block.page.rsplit("/", 1)[-1] in (ROOT / block.why).read_text("utf-8"), block.where


def test_french_pages_show_what_the_english_ones_run():
    """A French page has the sections and blocks of its English one; what is run is the same but for remarks, so that it was run."""
    french = [
        p
        for p in page_files()
        if ROOT / "docs/fr" in p.parents and p.parent.name != "reference" and p.name != "index.md"
    ]
    assert len(french) >= 27
    for path in french:
        both = (path, ROOT / "docs" / path.relative_to(ROOT / "docs/fr"))
        own, other = map(blocks_of, both)
        assert [(b.language, b.kind, b.exit) for b in own] == [(b.language, b.kind, b.exit) for b in other], path
        for here, there in zip(own, other, strict=True):
            assert here.kind not in {"run", "output"} or list(map(bare, here.lines)) == list(map(bare, there.lines)), (
                here.where
            )
        heads = [re.findall(r"^#+(?= )", FENCE.sub("", p.read_text("utf-8")), re.MULTILINE) for p in both]
        assert heads[0] == heads[1], path


TEXTS = re.compile(
    r'(--(?:reason|reference|question|said|signatory)) "[^"]*"'
)  # what people write, each in their language
PLACEHOLDERS = {"CELLULE": "CELL", "PROJET": "DRAFT", "ADMINISTRATEUR": "ADMINISTRATOR", "NOM": "NAME"}


def bare(line: str) -> str:
    """A command without what it says in words, and with the English names of what one is to put in."""
    return re.sub(r"\b[A-Z]+(?=\d?\b)", lambda found: PLACEHOLDERS.get(found[0], found[0]), TEXTS.sub(r"\1", line))


def wrong(words: list[str], command: object) -> str:
    """What of a call the command line does not know; '' when it knows all."""
    options: set[str] = set()
    words = [w.split("=")[0] if w.startswith("--") else w for w in words]
    while words:
        options |= {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        below = getattr(command, "commands", None)
        if below is None or words[0].startswith("-"):
            if below is not None and words[0] in options:
                words = words[2:] if words[0] != "--help" else words[1:]
                continue
            break
        if words[0] not in below:
            return f"no command {words[0]}"
        command, words = below[words[0]], words[1:]
    options |= {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    if lacking := next(filter(None, (lacks(words, one.metavar or "") for one in command.params)), ""):
        return lacking
    return ", ".join(w for w in words if re.fullmatch(r"--[a-z-]+", w) and w not in options)


def lacks(words: list[str], forms: str) -> str:
    """What lacks where an argument has several forms (`TARGET | check BACKUP | list FOLDER`), of which one begins with a word that
    stands there: no command knows that one but by its argument."""
    given = [w for w in words if not w.startswith("-")]
    for form in map(str.split, forms.split(" | ")):
        if len(form) > 1 and given[:1] == form[:1] and len(given) < len(form):
            return " ".join(form)
    return ""


def test_commands_of_pages_exist(blocks):
    """Each `greffe …` that a page shows is a command, with options that it has."""
    app = typer.main.get_command(application())
    found, said = 0, []
    for block in blocks:
        if block.kind in {"run", "named"} and block.language in SHELL:
            for words in calls(block):
                found += 1
                if fault := wrong(words, app):
                    said.append(f"{block.where}: greffe {' '.join(words)}: {fault}")
    assert said == []
    assert found > 100


def test_commands_that_stand_in_a_sentence_exist():
    """`greffe …` within a line, but for what … stands for."""
    app = typer.main.get_command(application())
    said: list[tuple[str, str]] = []
    found = [
        (str(path.relative_to(ROOT)), " ".join(span.split()))
        for path in page_files()
        for span in re.findall(r"`greffe\s([^`]+)`", FENCE.sub("", path.read_text("utf-8")))
    ]
    for page, line in found:
        words = [word for word in shlex.split(line) if word != "…"]
        if fault := wrong(words, app):
            said.append((page, f"{line}: {fault}"))
    assert said == []
    assert len(found) > 400


def test_a_command_that_does_not_exist_is_found():
    app = typer.main.get_command(application())
    assert wrong(["transmissions", "plam"], app) == "no command plam"
    assert wrong(["transmissions", "plan", "--tests"], app) == "--tests"
    assert wrong(["backup", "list"], app) == "list FOLDER"
    assert wrong(["backup", "list", "/srv/backups"], app) == wrong(["backup"], app) == ""
    assert wrong(["--lang", "fr", "transmissions", "plan", "--test"], app) == ""


def test_reference_that_is_made_from_the_code_is_up_to_date():
    """`make docs` was run after a command, an operation, a format or a kind changed."""
    pages = reference_pages.pages()
    assert [path for path, text in pages.items() if (ROOT / path).read_text("utf-8") != text] == []
    assert "## `greffe transmissions plan`" in pages["docs/reference/commands.md"]
    assert "Lister les extractions remises." in pages["docs/fr/reference/commands.md"]
