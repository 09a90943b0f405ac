"""Which regular expressions a mapping row may use: those whose run time is bounded before they are used."""

from __future__ import annotations

import time

import pytest

from greffe.catalogue.patterns import compiled
from greffe.errors import BadDefinition

GOOD = [
    r"HOM.*", r"(\d{2})(\d{2})", r"A|B|C", r"(?:PREV|COND)_T", r"[A-Z]{2,4}_\d+", r"(AB)?C", r"\(x\)", r"[^]]x", r"a{3}",
    r"(.*)_(.*)",
]  # fmt: skip
BAD = {
    r"(a+)+": "repeats a group",
    r"(a|a)*": "repeats a group",
    r"(a|ab){30}": "repeats a group",
    r"(x*){2,}": "repeats a group",
    r".*.*.*.*x": "more than a million ways",
    "a?" * 30: "more than a million ways",
    r"(a|a)" * 30: "more than a million ways",
    r"(a)\1": "refers back",
    r"(?=a)a": "uses (?",
    r"(?i)a": "uses (?",
    r"(?P<x>a)": "uses (?",
    "[a": "not a regular expression",
    "a" * 201: "at most 200 characters",
}


@pytest.mark.parametrize("pattern", GOOD)
def test_plain_patterns_are_taken(pattern):
    assert compiled(pattern).pattern == pattern


@pytest.mark.parametrize("pattern", BAD)
def test_patterns_that_may_never_end_are_refused(pattern):
    with pytest.raises(BadDefinition) as caught:
        compiled(pattern)
    assert BAD[pattern] in caught.value.message


@pytest.mark.parametrize(
    "pattern",
    [
        "(((((){99}){99}){99}){99}){99}1",
        "((((){99}){99}){99}){99}x",
        r"(?:(?:(?:\b){999}){999}){999}x",
        "(?:(?:x{99}){99}){99}",
    ],
)
def test_repetitions_of_nothing_are_counted_too(pattern):
    """Before anything is compiled: such a pattern would fill the memory."""
    start = time.process_time()
    with pytest.raises(BadDefinition, match="more than 10000 steps written out"):
        compiled(pattern)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "pattern", [r"(.*)(.*)(.*)x", r"a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?x", r"(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)x"]
)
def test_the_worst_of_those_taken_end_soon(pattern):
    start = time.process_time()
    compiled(pattern).fullmatch("a" * 64)
    assert time.process_time() - start < 2
