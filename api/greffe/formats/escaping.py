"""How each syntax carries any text: XML attributes and content, cells of CSV, JSON. Nowhere else is anything escaped."""

from __future__ import annotations

import json
import re
from typing import Final

from greffe.errors import NotAcceptable

# A line break or tab in an attribute would be read as a blank, and a carriage return anywhere as a line feed.
_XML: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_QUOTED: Final = re.compile('[",\r\n]')


def xml(text: str) -> str:
    """The text for an attribute in double quotes or for content. Raises NotAcceptable for what XML 1.0 cannot carry."""
    forbidden = _NO_XML.search(text)
    if forbidden:
        raise NotAcceptable(
            f"XML 1.0 cannot carry the character U+{ord(forbidden[0]):04X} of {text[:40]!r}.",
            hint="Ask for SDMX-CSV or SDMX-JSON.",
        )
    return text.translate(_XML)


def carried(text: str) -> str:
    """The text with U+FFFD for each character that XML 1.0 cannot carry: for messages that quote a question."""
    return _NO_XML.sub("\ufffd", text)


def csv(text: str) -> str:
    """The text as one cell (RFC 4180): in quotes when it holds a comma, a quote or a line break, quotes doubled."""
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def json_text(value: object) -> str:
    """Any value of plain Python as compact JSON, texts as they are but for what JSON must escape. Raises ValueError on
    NaN, which JSON cannot carry."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
