"""Cells that are not free for publication lose their value before a draft is written (QR-CNF-03)."""

from __future__ import annotations

from greffe.arrow import text
from greffe.engine import Connection, quoted
from greffe.model.findings import INFO, Finding
from greffe.protection.primary import Target
from greffe.protection.rounding import keep_apart


def suppress(connection: Connection, target: Target) -> tuple[Finding, ...]:
    """Empty every value of the table whose CONF_STATUS is not F: OBS_STATUS becomes Q, the marker stays, the value goes to
    the table APART. Returns one finding a cell, without the value. A computed cell with a confidential operand carries that
    operand's CONF_STATUS (mapping), so a total does not give the part away here; `protect` sees to the rest (QR-CNF-02)."""
    name, structure = quoted(target.table), target.structure
    dims = ", ".join(quoted(d) for d in structure.dimension_ids)
    hidden = connection.execute(
        f"SELECT {dims}, TIME_PERIOD, CONF_STATUS FROM {name} "
        "WHERE CONF_STATUS <> 'F' AND OBS_VALUE IS NOT NULL ORDER BY ALL"
    ).fetchall()
    keep_apart(connection, target, f"SELECT * FROM {name} WHERE CONF_STATUS <> 'F'")
    connection.execute(
        f"UPDATE {name} SET OBS_VALUE = NULL, OBS_TEXT = NULL, OBS_STATUS = 'Q' "
        "WHERE CONF_STATUS <> 'F' AND OBS_VALUE IS NOT NULL"
    )
    return tuple(
        Finding(
            rule="QR-CNF-03",
            severity=INFO,
            key=dict(zip(structure.dimension_ids, map(text, row), strict=False)),
            period=text(row[-2]),
            messages={
                "en": f"The value is confidential (CONF_STATUS {row[-1]}): published empty, OBS_STATUS Q.",
                "fr": f"Valeur confidentielle (CONF_STATUS {row[-1]}) : publiée vide, OBS_STATUS Q.",
            },
        )
        for row in hidden
    )
