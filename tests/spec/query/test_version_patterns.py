"""Version patterns of REST 2.x (R2-VER). Expected sets are worked out by hand from the standard's text."""

import pytest

from greffe.errors import BadQuery
from greffe.query.versions import matching, parse

HELD = ["0.9.0", "1.0", "1.0.0", "1.2.0", "1.2.7", "1.3.0-draft", "2.0.0-rc1", "2.0.1", "2.3", "3.0.0-beta"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("1.2.7", "1.2.7"),  # R2-VER-01
        ("1.3.0-draft", "1.3.0-draft"),
        ("1.0", "1.0"),
        ("1.2", "1.2.0"),  # leniency (D9)
        ("1.1.1", ""),
        ("+", "2.0.1"),  # R2-VER-02
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
        ("0.+.0", ""),  # a major of 0 is not stable
        ("~", "3.0.0-beta"),  # R2-VER-03
        ("~.0", "2.3"),
        ("~.0.0", "3.0.0-beta"),
        ("1.~", "1.0"),
        ("1.~.0", "1.3.0-draft"),
        ("1.2.~", "1.2.7"),
        ("1~.1", "2.3"),
        ("1.0~", "1.0"),
        ("1~.2.0", "3.0.0-beta"),
        ("1.2.1~", "1.2.7"),
        ("0.9.0~", "0.9.0"),
        ("*", " ".join(HELD)),  # R2-VER-04
        ("*.0", "1.0 2.3"),
        ("1.*.0", "1.0.0 1.2.0 1.2.7 1.3.0-draft"),
        ("1.2.*", "1.2.0 1.2.7"),
        ("2.0.1*", "2.0.1"),
    ],
)
def test_a_pattern_finds_versions(pattern, found):
    assert matching([pattern], HELD) == set(found.split())


def test_several_patterns_are_alternatives():
    """R2-VER-05."""
    assert matching(["1~.2.0", "1.2.0+"], HELD) == {"3.0.0-beta", "1.2.7"}


@pytest.mark.parametrize(
    "pattern",
    ["+.2.3", "1.+.3", "~.2", "*.2.3", "+.0", "2.3+", "~.0.*", "3.2+.1+", "", "1.", ".1", "a", "1+", "1.2.3.4", "++"],
)
def test_what_is_no_pattern_is_refused(pattern):
    """R2-VER-06."""
    with pytest.raises(BadQuery):
        parse(pattern)
