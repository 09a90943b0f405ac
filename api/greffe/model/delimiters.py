"""How the cells of a CSV are parted: spreadsheets write semicolons where numbers have a decimal comma (in French, say)."""

from __future__ import annotations

COMMA, SEMICOLON = ",", ";"


def delimiter(text: str) -> str:
    """`;` where the header has more of them than commas, else `,`. No cell of a header of ours holds either."""
    header = text.partition("\n")[0]
    return SEMICOLON if header.count(SEMICOLON) > header.count(COMMA) else COMMA
