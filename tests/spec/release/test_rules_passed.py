"""What an explanation says of rules to everybody speaks of the dataset as it is published, not of internal rows."""

from house import FLOW, new_house

from greffe.model.findings import Finding
from greffe.release import explain as explaining
from greffe.release.explain import explain


def test_what_a_rule_found_in_internal_rows_does_not_show_in_the_rules_that_passed(tmp_path, monkeypatch):
    """QR-PLA-05 runs on internal rows too: whether a hidden count of 3 or of 4 moved by more than 20 would be told by it."""
    house = new_house(tmp_path / "home", "published", "map", "released")
    asked = (house.parts, f"{FLOW}/A.ICCS0101.NR.FR", "2022")
    plain = explain(*asked)
    source = plain.trace.sources[0]
    published = {"freq": "A", "iccs": "ICCS0101", "unit": "NR", "geo": "FR"}

    def told(key, period):
        found = Finding("QR-PLA-05", "warning", key, period, {"en": "x", "fr": "x"})
        monkeypatch.setattr(explaining, "findings", lambda manifest: (found,))
        return explain(*asked)

    inside = told(source.key, source.period)
    assert [f.rule for f in inside.findings] == ["QR-PLA-05"]
    assert inside.rules_passed == plain.rules_passed
    assert "QR-PLA-05" in plain.rules_passed
    assert "QR-PLA-05" not in told(published, "2022").rules_passed


def test_a_rule_that_compares_years_passed_only_where_there_is_a_year_before(tmp_path):
    """The first year of the series has nothing beside it: no change was looked at, so none was found small."""
    house = new_house(tmp_path / "home", "published", "map", "released")

    def passed(year):
        return set(explain(house.parts, f"{FLOW}/A.ICCS0101.NR.FR", year).rules_passed)

    first = passed("2008")
    assert passed("2009") - first == {"QR-PLA-01", "QR-PLA-02", "QR-PLA-03", "QR-PLA-05", "QR-PLA-07"}
    assert first - passed("2009") == set()
