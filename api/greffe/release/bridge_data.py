"""An answer as plain values, for `--format json` and for the web; and its table as CSV, Markdown and XLSX."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.properties import PageSetupProperties

from greffe.catalogue.policies.bridge.concepts import CONCEPT
from greffe.mapping.exchange.books import LONGEST, put, saved
from greffe.mapping.exchange.workbook_words import safe
from greffe.validation.bridge.cells import Computed, Operand, Source
from greffe.validation.bridge.chains import STATES, Answer, Taken
from greffe.validation.bridge.figures import Figure
from greffe.validation.bridge.page import Page, basis, operands
from greffe.validation.bridge.pairs import Pair
from greffe.validation.bridge.words import exactly, word

Table = Sequence[Sequence[str]]
LISTED = ("pair", "title", "a_value", "b_value", "difference", "state", "open", "basis")
_WIDTHS = (22, 60, 16, 60, 14, 60)


def summary(page: Page, pair: Pair, found: Answer) -> dict[str, object]:
    """A line of the list: ids, values, difference, state, what stays open, the kinds of steps."""
    return {
        "pair": pair.name or pair.id, "id": pair.id, "concept": pair.a.of.concept, "title": page.title(pair),
        "a": pair.a.id, "a_value": _text(pair.a), "b": pair.b.id, "b_value": _text(pair.b),
        "difference": exactly(found.difference), "state": found.state, "open": exactly(found.open),
        "steps": [t.kind for t in (found.chains[0] if found.chains else ())], "chains": len(found.chains),
        "origin": pair.a.origin, "basis": basis(found), "moves_nothing": list(found.moves_nothing),
        "verdict": page.verdict(found),
    }  # fmt: skip


def whole(page: Page, pair: Pair, found: Answer) -> dict[str, object]:
    """The answer with everything it was made of. Numbers are decimal texts: exact, or rounded to 15 decimals where a
    quotient does not end."""
    return {
        "pair": pair.name or pair.id, "id": pair.id, "concept": pair.a.of.concept,
        "concept_name": page.policy.words[CONCEPT][pair.a.of.concept][page.language], "title": page.title(pair),
        "state": found.state, "result": page.sentence(found), "a": _figure(page, found.a), "b": _figure(page, found.b),
        "difference": exactly(found.difference),
        "chains": [[_step(page, t, found) for t in chain] for chain in found.chains],
        "located": [_step(page, t, found) for t in found.located],
        "untold": [_step(page, t, found) for t in found.untold], "remainder": exactly(found.remainder),
        "basis": basis(found), "open": exactly(found.open), "missed": "" if found.missed is None else exactly(found.missed),
        "definitions_differ": [
            {
                "dimension": d, "name": word(d, page.language), "a": page.definition(found.a, d),
                "b": page.definition(found.b, d),
                "a_confidence": found.a.of.confidence, "b_confidence": found.b.of.confidence,
                "moves_nothing": d in found.moves_nothing,
            }
            for d in found.differ
        ],
        "sources": [
            {"id": s.id, "body": s.body, "dataset": s.dataset, "date": s.dated, "url": s.url, "origin": s.origin}
            for s in sources_of(page, found)
        ],
        "generated": page.day,
    }  # fmt: skip


def sources_of(page: Page, found: Answer) -> tuple[Source, ...]:
    """The publications and releases that an answer was read in, each once."""
    read = [o.cell.source for f in (found.a, found.b) for o in operands(f)]
    read += [o.cell.source for c in (*found.chains, found.located, found.untold) for t in c for o in _read(t.computed)]
    return tuple(page.sources[name] for name in dict.fromkeys(read) if name in page.sources)


def _text(figure: Figure) -> str:
    return figure.as_published or exactly(figure.value)


def _figure(page: Page, figure: Figure) -> dict[str, object]:
    return {
        "id": figure.id, "label": page.figure_label(figure), "value": _text(figure), "computed": not figure.as_published,
        "expression": figure.of.text, "period": figure.period, "reference_date": figure.reference,
        "definition": {d: page.definition(figure, d) for d in figure.of.definition},
        "confidence": figure.of.confidence, "defined_by": figure.of.reason,
        "reference": figure.of.reference, "origin": figure.origin, "parts": [_part(page, o) for o in operands(figure)],
    }  # fmt: skip


def _step(page: Page, taken: Taken, found: Answer) -> dict[str, object]:
    step = taken.step
    return {
        "kind": taken.kind, "label": page.step_label(taken), "amount": exactly(taken.amount),
        "backwards": taken.backwards, "reason": page.step_reason(taken, found), "step": step.name if step else "",
        "expression": step.text if step else "", "confidence": step.confidence if step else "",
        "reference": step.reference if step else "", "parts": [_part(page, o) for o in _read(taken.computed)],
    }  # fmt: skip


def _read(computed: Computed | None) -> tuple[Operand, ...]:
    return (*computed.above, *computed.below) if computed else ()


def _part(page: Page, operand: Operand) -> dict[str, object]:
    cell = operand.cell
    source = page.sources.get(cell.source)
    return {
        "name": operand.series.name, "body": cell.body, "dataset": cell.dataset, "series": cell.key,
        "period": cell.period, "reference_date": operand.reference, "value": cell.text, "flag": cell.flag,
        "note": cell.note, "source": cell.source, "source_date": source.dated if source else "",
        "same_as": list(operand.same_as),
    }  # fmt: skip


def list_table(page: Page, rows: Sequence[Mapping[str, object]]) -> Table:
    """The list of pairs, titles first, the state in words."""
    said = page.language
    titles = tuple(word(f"list_{c}", said) for c in LISTED)
    told = ({**r, "state": r["verdict"], "basis": page.confidence(str(r["basis"]))} for r in rows)
    return (titles, *(tuple(str(row[c]) for c in LISTED) for row in told))


def totals(page: Page, rows: Sequence[Mapping[str, object]]) -> str:
    """How many pairs there are, and of them in each state."""
    counts = Counter(str(row["state"]) for row in rows)
    states = ", ".join(f"{counts[s]} {word(s, page.language)}" for s in STATES if counts[s])
    head = f"{word('pairs', page.language)}{page.colon}{len(rows)}"
    return f"{head} ({states})" if states else head


def written(title: str, table: Table, wanted: str) -> bytes:
    """A table as csv, md or xlsx."""
    if wanted == "csv":
        return as_csv(table)
    return as_markdown(title, table) if wanted == "md" else as_xlsx(title, table)


def as_csv(table: Table) -> bytes:
    """The table as CSV, UTF-8, header first."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([[safe(cell) for cell in row] for row in table])
    return out.getvalue().encode()


def as_markdown(title: str, table: Table) -> bytes:
    """The table in Markdown under its title."""
    lines = ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in table]
    rule = "| " + " | ".join("---" for _ in table[0]) + " |"
    return "\n".join((f"## {title}", "", lines[0], rule, *lines[1:], "")).encode()


def as_xlsx(title: str, table: Table) -> bytes:
    """The table as a workbook of one sheet, every cell a text."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Greffe"
    book.properties.title = title
    for number, row in enumerate(table, 1):
        for place, text in enumerate(row, 1):
            cell = put(sheet, number, place, safe(text)[:LONGEST])
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1 or place == 1:
                cell.font = Font(bold=True)
    for letter, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "B2"
    sheet.print_title_rows, sheet.page_setup.orientation = "1:1", "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return saved(book)
