"""Every kind of entry of the register is said in words on its page, in both languages."""

from __future__ import annotations

import ast
import re

from source_names import ROOT

from greffe.store.transmission_records import KINDS
from greffe.web.pages.words import table
from greffe.web.staff.register import SAID

KIND = re.compile(
    r"(account|action|advance|answer|calendar|catalogue|clock|contribution|draft|extract|files|grant|key|map|order|person|proposal|publication"
    r"|receipt|register|release|round|session|waiver|warnings)\.[a-z]+|receipt\.(turned_away|looked_at)|delivery\.(given|taken)_up"
)
FILES = (".csv", ".html", ".json", ".parquet", ".yaml")


def kinds() -> set[str]:
    """Those that the code appends or reads: constants of the form `release.made`; transmissions name theirs in a list."""
    found = {f"transmission.{word}" for word in KINDS}
    for file in ROOT.rglob("*.py"):
        if file.parent.name in ("store", "release", "access", "signin", "transmission"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and KIND.fullmatch(node.value):
                    found.add(node.value)
    return {k for k in found if not k.endswith(FILES)}


def test_every_kind_has_words_and_no_words_are_left():
    said = {key.removeprefix("did_").replace("_", ".", 1) for key in table("staff_register") if key.startswith("did_")}
    found = kinds()
    assert len(found) > 40
    assert said == found


def test_what_entries_say_has_words():
    """Every member of the entries that the code writes in place (those of the demonstration: tests/spec/web/test_every_page.py)."""
    written = set()
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                given = [*node.args, *(k.value for k in node.keywords)]
                if any(
                    isinstance(a, ast.Constant) and isinstance(a.value, str) and KIND.fullmatch(a.value) for a in given
                ):
                    written |= {
                        str(k.value)
                        for a in given
                        if isinstance(a, ast.Dict)
                        for k in a.keys
                        if isinstance(k, ast.Constant)
                    }
    assert len(written) > 10
    assert not written - set(table(SAID))
