"""Any publication: which format it is in, and what of it is series, period, value, flag and note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from greffe.errors import BadInput
from greffe.formats.published.json_message import json_lines
from greffe.formats.published.lines import MISSING, PLAIN_MISSING, Columns, Lines, csv_lines, values
from greffe.formats.published.messages import ml_lines
from greffe.formats.published.packed import LARGEST, Content, held, unpacked
from greffe.formats.published.tsv import FLAG, is_tsv, tsv_lines
from greffe.model.published import PublishedValue

ENVELOPE: Final = (
    "DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "LAST UPDATE", "SERIES_KEY", "OBS_KEY",
)  # fmt: skip
VALUE, PERIOD = "OBS_VALUE", "TIME_PERIOD"
_FLAGS: Final = ("OBS_STATUS", FLAG)


def message_lines(content: Content, name: str) -> tuple[str, Lines, tuple[str, ...]] | None:
    """Format, lines and dimensions of what says itself what it is; None for a CSV. Raises as `read_lines` does."""
    begins = content.start()
    start = begins.lstrip(b"\xef\xbb\xbf \r\n\t")[:1]
    if start in (b"<", b"{") and content.size > LARGEST:
        raise BadInput(f"A message larger than {LARGEST >> 20} MiB is not read; send it as SDMX-CSV.", file=name)
    if start == b"<":
        return "SDMX-ML", ml_lines(content.whole(), name), ()
    if start == b"{":
        lines, dimensions = json_lines(content.whole(), name)
        return "SDMX-JSON", lines, dimensions
    if is_tsv(begins):
        lines = tsv_lines(content, name)
        return "TSV", lines, lines.header[: lines.header.index(PERIOD)]
    return None


def read_lines(content: bytes, name: str, columns: Columns | None = None) -> tuple[str, Lines, tuple[str, ...]]:
    """Format, lines and, where the format itself tells them, dimensions. `columns`: how a plain CSV is described; gzip is
    unpacked.

    Raises BadInput naming file, row and column, Unsupported for SDMX-ML where pysdmx is not installed."""
    content = unpacked(content, name)
    message = message_lines(held(content, name), name)
    if message is not None:
        return message
    if columns is not None:
        return "CSV", csv_lines(content, name, columns.named), ()
    lines = csv_lines(content, name)
    if VALUE not in lines.header or PERIOD not in lines.header:
        hint = "Describe the columns of a plain CSV: --series, --period, --value."
        missing = next(c for c in (PERIOD, VALUE) if c not in lines.header)
        raise BadInput("This is no SDMX-CSV.", file=name, row=1, column=missing, hint=hint)
    before = lines.header[: lines.header.index(VALUE)]
    return "SDMX-CSV", lines, tuple(c for c in before if c not in (*ENVELOPE, PERIOD))


def read_published(
    content: bytes, name: str, columns: Columns | None = None, dimensions: Sequence[str] = ()
) -> tuple[str, tuple[PublishedValue, ...]]:
    """Format and values. `dimensions`: those of the dataflow in their order, where it is known; a message that has others
    is refused. Raises as `read_lines` does."""
    kind, lines, told = read_lines(content, name, columns)
    if columns is not None and (kind == "CSV" or not dimensions):
        return kind, values(lines, columns, PLAIN_MISSING if kind == "CSV" else MISSING)
    own = tuple(dimensions) or told
    if not own:
        hint = "Name its dataflow with --dataflow, or its dimensions in order with --series A+B+C."
        raise BadInput("The message does not say which components are dimensions.", file=name, hint=hint)
    other = [c for c in told if c not in own]
    if dimensions and other and kind in ("TSV", "SDMX-JSON", "SDMX-CSV"):
        hint = f"Its dimensions are {', '.join(own)}."
        raise BadInput("The dataflow has no such dimension.", file=name, row=1, column=other[0], hint=hint)
    flag = next((c for c in _FLAGS if c in lines.header), "")
    return kind, values(lines, Columns(own, PERIOD, VALUE, ".", flag))
