"""SSSOM TSV becomes a representation map again, or problems that name the line of the file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from greffe.catalogue.yaml_tree import read_yaml
from greffe.errors import BadDefinition, BadInput, nearest, unreadable
from greffe.mapping.exchange.incoming import Incoming, Record, incoming, ordered, unknown_state
from greffe.mapping.exchange.sets import Column, MappingSet, Signed
from greffe.mapping.exchange.sssom_words import (
    COLUMNS,
    CONFIDENCE,
    CURATED,
    DERIVED,
    KIND_OF,
    NO_TERM,
    PREDICATES,
    TITLES,
    curie_map,
    urn_of,
    values_of,
)

_REQUIRED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification", "row_id", "confidence_word")
LARGEST: Final = 64 << 20  # bytes
LONGEST_HEAD: Final = 64 << 10  # characters above the table; ours has three thousand
csv.field_size_limit(max(csv.field_size_limit(), 1 << 24))


def read_sssom(content: bytes, file: str, base: MappingSet) -> Incoming:
    """The rows as they would stand in the place of `base`.

    Raises BadInput for a file that is none of this kind or of another map; what is wrong in a row is a problem.
    """
    if len(content) > LARGEST:
        raise BadInput(f"It is larger than {LARGEST >> 20} MiB.", file=file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"It is not UTF-8 at byte {error.start}.", file=file) from error
    metadata, body, above = _split(text, file)
    _check_set(metadata, file, base)
    records = list(_records(body, above, file))
    if not records:
        raise BadInput("There is no header line of the columns.", file=file, row=above + 1)
    header = records[0][1]
    _check_header(header, file, records[0][0])
    problems = unknown_state(file, base, _told(metadata, "checksum", file))
    rows: list[tuple[int | None, Record]] = []
    signed: dict[str, Signed] = {}
    for line, cells in records[1:]:
        try:
            row = _Line(file, line, header, cells)
            rows.append((row.priority(), row.record(base)))
            signed[row.cells["row_id"]] = row.signed()
        except BadInput as error:
            problems.append(error)
    said = {k: s for k, s in signed.items() if s != Signed()}
    titles = TITLES | {c.name: "subject_id" if c.side == "source" else "object_id" for c in base.columns}
    return incoming(file, base, ordered(rows), problems, said, titles)


def _split(text: str, file: str) -> tuple[Mapping[str, object], str, int]:
    """The metadata, the table, and the number of lines above it."""
    lines = text.split("\n")
    above = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    if sum(map(len, lines[:above])) > LONGEST_HEAD:
        raise BadInput(f"More than {LONGEST_HEAD} characters stand above the table.", file=file, row=1)
    head = "\n".join(line[2:] if line.startswith("# ") else line[1:] for line in lines[:above])
    try:
        found = read_yaml(head.encode(), file).value
    except BadDefinition as error:
        raise BadInput(error.message, file=file, row=error.row, column=error.column, hint=error.hint) from error
    if not isinstance(found, dict):
        raise BadInput("It begins without the metadata of a mapping set.", file=file, row=1)
    return {str(k): v for k, v in found.items()}, "\n".join(lines[above:]), above


def _told(metadata: Mapping[str, object], slot: str, file: str) -> str:
    """What a slot says in one text; several are joined as SSSOM joins them; '' when it says nothing."""
    found = metadata.get(slot)
    parts = found if isinstance(found, list) else [] if found is None else [found]
    if not all(isinstance(part, str | int | float) for part in parts):
        raise BadInput("A text is expected here.", file=file, parameter=slot)
    return "|".join(map(str, parts))


def _check_set(metadata: Mapping[str, object], file: str, base: MappingSet) -> None:
    """The file is of this map: same id (and so same agency), same prefixes, same columns."""
    found, wanted = _told(metadata, "mapping_set_id", file), urn_of(base)
    if found != wanted:
        hint = "Export the map that you mean to change, and change that file."
        raise BadInput(
            f"It is the mapping set {found!r}, not {wanted}.", file=file, parameter="mapping_set_id", hint=hint
        )
    prefixes = metadata.get("curie_map")
    for prefix, expansion in curie_map(base).items():
        said = _told(prefixes, prefix, file) if isinstance(prefixes, dict) else ""
        if said not in ("", expansion):
            raise BadInput(f"{prefix}: stands for {said}, not {expansion}.", file=file, parameter="curie_map")
    for slot, columns in (("source_columns", base.table.sources), ("target_columns", base.table.targets)):
        said = _told(metadata, slot, file)
        if slot in metadata and said != "|".join(columns):
            raise BadInput(f"They are {'|'.join(columns)}, found {said}.", file=file, parameter=slot)


def _records(body: str, above: int, file: str) -> Iterator[tuple[int, list[str]]]:
    line = 1
    try:
        reader = csv.reader(io.StringIO(body, newline=""), delimiter="\t", strict=True)
        for cells in reader:
            if any(cells):
                yield above + line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(f"It is not TSV: {unreadable(error)}.", file=file, row=above + line) from error


def _check_header(header: Sequence[str], file: str, line: int) -> None:
    known = (*COLUMNS, *DERIVED, "predicate_modifier")
    for name in header:
        if name not in known:
            raise BadInput("The column is not known.", file=file, row=line, column=name, nearest=nearest(name, known))
        if header.count(name) > 1:
            raise BadInput("The column stands twice.", file=file, row=line, column=name)
    for name in _REQUIRED:
        if name not in header:
            raise BadInput("The column is missing.", file=file, row=line, column=name)


class _Line:
    """One mapping of the file."""

    def __init__(self, file: str, line: int, header: Sequence[str], cells: Sequence[str]) -> None:
        self.file, self.line = file, line
        if len(cells) != len(header):
            raise self.wrong(f"{len(header)} cells are expected, found {len(cells)}.")
        self.cells: Mapping[str, str] = dict.fromkeys(COLUMNS, "") | dict(zip(header, cells, strict=True))

    def wrong(self, message: str, column: str = "", known: Sequence[str] = (), found: str = "") -> BadInput:
        """The problem with this line."""
        hint = f"Known here: {', '.join(known)}." if known else ""
        return BadInput(message, file=self.file, row=self.line, column=column, hint=hint, nearest=nearest(found, known))

    def priority(self) -> int | None:
        """The rank the line asks for, None when it stands where it stands."""
        text = self.cells["priority"]
        if text and not (text.isascii() and text.isdigit()):
            raise self.wrong(f"{text!r} is no whole number.", "priority")
        return int(text[:18]) if text else None

    def record(self, base: MappingSet) -> Record:
        """The line as a row of the CSV file."""
        kind = self._kind()
        sources = [c for c in base.columns if c.side == "source"]
        targets = [c for c in base.columns if c.side == "target"]
        found = dict(zip([c.name for c in sources], self._values("subject_id", "source", sources), strict=True))
        if self.cells["object_id"] == NO_TERM:
            found |= dict.fromkeys([c.name for c in targets], "")
        else:
            found |= dict(zip([c.name for c in targets], self._values("object_id", "target", targets), strict=True))
        self._check_words()
        own = {name: self.cells[name] for name in ("row_id", "valid_from", "valid_to", "reference")}
        said = {"match": self.cells["match"] or "exact", "kind": kind, "reason": self.cells["comment"]}
        return Record(self.line, found | own | said | {"confidence": self.cells["confidence_word"]})

    def _kind(self) -> str:
        predicate, kind = self.cells["predicate_id"], self.cells["kind"]
        if predicate not in KIND_OF:
            raise self.wrong(f"{predicate!r} is not a predicate of ours.", "predicate_id", tuple(KIND_OF), predicate)
        if kind and kind not in PREDICATES:
            raise self.wrong(f"{kind!r} is not known here.", "kind", tuple(PREDICATES), kind)
        if kind and PREDICATES[kind] != predicate:
            raise self.wrong(f"Kind {kind} is {PREDICATES[kind]}, found {predicate}.", "predicate_id")
        if not kind and self.cells["object_id"] == NO_TERM:
            raise self.wrong(f"A row with {NO_TERM} says by its kind why.", "kind", tuple(PREDICATES)[4:])
        return kind or KIND_OF[predicate]

    def _values(self, slot: str, side: str, columns: Sequence[Column]) -> list[str]:
        try:
            return values_of(self.cells[slot], side, columns)
        except ValueError as error:
            raise self.wrong(f"{error}.", slot) from error

    def _check_words(self) -> None:
        if self.cells.get("predicate_modifier"):
            raise self.wrong("A negated mapping is no decision of ours.", "predicate_modifier")
        justification = self.cells["mapping_justification"]
        if justification != CURATED:
            said = f"is {justification!r}" if justification else "is missing"
            raise self.wrong(
                f"The justification {said}: a row is the decision of a person.", "mapping_justification", (CURATED,)
            )
        word, number = self.cells["confidence_word"], self.cells["confidence"]
        if word in CONFIDENCE and number and not _equal(number, CONFIDENCE[word]):
            raise self.wrong(f"Confidence {word} is {CONFIDENCE[word]}, found {number}.", "confidence")

    def signed(self) -> Signed:
        """What the line says people signed."""
        authors, reviewers = self._people("author_id"), self._people("reviewer_id")
        text = self.cells["review_comments"]
        try:
            comments: object = json.loads(text) if text else []
        except (ValueError, RecursionError) as error:
            raise self.wrong("The comments are no JSON list of texts.", "review_comments") from error
        if not isinstance(comments, list) or not all(isinstance(c, str) for c in comments):
            raise self.wrong("The comments are no JSON list of texts.", "review_comments")
        if len(authors) > 1:
            raise self.wrong("A row has one author.", "author_id")
        return Signed(
            authors[0] if authors else "", reviewers, self.cells["status"], self.cells["mapping_date"],
            tuple(str(c) for c in comments),
        )  # fmt: skip

    def _people(self, slot: str) -> tuple[str, ...]:
        try:
            parts = [part for part in self.cells[slot].split("|") if part]
            return tuple(values_of(part, "person", (Column("person", ""),))[0] for part in parts)
        except ValueError as error:
            raise self.wrong(f"{error}.", slot) from error


def _equal(found: str, wanted: str) -> bool:
    """0.5, .5 and 0.50 are the same number."""
    return f"0{found}".strip("0").rstrip(".") == f"0{wanted}".strip("0").rstrip(".")
