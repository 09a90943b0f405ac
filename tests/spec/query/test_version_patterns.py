"""Version patterns of REST 2.x (R2-VER). Expected sets are worked out by hand from the standard's text."""

import re
from itertools import product

import pytest

from greffe.errors import BadQuery
from greffe.query.versions import asked_v2, matching, parse

HELD = ["0.9.0", "1.0", "1.0.0", "1.2.0", "1.2.7", "1.3.0-draft", "2.0.0-rc1", "2.0.1", "2.3", "3.0.0-beta"]


EXACT = [
    ("1.2.7", "1.2.7"),
    ("1.3.0-draft", "1.3.0-draft"),
    ("1.0", "1.0"),
    ("1.2", "1.2.0"),  # leniency (D9)
    ("1", "1.0 1.0.0"),  # deprecated
    ("1.1.1", ""),
]
STABLE = [
    ("+", "2.0.1"),
    ("+.0.0", "2.0.1"),
    ("1+.0.0", "2.0.1"),
    ("1.+.0", "1.2.7"),
    ("1.0+.0", "1.2.7"),
    ("1.2.+", "1.2.7"),
    ("1.2.0+", "1.2.7"),
    ("1.2.8+", ""),
    ("2+.1.0", ""),
    ("2+.0.1", "2.0.1"),
    ("1.1+.0", "1.2.7"),
    ("1.3+.0", ""),  # a draft is not stable
    ("3.+.0", ""),
]
ANY = [
    ("~", "3.0.0-beta"),
    ("~.0", "2.3"),
    ("0~.0", "2.3"),
    ("~.0.0", "3.0.0-beta"),
    ("0~.0.0", "3.0.0-beta"),
    ("1.~", "1.0"),
    ("1.0~", "1.0"),
    ("1.~.0", "1.3.0-draft"),
    ("1.0~.0", "1.3.0-draft"),
    ("1.2.~", "1.2.7"),
    ("1.2.0~", "1.2.7"),
    ("1~.1", "2.3"),
    ("1~.2.0", "3.0.0-beta"),
    ("1.1~", ""),
    ("1.2~.1", "1.3.0-draft"),
    ("1.2.1~", "1.2.7"),
    ("0.9.0~", "0.9.0"),
    ("0.~.0", "0.9.0"),
]
ALL = [
    ("*", " ".join(HELD)),
    ("*.0", "1.0 2.3"),
    ("0*.0", "1.0 2.3"),
    ("*.0.0", "0.9.0 1.0.0 1.2.0 1.2.7 1.3.0-draft 2.0.0-rc1 2.0.1 3.0.0-beta"),
    ("1.*", "1.0"),
    ("1.*.0", "1.0.0 1.2.0 1.2.7 1.3.0-draft"),
    ("1.2.*", "1.2.0 1.2.7"),
    ("1*.1", "2.3"),
    ("1*.2.1", "1.2.7 1.3.0-draft 2.0.0-rc1 2.0.1 3.0.0-beta"),
    ("1.0*", "1.0"),
    ("1.2*.1", "1.2.7 1.3.0-draft"),
    ("2.0.1*", "2.0.1"),
]


@pytest.mark.item("R2-VER-01")
@pytest.mark.parametrize(("pattern", "found"), EXACT)
def test_an_exact_version_finds_itself(pattern, found):
    """An exact version finds itself; `1.2` finds 1.2.0 where there is no 1.2."""
    assert matching([pattern], HELD) == set(found.split())


@pytest.mark.item("R2-VER-02")
@pytest.mark.parametrize(("pattern", "found"), STABLE)
@pytest.mark.item("R2-VER-07")
def test_plus_finds_the_latest_stable_version(pattern, found):
    """`+` finds the latest version of three parts without extension, from 1.0.0 or from a stated minimum."""
    assert matching([pattern], HELD) == set(found.split())


@pytest.mark.item("R2-VER-03")
@pytest.mark.parametrize(("pattern", "found"), ANY)
def test_a_tilde_finds_the_latest_version_of_any_status(pattern, found):
    """`~` finds the latest version, drafts included, with as many parts as the pattern has."""
    assert matching([pattern], HELD) == set(found.split())


@pytest.mark.item("R2-VER-04")
@pytest.mark.parametrize(("pattern", "found"), ALL)
def test_a_star_finds_all_versions(pattern, found):
    """`*` finds all versions with as many parts as the pattern has, from a stated minimum."""
    assert matching([pattern], HELD) == set(found.split())


@pytest.mark.item("R2-VER-05")
def test_several_patterns_are_alternatives():
    """Versions joined with commas are alternatives, each with its own operator."""
    assert matching(asked_v2("1~.2.0,1.2.0+"), HELD) == {"3.0.0-beta", "1.2.7"}
    assert matching(asked_v2("+,1.2.1*"), HELD) == {"2.0.1", "1.2.7"}


REFUSED = [
    "+.2.3", "1.+.3", "~.2", "~.2.3", "1.~.3", "*.2", "*.2.3", "1.*.3",  # a number after a wildcard
    "+.0", "2.3+", "2+.3", "1.+",  # what is stable has three parts
    "~.0.*", "3.2*.1+", "3.2+.1+", "++",  # two operators
    "0+.0.0", "0.+.0",  # nothing below 1.0.0 is stable
    "", "1.", ".1", "a", "1+", "1.2.3.4", "01.0.0", "1.0-draft", "1.0.0-", "1.0.0-a..b", "٢.0.0", "9" * 5000,
]  # fmt: skip


@pytest.mark.item("R2-VER-06")
@pytest.mark.parametrize("pattern", REFUSED)
def test_what_is_no_pattern_is_refused(pattern):
    """A number after a wildcard, `+` with two parts, two operators in one version are refused (400)."""
    for asked in (pattern, f"1.0.0,{pattern}"):
        with pytest.raises(BadQuery) as error:
            asked_v2(asked)
        assert error.value.parameter == "version"


# The pattern of one version in the OpenAPI description of REST 2.2.2 (parameter `versions`).
NUMBER = r"(0|[1-9]\d*)"
WORD = r"(([A-Za-z-][A-Za-z0-9-]*)|([A-Za-z0-9-]+[A-Za-z-][A-Za-z0-9-]*)|(0|[1-9][0-9]*))"
STANDARD = re.compile(
    rf"\*|\+|~(\.0){{0,2}}|\*(\.0){{0,2}}|{NUMBER}(\.{NUMBER})?|{NUMBER}(\.{NUMBER}){{2}}(-{WORD}(\.{WORD})*)?|\+\.0\.0"
    rf"|[1-9]\d*(\.\+\.0|\+(\.{NUMBER}){{2}}|\.{NUMBER}(\.\+|\+\.{NUMBER}|\.{NUMBER}\+))"
    rf"|{NUMBER}((\*|~)(\.{NUMBER}){{1,2}}|\.(\*|~)(\.0)?|\.{NUMBER}((\*|~)(\.{NUMBER})?|\.{NUMBER}?(\*|~)))"
)
PIECES = ["", "0", "1", "12", "01", "+", "~", "*", "1+", "0+", "1~", "0~", "2*", "0*", "++", "1-a", "0-0.b", "2-01"]


@pytest.mark.item("R2-VER-01", "R2-VER-02", "R2-VER-03", "R2-VER-04", "R2-VER-06")
def test_exactly_what_the_standard_writes_is_read():
    """What is read as a version is exactly what the pattern of the standard's OpenAPI description matches."""
    for length in (1, 2, 3, 4):
        for pieces in product(PIECES, repeat=length):
            text = ".".join(pieces)
            try:
                parse(text)
            except BadQuery:
                assert not STANDARD.fullmatch(text), text
            else:
                assert STANDARD.fullmatch(text), text
