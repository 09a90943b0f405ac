"""CSV: comma, semicolon or tab; UTF-8 with or without byte order mark, Latin-1 when declared; CRLF or LF.

Rows are counted as records, the header being 1: a quoted field with line breaks in it is part of one record. Only what
is said of single bytes (encoding, NUL) counts physical lines. A file with quotes is read twice, strictly and then fast:
the fast parser is lenient about quotes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from greffe.arrow import arrow_csv, pa
from greffe.errors import BadInput, nearest
from greffe.ingest.look import Look, cr_alone, decoded, look
from greffe.ingest.report import File, ReadOptions
from greffe.ingest.stage import TEXT

DELIMITERS: Final = {"comma": ",", "semicolon": ";", "tab": "\t"}
ENCODINGS: Final = {
    "utf-8": "utf-8", "utf8": "utf-8", "utf-8-sig": "utf-8", "latin-1": "latin-1", "latin1": "latin-1",
    "iso-8859-1": "latin-1",
}  # fmt: skip
BLOCK: Final = 4 << 20  # bytes parsed at a time: bounds the memory
LONGEST_HEADER: Final = 1 << 20


def header(file: File, options: ReadOptions) -> list[str]:
    """Names of the columns. Raises BadInput when the first line cannot be read as text."""
    return _split(*_first_line(file, options))


def batches(file: File, names: list[str], options: ReadOptions) -> Iterator[pa.RecordBatch]:
    """The rows as text, in order of the file; an empty field is ''. Raises BadInput naming the row."""
    encoding = _encoding(options)
    _, delimiter = _first_line(file, options)
    seen = look(file, encoding)
    if seen.records == 1 and not seen.quotes:
        raise BadInput("There is a header and no row.", file=file.name, row=1)
    if seen.quotes and (wrong := _located(file, names, delimiter, encoding)):
        raise wrong
    count = 0
    try:
        for batch in _parsed(file.path, names, delimiter, encoding, seen):
            count += batch.num_rows
            yield batch
    except pa.ArrowInvalid as error:
        raise _located(file, names, delimiter, encoding) or BadInput(
            "It cannot be read as CSV.", file=file.name
        ) from error
    if count + 1 != seen.records and not seen.quotes and (wrong := _located(file, names, delimiter, encoding)):
        raise wrong
    if not count:
        raise BadInput("There is a header and no row.", file=file.name, row=1)


def _parsed(path: Path, names: list[str], delimiter: str, encoding: str, seen: Look) -> Iterator[pa.RecordBatch]:
    reader = arrow_csv.open_csv(
        path,
        read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1, encoding=encoding, block_size=BLOCK),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=seen.quotes > 0),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, TEXT), strings_can_be_null=False, quoted_strings_can_be_null=False
        ),
    )
    with reader:
        yield from reader


def _encoding(options: ReadOptions) -> str:
    found = ENCODINGS.get(options.encoding.lower())
    if found is None:
        raise BadInput(
            f"{options.encoding!r} is no encoding that is read here.",
            parameter="--encoding",
            nearest=nearest(options.encoding, ENCODINGS) or ("utf-8", "latin-1"),
        )
    return found


def _first_line(file: File, options: ReadOptions) -> tuple[str, str]:
    """The header line without its end, and the delimiter: the declared one, else the one that makes most fields."""
    encoding = _encoding(options)
    with file.path.open("rb") as source:
        raw = source.readline(LONGEST_HEADER)
    if len(raw) == LONGEST_HEADER and not raw.endswith(b"\n"):
        if b"\r" in raw:
            raise cr_alone(file)
        raise BadInput("The first line does not end within a million bytes: this is no CSV.", file=file.name, row=1)
    line = decoded(raw, file, encoding).rstrip("\r\n")
    if options.delimiter:
        declared = DELIMITERS.get(options.delimiter, options.delimiter.replace("\\t", "\t"))
        if declared not in DELIMITERS.values():
            raise BadInput(
                f"{options.delimiter!r} is no separator that is read here.",
                parameter="--delimiter",
                nearest=nearest(options.delimiter, DELIMITERS) or tuple(DELIMITERS),
            )
        return line, declared
    return line, max(DELIMITERS.values(), key=lambda d: len(_split(line, d)))


def _split(line: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(line), delimiter=delimiter), [])


def _located(file: File, names: list[str], delimiter: str, encoding: str) -> BadInput | None:
    """Read record by record, slowly, to say which one is wrong; None when each is as wide as the header."""
    number, empty = 0, 0
    with file.path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="") as source:
        reader = csv.reader(source, delimiter=delimiter, strict=True)
        try:
            for number, record in enumerate(reader, 1):
                if not record:
                    empty = empty or number
                elif empty:
                    return BadInput("An empty line stands between the rows.", file=file.name, row=empty)
                elif len(record) != len(names):
                    return _uneven(file, number, len(record), names, cut=not any(reader))
        except csv.Error:
            return _unclosed(file, number + 1)
    return None


def _uneven(file: File, row: int, fields: int, names: list[str], cut: bool) -> BadInput:
    if cut and fields < len(names):
        return BadInput(
            f"The last row has {fields} of {len(names)} fields: the file is cut short.",
            file=file.name,
            row=row,
            column=names[fields],
            hint="Ask for the file again.",
        )
    return BadInput(
        f"The row has {fields} fields, the header has {len(names)}.",
        file=file.name,
        row=row,
        column=names[fields] if fields < len(names) else "",
        hint="A separator within a value needs quotes around the value.",
    )


def _unclosed(file: File, row: int) -> BadInput:
    return BadInput(
        "A quoted field that starts in this row is not closed, or goes on after its closing quote.",
        file=file.name,
        row=row,
        hint="The file may be cut short; a quote within a quoted field is written twice.",
    )
