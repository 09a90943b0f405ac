"""What the command line prints: a table for people, JSON for scripts, one line and an exit code when it fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from greffe.cli.denied import acts, record
from greffe.cli.language import colon, heading, here
from greffe.errors import TOLD, BadDefinition, Denied, GreffeError, of_the_disk
from greffe.french import tell, tell_text

_EDGES = 3  # columns that each column takes beside its text
ERRORS = Console(stderr=True, highlight=False)


def show(
    data: Mapping[str, object],
    as_json: bool,
    *,
    rows: Sequence[Mapping[str, object]] = (),
    columns: Sequence[str] = (),
    title: str = "",
    after: str = "",
) -> None:
    """Print `data` as JSON, or for people: the rows as a table (or the plain values of data), then what to do next.

    `title` and `after` are sentences of ours in English, told in the language of the command."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    console = Console(highlight=False)
    if columns:
        console.print(_table(_told(title), columns, rows, console.width), crop=False, overflow="ignore")
    else:
        if title:
            console.print(f"[bold]{escape(_told(title))}[/bold]")
        lang = here()
        for name, value in data.items():
            console.print(f"  {escape(heading(name, lang))}{colon(lang)} {escape(_plain(value))}")
    if after:
        console.print(escape(_told(after)))


def _table(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, object]], width: int) -> Table:
    """The rows as a table as wide as the terminal. No word is broken, for an id that is folded cannot be copied: where the
    terminal is too narrow for that, it wraps the lines itself."""
    lang = here()
    heads = [heading(column, lang) for column in columns]
    texts = [
        [head, *(_plain(row.get(column, "")) for row in rows)] for head, column in zip(heads, columns, strict=True)
    ]
    table = Table(title=escape(title) if title else None, title_justify="left", header_style="bold")
    for head, wide in zip(heads, _widths(texts, width - _EDGES * len(columns) - 1), strict=True):
        table.add_column(head, overflow="fold", width=wide)
    for place in range(len(rows)):
        table.add_row(*(escape(cells[place + 1]) for cells in texts))
    table.width = sum(c.width or 0 for c in table.columns) + _EDGES * len(columns) + 1
    return table


def _widths(texts: Sequence[Sequence[str]], available: int) -> list[int]:
    """The width of each column: as much as its longest line takes where there is room for all, never less than its longest
    word, and between them what is left, shared by what each lacks."""
    least = [max((cell_len(word) for text in cells for word in text.split()), default=1) for cells in texts]
    whole = [max(cell_len(line) for text in cells for line in (text.splitlines() or [""])) for cells in texts]
    lacking = [max(0, w - one) for w, one in zip(whole, least, strict=True)]
    spare = min(max(0, available - sum(least)), sum(lacking))
    return [one + spare * more // max(1, sum(lacking)) for one, more in zip(least, lacking, strict=True)]


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={_plain(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(v) for v in value)
    return "" if value is None else str(value)


def say(text: str, as_json: bool = False) -> None:
    """A sentence of ours for people, on standard error, kept out of JSON; told in the language of the command."""
    if not as_json:
        ERRORS.print(escape(_told(text)))


def line(text: str) -> None:
    """A sentence of ours on standard output, as wide as it is; told in the language of the command."""
    typer.echo(_told(text))


def _told(text: str) -> str:
    """Line by line: one without French does not keep the others in English."""
    lang = here()
    return "\n".join(tell_text(one, lang) for one in text.split("\n"))


@contextmanager
def progress(title: str, quiet: bool) -> Iterator[Progress]:
    """A progress bar on standard error; silent where nobody watches (no terminal, or --json)."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        console=ERRORS,
        transient=True,
        disable=quiet or not ERRORS.is_terminal,
    )
    with bar:
        bar.add_task(title, total=None, note="")
        yield bar


@contextmanager
def failing(as_json: bool) -> Iterator[None]:
    """Turn an error of ours into one line (or a JSON object) on standard error and its exit code. Ctrl-C is 130. What is
    denied to a known person is recorded."""
    acts(None, None)
    try:
        yield
    except GreffeError as error:
        if isinstance(error, Denied):
            record()
        _tell_error(error, as_json)
        raise SystemExit(error.exit_code) from error
    except OSError as error:
        found = of_the_disk(error)
        if found is None:
            raise
        _tell_error(found, as_json)
        raise SystemExit(found.exit_code) from error
    except KeyboardInterrupt:
        ERRORS.print("Arrêté." if here() == "fr" else "Stopped.")
        raise SystemExit(130) from None


def _tell_error(error: GreffeError, as_json: bool) -> None:
    """One line, or a JSON object, on standard error."""
    if not as_json:
        lang = here()
        told = tell(error, lang)
        title = tell_text(error.called, lang) if error.called else told.title
        ERRORS.print(f"[bold red]{escape(title)}{colon(lang)}[/bold red] {escape(told.text)}", soft_wrap=True)
        return
    problem = {
        "error": error.called or error.title,
        "message": error.message,
        "file": error.file,
        "row": error.row,
        "column": error.column,
        "parameter": error.parameter,
        "nearest": list(error.nearest),
        "hint": error.hint,
    }
    if isinstance(error, BadDefinition) and error.others:
        problem["others"] = [one.alone() for one in error.others[: TOLD - 1]]
        problem["count"] = 1 + len(error.others)
    sys.stderr.write(json.dumps(problem, ensure_ascii=False) + "\n")
