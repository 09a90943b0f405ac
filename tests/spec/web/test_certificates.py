"""Certificates on paper: the same bytes for the same state, any text as text, marked as what they are."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from greffe.errors import BadQuery
from greffe.release.custody import entry_fault, head_entry, seal
from greffe.web.trail.certificate import words
from greffe.web.trail.paper import Certificate, Part
from greffe.web.trail.pdf import plain, written

HOSTILE = "<script>alert(1)</script> =1+1 \x00\x1b[31m \ud800 \U0001f469\u200d\u2696\ufe0f \u4e2d\u6587"
RTL = "\u0627\u0644\u0633\u062c\u0646\u0627\u0621 \u05e9\u05dc\u05d5\u05dd 123"
MADE = Certificate(
    lang="fr", title="Certificat d’un chiffre publié", figure="1\u202f234,5", under="Personnes écrouées, 2022",
    dated=datetime(2026, 11, 24, 12, tzinfo=UTC), name="x", address="https://stats.example",
    parts=[Part("Le chiffre", ["Une phrase."], [("Clé", "A.B"), ("Empreinte", "0" * 64)], [("Ligne", "Motif"), ("1", "Parce que.")])],
)  # fmt: skip


def paper(made: Certificate, tmp_path) -> tuple[bytes, str, str]:
    """Its bytes, and what poppler reads of it: text and properties."""
    found = written(made, words(made.lang))
    file = tmp_path / "certificate.pdf"
    file.write_bytes(found)
    told = [
        subprocess.run([tool, str(file), *rest], capture_output=True, text=True, check=True)
        for tool, *rest in (("pdftotext", "-"), ("pdfinfo",))
    ]
    assert not [t.stderr for t in told if t.stderr]
    return found, re.sub(r"\s+", " ", told[0].stdout), told[1].stdout


def test_one_state_has_one_certificate(tmp_path):
    """Made twice it is the same file; its title, language and day are in it"""
    found, text, properties = paper(MADE, tmp_path)
    assert found == written(MADE, words("fr"))
    assert found != written(replace(MADE, figure="1\u202f234,6"), words("fr"))
    assert b"/Lang (fr)" in found
    assert b"/DisplayDocTitle true" in found
    assert re.search("Title: +Certificat d’un chiffre publié\u00a0: Personnes écrouées, 2022", properties)
    assert "1 234,5" in text
    assert "Établi par le service https://stats.example" in text
    assert "0" * 64 in text.replace(" ", "")
    assert "SYNTHÉTIQUE" not in text


def test_each_page_says_what_is_invented_or_internal(tmp_path):
    rows = [("Ligne", "Motif"), *((str(n), "Parce que.") for n in range(120))]
    made = replace(MADE, synthetic=True, internal=True, parts=[Part("Lignes", (), (), rows)])
    _, text, properties = paper(made, tmp_path)
    pages = int(re.search(r"Pages: +(\d+)", properties)[1])
    assert pages > 1
    assert text.count("SYNTHÉTIQUE") == text.count("Ne pas publier") == pages
    assert "119 Parce que." in text


@pytest.mark.parametrize("text", [HOSTILE, RTL, "x" * 10_000, "mot " * 2_500, "", "=cmd|' /C calc'!A0"])
def test_any_text_is_text(text, tmp_path):
    """In a name, a sentence, a fact, a cell, a title"""
    parts = [Part(text, [text], [(text, text)], [("Ligne", "Motif"), (text, text)])]
    _, read, _ = paper(replace(MADE, title=text[:300] or "-", figure=text[:300], under=text, parts=parts), tmp_path)
    if text.startswith("<script>"):
        assert "<script>alert(1)</script> =1+1" in read
    if text == RTL:  # poppler tells right-to-left words in the order in which they are read
        letters = unicodedata.normalize("NFKC", read)  # which are joined on paper
        assert all(word in letters or word[::-1] in letters for word in text.split())
    if text.startswith("mot "):
        assert read.count("mot") >= 10_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abc \u05e9\u05dc\u05d5\u05dd 12 def", "abc 12 \u05dd\u05d5\u05dc\u05e9 def"),
        ("\u05d0 (\u05d1) \u05d2 a", "\u05d2 (\u05d1) \u05d0 a"),
        ("\u0628\u0628\u0628", "\ufe90\ufe92\ufe91"),  # beh thrice: final, medial, initial, from the left
        ("\u202eevil\u202c (1)", "evil (1)"),
        ("a \u2067\u05d0\u05d1 \u05d2", "a \u05d2 \u05d1\u05d0"),
        ("Établi, 1\u202f234", "Établi, 1\u202f234"),
    ],
)
def test_right_to_left_stands_so_on_paper_and_turns_nothing_else(text, shown):
    """As Unicode's algorithm puts it, worked by hand; marks of direction are gone"""
    assert plain(text) == shown


def test_a_seal_stands_for_its_entry_and_no_other(tmp_path):
    from small_house import small_house

    parts = small_house(tmp_path, signed=False)
    head = head_entry(parts)
    assert head.number == parts.register.head()
    for digest in (seal(head), head.hash, head.hash.upper()):
        assert entry_fault(parts, f"{head.number}:{digest}") == ""
    assert "another hash" in entry_fault(parts, f"{head.number - 1}:{head.hash}")
    assert "there is none" in entry_fault(parts, f"{head.number + 1}:{head.hash}")
    for wrong in ("", "12", f"{head.number}:{head.hash[:-1]}", f"x:{head.hash}", f"-1:{head.hash}", f"²:{head.hash}"):
        with pytest.raises(BadQuery):
            entry_fault(parts, wrong)
