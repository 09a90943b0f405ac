"""The list of questions as a workbook: a sheet for each recipient, with room for an answer, a name and a date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from greffe.mapping.doubts.collect import Doubt
from greffe.mapping.doubts.figures import Figure
from greffe.mapping.doubts.words import CONFIDENCES, SUBJECT_NAMES
from greffe.mapping.exchange.books import LONGEST, put, saved
from greffe.mapping.exchange.workbook_words import README, safe

ANSWERS: Final = ("oui - yes", "non - no", "à préciser - to be refined")
# Column → its title and width; the last four are for the expert.
COLUMNS: Final = (
    ("N°", 6), ("Service / House", 12), ("Objet / Subject", 24), ("Confiance / Confidence", 14), ("Question (fr)", 60),
    ("Question (en)", 60), ("Source", 30), ("Cible / Target", 30), ("Motif / Reason", 60), ("Référence / Reference", 16),
    ("Poids, % / Weight, %", 14), ("Valeur actuelle / Present value", 20), ("Période / Period", 10),
    ("Jeu de données / Dataset", 24), ("Où / Where", 40),
    ("Réponse / Answer", 22), ("Précisions / Details", 40), ("Nom / Name", 18), ("Date", 12),
)  # fmt: skip
OWN: Final = 4
_BOLD: Final = Font(bold=True)
_WRAP: Final = Alignment(wrap_text=True, vertical="top")
_FRONT: Final = (
    ("Ce qui reste à confirmer par un expert", "What an expert must confirm"),
    ("Une feuille par destinataire, triée par service puis du moins sûr au plus sûr. Seules les quatre dernières colonnes "
     "se remplissent : réponse, précisions, nom, date.",
     "A sheet for each recipient, sorted by house, then from least to most sure. Only the last four columns are to be filled "
     "in: answer, details, name, date."),
    ("Rien de ce qui suit n’a été confirmé par un destinataire. « recalled » : de mémoire ; « inferred » : déduit ; "
     "« synthetic » : créé pour ce projet, à remplacer.",
     "None of this was confirmed by a recipient. recalled: from memory; inferred: concluded; synthetic: made for this project, "
     "to be replaced."),
    ("Poids : d’une décision, la part des valeurs internes de même unité qui passent par elle dans le jeu de données nommé, ou, "
     "« lignes », la part des lignes (rien ne s’y additionne, ou une cellule y est confidentielle) ; d’une cellule ou d’un code, "
     "« observations », la part des observations. Valeur actuelle : celle de la dernière période ; de plusieurs cellules, leur "
     "nombre, la plus petite et la plus grande. Vide : aucun jeu diffusé n’est concerné.",
     "Weight: of a decision, the share of the internal values of the same unit that pass through it in the dataset named, or, "
     "“rows”, the share of rows (nothing adds up, or a cell is confidential); of a cell or code, “observations”, the share of "
     "observations. Present value: of the latest period; of several cells their number, the smallest and the largest. Empty: no "
     "released dataset is concerned."),
)  # fmt: skip


def write_doubts(found: Sequence[Doubt], figures: Mapping[str, Figure] | None = None) -> bytes:
    """The workbook; equal questions and figures make equal bytes. `figures`: place of a doubt → what hangs on it."""
    weighed = figures or {}
    book = Workbook()
    front = book.worksheets[0]
    front.title = README
    recipients = list(dict.fromkeys(d.recipient for d in found))
    _front(front, found, recipients)
    for recipient in recipients:
        _sheet(book.create_sheet(recipient), [d for d in found if d.recipient == recipient], weighed)
    for sheet in book.worksheets:
        sheet.protection.sheet = True
        for allowed in ("formatColumns", "formatRows", "autoFilter", "sort"):
            setattr(sheet.protection, allowed, False)  # the attribute says what is forbidden
    return saved(book)


def _front(sheet: Worksheet, found: Sequence[Doubt], recipients: Sequence[str]) -> None:
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 70, 70
    number = 0
    for number, line in enumerate(_FRONT, 1):
        for place, text in enumerate(line, 1):
            put(sheet, number, place, text).alignment = _WRAP
    counts = Counter((d.recipient, d.confidence) for d in found)
    number += 2
    for place, text in enumerate(("Destinataire / Recipient", *CONFIDENCES), 1):
        put(sheet, number, place, text).font = _BOLD
    for recipient in recipients:
        number += 1
        put(sheet, number, 1, recipient)
        for place, confidence in enumerate(CONFIDENCES, 2):
            put(sheet, number, place, str(counts[recipient, confidence]))


def _sheet(sheet: Worksheet, found: Sequence[Doubt], figures: Mapping[str, Figure]) -> None:
    for place, (title, width) in enumerate(COLUMNS, 1):
        put(sheet, 1, place, title).font = _BOLD
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "B2"
    last = len(found) + 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{last}"
    for number, doubt in enumerate(found, 2):
        for place, text in enumerate(_line(doubt, number - 1, figures.get(doubt.place, Figure(""))), 1):
            put(sheet, number, place, safe(text)[:LONGEST]).alignment = _WRAP
        for place in range(len(COLUMNS) - OWN + 1, len(COLUMNS) + 1):
            put(sheet, number, place, "").protection = Protection(locked=False)
    choice = DataValidation(type="list", formula1=f'"{",".join(ANSWERS)}"', allow_blank=True, errorStyle="warning")
    letter = get_column_letter(len(COLUMNS) - OWN + 1)
    choice.add(f"{letter}2:{letter}{last}")
    sheet.add_data_validation(choice)


def _line(doubt: Doubt, number: int, figure: Figure) -> tuple[str, ...]:
    return (
        str(number), ", ".join(doubt.houses), " / ".join(SUBJECT_NAMES[doubt.subject]), doubt.confidence, *doubt.question,
        doubt.source, doubt.target, doubt.reason, doubt.reference, figure.shown, figure.value, figure.period, figure.dataset, doubt.place,
    )  # fmt: skip
