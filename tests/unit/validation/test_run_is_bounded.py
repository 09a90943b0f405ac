"""A run lists a bounded number of findings, leaves nothing behind and does not raise on data."""

from greffe.validation import run as engine

FLOW = "ESTAT_CRIM_OFF_CAT"
COLUMNS = "freq VARCHAR, iccs VARCHAR, unit VARCHAR, geo VARCHAR, TIME_PERIOD VARCHAR, OBS_VALUE DECIMAL(38,2)"


def test_more_findings_than_are_listed_are_counted(connection, check, monkeypatch):
    monkeypatch.setattr(engine, "MOST", 10)
    connection.execute(f"CREATE TABLE wrong ({COLUMNS})")
    connection.execute(
        "INSERT INTO wrong SELECT 'A', 'ICCS0101', 'NR', 'FR', CAST(1000 + n AS VARCHAR), -1 FROM range(25) t(n)"
    )
    found = [f for f in check(FLOW, "published", "wrong") if f.rule == "QR-FMT-03"]
    assert len(found) == 11
    assert [f.period for f in found[:2]] == ["1000", "1001"]
    assert found[10].key == {}
    assert found[10].severity == "error"
    assert found[10].values == {"found": "25", "listed": "10"}
    assert found[10].messages["en"].startswith("15 more like the 10 that are listed")


def test_a_number_beyond_exact_arithmetic_is_a_finding(connection, check):
    connection.execute(f"CREATE TABLE huge ({COLUMNS})")
    connection.execute(
        "INSERT INTO huge VALUES ('A', 'ICCS0101', 'NR', 'FR', '2020', 900000000000000000000000000000000000), "
        "('A', 'ICCS0101', 'NR', 'FR', '2021', 900000000000000000000000000000000001)"
    )
    found = check(FLOW, "published", "huge")
    assert {f.severity for f in found} == {"error"}
    assert "QR-PLA-01" in {f.rule for f in found}
    assert "too large to be checked exactly" in found[0].messages["en"]


def test_an_empty_table_has_no_finding_and_nothing_is_left(connection, check):
    connection.execute(f"CREATE TABLE nothing ({COLUMNS})")
    assert check(FLOW, "mapped", "nothing") == ()
    assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("nothing",)]
    assert connection.execute("SELECT count(*) FROM duckdb_types() WHERE type_name LIKE 'checked%'").fetchone() == (0,)


def test_odd_periods_and_codes_do_not_raise(connection, check):
    connection.execute(f"CREATE TABLE odd ({COLUMNS})")
    connection.execute(
        "INSERT INTO odd VALUES ('A', 'it''s {x}', 'NR', NULL, 'x', 1), (NULL, '', 'NR', 'FR', NULL, NULL)"
    )
    rules = {f.rule for f in check(FLOW, "mapped", "odd")}
    assert {"QR-COD-01", "QR-KEY-02", "QR-STA-01", "QR-FMT-05"} <= rules
