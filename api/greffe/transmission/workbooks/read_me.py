"""The sheet that is read first: for whom, of which year, from which releases, and what stands in the cells."""

from __future__ import annotations

from datetime import UTC

from openpyxl.worksheet.worksheet import Worksheet

from greffe.transmission.workbooks import words
from greffe.transmission.workbooks.answers import STATUS
from greffe.transmission.workbooks.book import ALARM, BOLD, line
from greffe.transmission.workbooks.filled import Filled


def banners(filled: Filled) -> tuple[words.Both, ...]:
    """What warns whoever opens it."""
    return (*((words.TEST,) if filled.test else ()), *((words.SYNTHETIC,) if filled.synthetic else ()))


def read_me(made: Worksheet, filled: Filled) -> None:
    """Write the sheet."""
    one, names = filled.questionnaire, filled.questionnaire.names
    made.column_dimensions["A"].width = 34
    for column in "BCD":
        made.column_dimensions[column].width = 60
    row = line(made, 1, [f"{names['fr']} / {names['en']}"], BOLD)
    for banner in banners(filled):
        row = line(made, row, [words.both(banner)], ALARM)
    first = filled.year - one.years + 1
    confidence = words.CONFIDENCE.get(one.confidence, (one.confidence, one.confidence))
    facts = {
        "recipient": words.both((filled.recipient.get("fr", ""), filled.recipient.get("en", ""))),
        "year": str(filled.year) if first == filled.year else f"{filled.year} ({first}–{filled.year})",
        "transmission": filled.id,
        "prepared": filled.prepared.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "layout": words.both(confidence),
    }
    for fact, text in facts.items():
        row = line(made, row, [words.both(words.FACTS[fact]), text])
    row = _releases(made, row + 1, filled)
    _legend(made, row + 1, filled)


def _releases(made: Worksheet, row: int, filled: Filled) -> int:
    row = line(made, row, [words.both(words.RELEASES)], BOLD)
    row = line(made, row, [words.both(c) for c in words.RELEASE_COLUMNS], BOLD)
    for sheet in filled.sheets:
        release = sheet.release
        said = [str(release), release.provider, release.content_hash] if release else [words.both(words.NOTHING)]
        row = line(made, row, [sheet.layout.id, *said])
    return row


def _legend(made: Worksheet, row: int, filled: Filled) -> None:
    one = filled.questionnaire
    row = line(made, row, [words.both(words.LEGEND)], BOLD)
    for text in (words.NUMBERS, words.EDITING, words.NAMED):
        row = line(made, row, ["", *text])
    for status, word in one.missing.items():
        of = f" ({status})" if status in ("M", "L") else ""
        row = line(made, row, [f"{word.word}{of}", word.texts["fr"], word.texts["en"]])
    for word, mark in ((one.confidential, words.CONFIDENTIAL), (one.unheld, words.UNHELD)):
        row = line(made, row, [f"{word.word} ({words.both(mark)})", word.texts["fr"], word.texts["en"]])
    row = line(made, row + 1, [words.both(words.STATUSES)], BOLD)
    statuses = {code: names for sheet in filled.sheets for code, names in sheet.statuses.items()}
    for code in sorted({c.notes.get(STATUS, "") for *_, c in filled.cells()} - {""}):
        names = statuses.get(code, {})
        row = line(made, row, [code, names.get("fr", ""), names.get("en", "")])
