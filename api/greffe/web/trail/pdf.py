"""A certificate as a PDF, with its fonts, title and language inside: the same bytes for the same state."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from arabic_reshaper import ArabicReshaper  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import MethodReturnValue, TextDirection, XPos, YPos
from fpdf.fonts import FontFace
from fpdf.prefs import ViewerPreferences

from greffe.web.pages.blanks import colon
from greffe.web.pages.words import Say
from greffe.web.trail.paper import Certificate, Part, issued

FONTS: Final = Path(__file__).parents[1] / "pages" / "fonts"
CELL: Final = 240  # characters; a row with a longer cell is written under each other instead
LONGEST: Final = 20_000  # characters of one text
_MARGIN: Final = 18
_RED, _INK, _SOFT, _TINT, _LINE = (156, 28, 28), (29, 42, 51), (75, 90, 102), (238, 243, 247), (201, 209, 216)
_RIGHT_TO_LEFT: Final = ("R", "AL", "AN")
_MARKS: Final = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
_MIRRORED: Final = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")  # what opens on the left opens on the right
_JOINER: Final = ArabicReshaper({"delete_harakat": False})  # the forms that letters have beside each other; vowels stay
_TURN: Final = threading.BoundedSemaphore(2)  # made at once: each reads both fonts


def written(made: Certificate, say: Say) -> bytes:
    """The file."""
    with _TURN:
        sheet = _Sheet(made, say)
        sheet.add_page()
        sheet.head()
        for part in made.parts:
            sheet.part(part)
        return bytes(sheet.output())


class _Sheet(FPDF):
    """A4, the marks of what is invented or internal on each page."""

    def __init__(self, made: Certificate, say: Say) -> None:
        super().__init__()
        self.made, self.say = made, say
        self.set_margin(_MARGIN)
        self.set_auto_page_break(True, 20)
        self.add_font("DejaVu", "", FONTS / "DejaVuSans.ttf")
        self.add_font("DejaVu", "B", FONTS / "DejaVuSans-Bold.ttf")
        self.set_font("DejaVu", "", 9)
        self.set_title(plain(f"{made.title}{colon(made.lang)} {made.under}"))
        self.set_lang(made.lang)
        self.colon = colon(made.lang)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)  # not the name of the file
        self.set_author("Greffe")
        self.set_creation_date(made.dated)
        self.alias_nb_pages("{pages}")

    def header(self) -> None:
        """What nobody may overlook, above each page."""
        for told, marked in ((self.made.synthetic, "synthetic_note"), (self.made.internal, "internal_note")):
            if told:
                self.line_of(self.say(marked), 9, bold=True, colour=_RED)
        self.ln(1)

    def footer(self) -> None:
        """The title and the page."""
        self.set_y(-15)
        self.set_font("DejaVu", "", 7)
        self.set_text_color(*_SOFT)
        self.cell(0, 4, f"Greffe · {plain(self.made.title)} · {self.say('page')} {self.page_no()}/{{pages}}", align="C")

    def head(self) -> None:
        """Title, the figure in large letters, what it is, who issued it in which state."""
        self.line_of(self.made.title, 15, bold=True)
        self.ln(2)
        self.line_of(self.made.figure, 20, bold=True)
        self.line_of(self.made.under, 10)
        self.ln(1)
        self.line_of(issued(self.made, self.say), 8, colour=_SOFT)

    def part(self, part: Part) -> None:
        """A section."""
        if self.get_y() > self.h - 50:
            self.add_page()
        self.ln(4)
        self.line_of(part.heading, 12, bold=True)
        for sentence in part.sentences:
            self.line_of(sentence, 9)
        if part.facts:
            self.rows([("", "")], part.facts, (30, 70), headed=False)
        if part.table:
            titles, *rows = part.table
            short = all(len(c) <= CELL for row in rows for c in row)
            if short:
                self.rows([titles], rows, widths(part.table), headed=True)
            else:
                for row in rows:
                    self.ln(1)
                    self.stacked(titles, row)

    def line_of(self, text: str, size: int, *, bold: bool = False, colour: tuple[int, int, int] = _INK) -> None:
        """A paragraph over the whole width."""
        self.set_font("DejaVu", "B" if bold else "", size)
        self.set_text_color(*colour)
        kept = cleaned(text)
        if turned(kept):  # lines are broken as it is read, and each of them is put in order
            lines = self.multi_cell(0, size * 0.5, joined(kept), dry_run=True, output=MethodReturnValue.LINES)
            assert isinstance(lines, list)
            kept = "\n".join(in_order(line) for line in lines)
        self.multi_cell(0, size * 0.5, kept, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rows(
        self,
        heads: Sequence[Sequence[str]],
        rows: Sequence[Sequence[str]],
        shares: tuple[int, ...],
        *,
        headed: bool,
    ) -> None:
        """A table whose rows do not break; what is too long for that stands under its name."""
        self.set_font("DejaVu", "", 8)
        self.set_text_color(*_INK)
        self.set_draw_color(*_LINE)
        self.set_line_width(0.1)
        long = [row for row in rows if any(len(c) > 4 * CELL for c in row)]
        with self.table(
            col_widths=shares, line_height=4, text_align="LEFT", v_align="TOP",
            borders_layout="HORIZONTAL_LINES", first_row_as_headings=headed,
            headings_style=FontFace(emphasis="BOLD", fill_color=_TINT), padding=0.8, num_heading_rows=1 if headed else 0,
        ) as table:  # fmt: skip
            for row in (*(heads if headed else ()), *(r for r in rows if r not in long)):
                table.row([plain(c) for c in row])
        for row in long:
            self.stacked(heads[0] if headed else ("", ""), row)

    def stacked(self, titles: Sequence[str], row: Sequence[str]) -> None:
        """A row as paragraphs."""
        for title, text in zip(titles, row, strict=True):
            self.line_of(f"{title}{self.colon} {text}" if title else text, 8)


def widths(table: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """How the columns share the width: by the root of what is in them, so that long ones do not take it all."""
    return tuple(round(10 * max(sum(map(len, column)) / len(column), 8) ** 0.5) for column in zip(*table, strict=True))


def plain(text: str) -> str:
    """One line of characters that can be written, in the order in which they stand on paper."""
    kept = cleaned(text)
    return in_order(joined(kept)) if turned(kept) else kept


def cleaned(text: str) -> str:
    """No controls, no halves of characters, at most LONGEST."""
    kept = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text[:LONGEST])
    return kept + ("…" if len(text) > LONGEST else "")


def turned(text: str) -> bool:
    """Whether something in it is written from right to left, or says so."""
    return bool({unicodedata.bidirectional(c) for c in text} & {*_RIGHT_TO_LEFT, *_MARKS})


def joined(text: str) -> str:
    """Arabic letters in the forms that join them; no mark of direction reaches what stands after it: they are gone."""
    return str(_JOINER.reshape("".join(c for c in text if unicodedata.bidirectional(c) not in _MARKS)))


def in_order(line: str) -> str:
    """Words that are written from right to left stand so among ours, brackets turn with them (Unicode's algorithm, L2 and L4).
    A cell of several lines is put in order as a whole."""
    found = BidiParagraph(text=line, base_direction=TextDirection.LTR).reorder_resolved_levels()
    return "".join(c.character.translate(_MIRRORED) if c.embedding_level % 2 else c.character for c in found)
