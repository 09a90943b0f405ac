"""Contributions in the demonstration: cells wait for a person of the prison administration, a workbook is out at a house without
an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from greffe.cli.demo_cast import TRANSMITTER, out
from greffe.release.parts import Parts
from greffe.transmission.contributions.acts import extend
from greffe.transmission.contributions.book_out import export

PRISONS, CASSATION = "UN_CTS-2025-DAP", "CEPEJ-2024-CCASS"
LEFT: Final = timedelta(days=21)


def houses(parts: Parts) -> None:
    """Done once; a second start finds it."""
    if parts.ledger().contributions:
        return
    until = (parts.clock() + LEFT).replace(hour=17, minute=0, second=0, microsecond=0)
    for id_ in (PRISONS, CASSATION):
        extend(parts, TRANSMITTER, id_, until, "The demonstration begins late.")
    made, book = export(parts, TRANSMITTER, CASSATION)
    folder = parts.settings.home / "outbox" / "houses"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{CASSATION}-{made.number}.xlsx"
    file.write_bytes(book)
    out.print(f"  contribution {PRISONS} waits for its house; the workbook of {CASSATION} is {file}")
