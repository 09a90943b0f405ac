"""What the command line prints: a table for people, JSON for scripts, one line and an exit code when it fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from greffe.errors import TOLD, BadDefinition, GreffeError

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
    """Print `data` as JSON, or for people: the rows as a table (or the plain values of data), then what to do next."""
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")
        return
    console = Console(highlight=False)
    if columns:
        table = Table(title=escape(title) if title else None, title_justify="left", header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(escape(_plain(row.get(column, ""))) for column in columns))
        console.print(table)
    else:
        if title:
            console.print(f"[bold]{escape(title)}[/bold]")
        for name, value in data.items():
            console.print(f"  {escape(name)}: {escape(_plain(value))}")
    if after:
        console.print(escape(after))


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k}={_plain(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(v) for v in value)
    return "" if value is None else str(value)


def say(text: str, as_json: bool = False) -> None:
    """A line for people, on standard error, kept out of JSON."""
    if not as_json:
        ERRORS.print(escape(text))


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
    """Turn an error of ours into one line (or a JSON object) on standard error and its exit code. Ctrl-C is 130."""
    try:
        yield
    except GreffeError as error:
        if as_json:
            problem = {
                "error": error.title,
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
        else:
            ERRORS.print(f"[bold red]{escape(error.title)}:[/bold red] {escape(error.text())}", soft_wrap=True)
        raise SystemExit(error.exit_code) from error
    except KeyboardInterrupt:
        ERRORS.print("Stopped.")
        raise SystemExit(130) from None
