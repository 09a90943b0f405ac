"""Findings are put in the order in which the engine would have put them."""

from __future__ import annotations

import random

import duckdb

from greffe.validation.run import _place

TEXTS = ("", "A", "B", "a", "Z", "_Z", "É", "É", "10", "9", "\u20ac", "\U0001f512", "é", "Ω")


def test_rows_are_in_the_order_of_the_engine():
    """Texts, enumerations in alphabetical order as facts have them, whole numbers beyond 64 bits, decimals, what is missing"""
    dice = random.Random(5)
    connection = duckdb.connect()
    connection.execute(f"CREATE TYPE words AS ENUM (SELECT unnest({sorted(TEXTS)!r}) AS w ORDER BY w)")
    connection.execute("CREATE TABLE rows (w words, t VARCHAR, n HUGEINT, d DECIMAL(38, 3), b BOOLEAN)")
    for _ in range(400):
        word, text = (dice.choice((None, *TEXTS)) for _ in range(2))
        number = dice.choice((None, 0, -1, 10**30, -(10**30), 7))
        row = [word, text, number, dice.choice((None, "1.001", "-1", "1.000")), dice.choice((None, True, False))]
        connection.execute("INSERT INTO rows VALUES ($1, $2, $3, $4, $5)", row)
    ordered = connection.execute("SELECT * FROM rows ORDER BY ALL").fetchall()
    mixed = dice.sample(ordered, len(ordered))
    assert mixed != ordered
    assert sorted(mixed, key=_place) == ordered
