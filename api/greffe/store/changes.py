"""What changed between two releases, each way as rows in normal form: those that are new or revised, those that vanished."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from greffe.arrow import pa, pq
from greffe.store.arrays import Codes, Flags, Ints, strings, taken
from greffe.store.coded import VALUE, Coded, Layout, Observed, combined, in_words, series_starts
from greffe.store.difference import difference

_ACTION, _STEP = "ACTION", "#step"


def compared(new: Observed, old: Observed, gone: bool) -> Observed:
    """By comparing both: rows of `new` that `old` lacks or has otherwise, or the keys of `old` that `new` lacks."""
    found = difference(new, old)
    action = found.columns[_ACTION]
    deleted = action.codes == action.words.index("D") if "D" in action.words else np.zeros(len(found.values), np.bool_)
    columns = {n: c for n, c in found.columns.items() if n != _ACTION}
    return _at(new.layout, columns, found.values, np.flatnonzero(deleted == gone))


def folded(steps: Sequence[Path], layout: Layout, gone: bool) -> Observed:
    """By what each release changed (difference.parquet, oldest first): the last word on a key counts, and a key that came
    and went is left out."""
    names = (_ACTION, *layout.key, VALUE, *layout.attributes)
    tables = []
    for number, path in enumerate(steps):
        known = pq.read_schema(path).names
        table = pq.read_table(path, columns=[n for n in names if n in known])
        tables.append(table.append_column(_STEP, pa.array(np.full(table.num_rows, number), pa.int64())))
    whole = pa.concat_tables(tables, promote_options="default")
    nothing = Coded((), np.full(whole.num_rows, -1, np.int32))
    present = whole.column_names
    columns = {n: in_words(whole.column(n)) if n in present else nothing for n in names if n != VALUE}
    values = strings(whole.column(VALUE))
    keys = combined([columns[n].codes for n in layout.key], [len(columns[n].words) for n in layout.key])
    order = np.argsort(keys, kind="stable")  # the steps of a key stay in order
    rows = _settled(order, keys[order], columns.pop(_ACTION), gone)
    return _at(layout, columns, values, rows)


def _settled(order: Ints, keys: Ints, actions: Coded, gone: bool) -> Ints:
    """The row with the last word on each key, where it is one of those wanted."""
    if not len(order):
        return order
    new: Flags = np.concatenate([[True], keys[1:] != keys[:-1]])
    first, last = order[new], order[np.concatenate([new[1:], [True]])]
    deleted = _is(actions, "D", last)
    return np.asarray(last[deleted & ~_is(actions, "I", first) if gone else ~deleted], np.int64)


def _is(actions: Coded, word: str, rows: Ints) -> Flags:
    place = actions.words.index(word) if word in actions.words else -2
    return np.asarray(actions.codes[rows] == place, np.bool_)


def _at(layout: Layout, columns: dict[str, Coded], values: pa.StringArray, rows: Ints) -> Observed:
    """Those rows, which are in order of their keys."""
    chosen = {n: _used(c.at(rows)) for n, c in columns.items()}
    return Observed(layout, chosen, taken(values, rows), series_starts(chosen, layout))


def _used(column: Coded) -> Coded:
    """Without the words that no row has."""
    distinct = np.unique(column.codes)
    used = distinct[distinct >= 0]
    places: Codes = np.full(len(column.words) + 1, -1, np.int32)
    places[used] = np.arange(len(used), dtype=np.int32)
    return Coded(tuple(column.words[int(n)] for n in used), places[column.codes])
