"""A questionnaire as it was signed, held against the one that its recipient asks for by now: its cells, questions and words."""

from __future__ import annotations

from dataclasses import replace

from greffe.catalogue.catalogue import Catalogue
from greffe.catalogue.questionnaires import Questionnaire
from greffe.errors import Refused
from greffe.model.transmissions import SentFile, Transmission
from greffe.release.parts import Parts
from greffe.transmission.files import Content, Headed, asking, content, filled, sources_of, told_answers
from greffe.transmission.rights import HINT
from greffe.transmission.workbooks import kind_of
from greffe.transmission.workbooks.filled import Cell, Column, Filled, NoCell, Row


def still_laid_out(parts: Parts, now: Catalogue, then: Catalogue, this: tuple[Transmission, SentFile]) -> None:
    """Raises Refused for a file of a questionnaire that would be laid out otherwise by now, or whose answers would be other
    observations. It is filled again, both ways, only where the questionnaire or a list of it changed."""
    one, file = this
    whole = kind_of(file.format) is not None
    id_ = file.format.partition(":")[2] if whole else _asking(then, file)
    if not id_:
        return
    asked = now.questionnaires.get(id_)
    if asked is None:
        raise Refused(
            f"{file.name} was built for the questionnaire {id_}, which is in force no more: it does not leave.",
            hint=HINT,
        )
    if _same(parts, (then, then.questionnaires[id_]), (now, asked)):
        return
    said = content(parts, Headed(one.id, one.test, one.prepared, one.year, one.recipient), file)
    if whole:
        _same_cells(file.name, filled(parts, then, said), _filled_now(parts, now, said, file.name))
    elif told_answers(parts, then, said) != told_answers(parts, now, said):
        raise Refused(
            f"{file.name} holds answers to {id_}, which asks for them otherwise by now: it does not leave.", hint=HINT
        )


def _asking(then: Catalogue, file: SentFile) -> str:
    """The questionnaire whose answers are in a file of observations, '' for none."""
    found = asking(then, file.dataflow.id) if file.answers else None
    return found.id if found else ""


def _same(parts: Parts, was: tuple[Catalogue, Questionnaire], is_: tuple[Catalogue, Questionnaire]) -> bool:
    """Whether nothing changed by which it is laid out: the questionnaire, and the structures, lists and names of its sheets."""
    if _words(was[1]) != _words(is_[1]):
        return False
    return sources_of(parts, *was, ()) == sources_of(parts, *is_, ())


def _filled_now(parts: Parts, now: Catalogue, said: Content, name: str) -> Filled:
    try:
        return filled(parts, now, said)
    except NoCell as error:
        raise Refused(
            f"{name}: {said.format.partition(':')[2]} has no cell by now for figures of {error.flow} ({error.figures}); the first: "
            f"{error.first}. It does not leave.",
            hint=HINT,
        ) from error


def _same_cells(name: str, was: Filled, is_: Filled) -> None:
    """Raises Refused for what is laid out otherwise, by the first cell where there is one."""
    id_ = was.questionnaire.id
    before, after = _cells(was), _cells(is_)
    gone, came = [c for c in before if c not in after], [c for c in after if c not in before]
    if gone or came:
        raise Refused(
            f"{name} was built for other cells of {id_} than are asked by now; the first: {(gone or came)[0]}. "
            f"Gone: {len(gone)}; new: {len(came)}. It does not leave.",
            hint=HINT,
        )
    other = next((c for c in before if before[c] != after[c]), "")
    if other:
        raise Refused(f"{name}: {id_} asks {other} otherwise by now. It does not leave.", hint=HINT)
    if was.sheets != is_.sheets or _words(was.questionnaire) != _words(is_.questionnaire):
        raise Refused(
            f"{name} was built for another layout of {id_} than is asked by now: it does not leave.", hint=HINT
        )


def _cells(book: Filled) -> dict[str, tuple[str, Row, Column, Cell]]:
    """Name → all that stands of a cell, but for the other cells of its row."""
    return {cell.name: (sheet.layout.id, _alone(row), column, cell) for sheet, row, column, cell in book.cells()}


def _alone(row: Row) -> Row:
    return replace(row, heading=(), cells=(), layout=replace(row.layout, cells={}, names={}, across={}))


def _words(one: Questionnaire) -> Questionnaire:
    """Without where it is from, which changes nothing of what is asked."""
    return replace(one, file="", reference="", confidence="")
